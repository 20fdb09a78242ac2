package rolling_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation/operationtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/abort"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/podorder"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// wayOut drops a record that can't be read.
var wayOut = []hint.Hint{{
	Words: "to drop it, put the partition where it belongs and run", Kind: hint.Kubectl, Verb: "annotate",
	Args: []string{"statefulset", "web", "kubectl-sts.github.io/canary-"}, Namespace: "default",
}}

func TestARecordSurvivesTheAnnotation(t *testing.T) {
	full := operation.Rollout{
		Version: 1, Run: "RUN", Started: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC), Stable: "web-5d4f", OwnTemplate: true,
		Partition: 3, Steps: operationtest.Steps("1", "100%"), Soak: metav1.Duration{Duration: 90 * time.Second}, Rollback: true,
		Cause: ptr.To("kubectl apply"), Aborting: true, Verb: operation.VerbRestart, Target: "web-6c1a", IgnorePDB: true,
		Order: podorder.Order{Ascending: true, First: []int{2, 0}, Last: "role=primary"},
		Pods:  map[int]types.UID{2: "u2", 10: "u10"},
	}
	// Another machine with another release reads it: the format is a promise.
	text := `{"version":1,"run":"RUN","started":"2030-01-02T03:04:05Z","stable":"web-5d4f","ownTemplate":true,"partition":3,` +
		`"steps":["1","100%"],"soak":"1m30s","rollback":true,"cause":"kubectl apply","aborting":true,` +
		`"verb":"restart","target":"web-6c1a","ignorePDB":true,"order":{"ascending":true,"first":[2,0],"last":"role=primary"},` +
		`"pods":{"2":"u2","10":"u10"}}`

	data, err := json.Marshal(full)
	require.NoError(t, err)
	require.JSONEq(t, text, string(data))

	got, err := operation.FindRollout(verbtest.Settled(ststest.Annotated("kubectl-sts.github.io/canary", text)))
	require.NoError(t, err)
	require.Equal(t, &full, got)
}

func TestASetWithoutTheAnnotationHasNoRecord(t *testing.T) {
	got, err := operation.FindRollout(verbtest.Settled(ststest.Annotated("another/annotation", "{}")))
	require.NoError(t, err)
	require.Nil(t, got)
}

// valid is a record with one more field.
func valid(field string) string {
	return `{"version":1,"run":"R","started":"2030-01-02T03:04:05Z","stable":"web-stable","steps":["1"],` + field + `}`
}

