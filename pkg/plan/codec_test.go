package plan_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/podorder"
)

// Every plan that a test of the planners and of the engine makes goes through
// plantest. Here is what no planner makes.
func TestAPlanIsTheSameAfterItWasSaved(t *testing.T) {
	binding := plan.Binding{Namespace: "n", Claim: "c", Volume: "v", VolumeUID: "u"}
	changes := []plan.Change{
		nil,
		plan.DeletePod{Name: "web-1", UID: "x", Version: "7", Why: "<why> & so"},
		plan.RetainVolume{Claim: "c", UID: "u", Volume: "v"},
		plan.DeleteClaim{Name: "c", UID: "u", Why: "as answered", Receipt: true, Replaced: true},
		plan.ReleaseVolume{Binding: binding, Reclaim: "Delete"},
		plan.CreateClaim{Binding: binding, Manifest: &corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Name: "c"}}},
		plan.ResetReclaim{Binding: binding, Reclaim: "Delete"},
		plan.Edit{
			Template:  podtemplate.Template(`{"metadata":{"annotations":{"a":"<b> & \u003c"}},"new":9007199254740993}`),
			Partition: ptr.To(0), Replicas: ptr.To(3), Retention: ptr.To[plan.Retention]("Retain"),
			Annotations: map[string]*string{"gone": nil, "empty": ptr.To("")}, Says: "record",
		},
	}
	p := plan.Plan{Verb: "canary", Name: "web", Timeout: time.Hour + 1, Placing: 3 * time.Millisecond}
	for _, change := range changes {
		p.Steps = append(p.Steps, plan.Step{
			Title: "step", Change: change, Until: plan.ClaimsFree{Names: []string{"a"}},
			Soak: 90 * time.Second, Require: plan.Others{But: []int{2}},
			Before: []plan.Hook{{Exec: true, Command: "a && b", Pod: "web-1", Ordinal: 1}}, Disrupts: []int{1},
			Replace: &plan.Replace{
				Mode: plan.ReplaceEach, Grace: time.Minute, Budgets: true,
				Order: podorder.Order{First: []int{1}, Last: "role=primary"},
			},
			Gate: &plan.Gate{Kind: plan.GateAsk, Next: "web-0"},
		})
	}
	plantest.Same(p)
	text, err := plan.Encode(p)
	require.NoError(t, err)
	require.Contains(t, string(text), `"timeout":"1h0m0.000000001s"`)
	require.Contains(t, string(text), `"soak":"1m30s"`)
}

// What is not known must not be lost: the step would do less than it says.
func TestAPlanThatIsNotUnderstoodIsRefused(t *testing.T) {
	p := plan.Plan{Steps: []plan.Step{{Change: plan.Partition(4), Until: plan.PodsGood{From: 4}}}}
	text, err := plan.Encode(p)
	require.NoError(t, err)
	for _, test := range []struct{ from, to, want string }{
		{`"kind":"edit"`, `"kind":"explode"`, `plan: unknown kind "explode"`},
		{`"kind":"podsGood"`, `"kind":"podsHappy"`, `plan: unknown kind "podsHappy"`},
		{`"partition":4`, `"partition":"4"`, "plan: edit: json: cannot unmarshal string into Go struct field Edit.partition of type int"},
		{`{`, `[`, "plan: invalid character"},
	} {
		changed := strings.Replace(string(text), test.from, test.to, 1)
		require.NotEqual(t, string(text), changed)
		_, err := plan.Decode([]byte(changed))
		require.ErrorContains(t, err, test.want)
	}
	p.Steps[0].Until = stranger{}
	_, err = plan.Encode(p)
	require.ErrorContains(t, err, "no kind for a plan_test.stranger")
}

// stranger is a condition that nobody has registered.
type stranger struct{ plan.Observed }