func TestARecordThatIsNotUnderstoodIsRefused(t *testing.T) {
	tests := []struct {
		name string
		text string
		err  string
	}{
		{
			"a newer format", `{"version":3,"stable":"web-stable"}`,
			`annotation kubectl-sts.github.io/canary of statefulset "web" has format 3, ` +
				`this kubectl-sts reads 1 and 2: use the version that wrote it`,
		},
		{
			"a newer format with steps of another kind", `{"steps":["half",{"pods":1}],"version":3,"stable":"web-stable"}`,
			`annotation kubectl-sts.github.io/canary of statefulset "web" has format 3, ` +
				`this kubectl-sts reads 1 and 2: use the version that wrote it`,
		},
		{
			"steps that nobody can read", strings.Replace(valid(`"soak":"1m0s"`), `["1"]`, `["1","half"]`, 1),
			`annotation kubectl-sts.github.io/canary of statefulset "web" can't be read: ` +
				`step "half" is neither a count like 2 nor a share like 50%`,
		},
		{
			"a failure without words", `{"version":2,"stable":"web-stable","started":"2030-01-02T03:04:05Z","steps":["1"]}`,
			`annotation kubectl-sts.github.io/canary of statefulset "web" can't be read: it does not say how it failed`,
		},
		{
			"no format", `{}`,
			`annotation kubectl-sts.github.io/canary of statefulset "web" has format 0, ` +
				`this kubectl-sts reads 1 and 2: use the version that wrote it`,
		},
		{
			"garbage", `oops`, `annotation kubectl-sts.github.io/canary of statefulset "web" can't be read: ` +
				`invalid character 'o' looking for beginning of value`,
		},
		{
			"nothing", ``, `annotation kubectl-sts.github.io/canary of statefulset "web" can't be read: ` +
				`unexpected end of JSON input`,
		},
		{
			"nothing but a format", `{"version":1}`, `annotation kubectl-sts.github.io/canary of statefulset "web" can't be read: ` +
				`it lacks the stable revision, the steps or the time`,
		},
		{
			"a verb of a time to come", valid(`"verb":"scale"`),
			`annotation kubectl-sts.github.io/canary of statefulset "web" can't be read: verb "scale"`,
		},
		{
			"an order that can't be read", valid(`"order":{"last":"a in b"}`),
			`annotation kubectl-sts.github.io/canary of statefulset "web" can't be read: selector "a in b": ` +
				`unable to parse requirement: found 'b' expected: '('`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := verbtest.Settled(ststest.Annotated(note.RolloutAnnotation, tt.text))

			got, err := operation.FindRollout(s)
			require.EqualError(t, err, tt.err)
			require.Nil(t, got)
			if strings.Contains(tt.err, "can't be read") {
				require.Equal(t, wayOut, hint.Of(err))
			}

			// No verb goes ahead over it.
			_, err = plantest.Saved(canary.Plan(verbtest.Ask(verbtest.Image("nginx:1.22")).Canary(), s, ststest.Start))
			require.EqualError(t, err, tt.err)
			_, err = plantest.Saved(canary.Promote(verbtest.Ask().Promotion(false), s, ststest.Start))
			require.EqualError(t, err, tt.err)
			_, err = plantest.Saved(abort.Plan(verbtest.Ask().Abort(), s))
			require.EqualError(t, err, tt.err)
		})
	}
}

func TestThePartitionTellsHowFarACanaryIs(t *testing.T) {
	tests := []struct {
		name  string
		set   *appsv1.StatefulSet
		steps operation.Steps
		want  []int
		begun int
	}{
		{name: "the gate is closed", set: ststest.Set(ststest.Partition(5)), want: []int{1, 3, 5}, begun: 0},
		{name: "closed further than there are pods", set: ststest.Set(ststest.Partition(9)), want: []int{1, 3, 5}, begun: 0},
		{name: "the first step", set: ststest.Set(ststest.Partition(4)), want: []int{1, 3, 5}, begun: 1},
		{name: "between two steps", set: ststest.Set(ststest.Partition(3)), want: []int{1, 3, 5}, begun: 1},
		{name: "the second step", set: ststest.Set(ststest.Partition(2)), want: []int{1, 3, 5}, begun: 2},
		{name: "the last step", set: ststest.Set(ststest.Partition(0)), want: []int{1, 3, 5}, begun: 3},
		{
			name: "the first ordinal does not matter: the partition counts from it",
			set:  ststest.Set(ststest.From(5), ststest.Partition(2)), want: []int{1, 3, 5}, begun: 2,
		},
		{
			name: "pods that were added since are above the gate, so they count as updated",
			set:  ststest.Set(ststest.Replicas(8), ststest.Partition(4)), want: []int{1, 4, 8}, begun: 2,
		},
		{
			name: "pods that were removed since were the updated ones",
			set:  ststest.Set(ststest.Replicas(3), ststest.Partition(4)), want: []int{1, 2, 3}, begun: 0,
		},
		{
			name:  "a step that has come to go down since is passed over",
			steps: operationtest.Steps("3", "50%", "90%"), set: ststest.Set(ststest.Replicas(4), ststest.Partition(1)),
			want: []int{3, 4}, begun: 1,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := verbtest.Record(func(r *operation.Rollout) {
				if !tt.steps.Empty() {
					r.Steps = tt.steps
				}
			})
			require.Equal(t, operation.Position{Counts: tt.want, Begun: tt.begun}, r.Position(ststest.Snapshot(tt.set)))
		})
	}
}
