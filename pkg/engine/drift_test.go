package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func replicas(n int32) setOption { return func(set *appsv1.StatefulSet) { set.Spec.Replicas = &n } }

func startingAt(n int32) setOption {
	return func(set *appsv1.StatefulSet) { set.Spec.Ordinals = &appsv1.StatefulSetOrdinals{Start: n} }
}

func onDelete(set *appsv1.StatefulSet) {
	set.Spec.UpdateStrategy.Type = appsv1.OnDeleteStatefulSetStrategyType
}

// writtenBy says in managedFields who wrote these fields, a minute after the
// start.
func writtenBy(manager, fields string) setOption {
	return func(set *appsv1.StatefulSet) {
		set.ManagedFields = append(set.ManagedFields, metav1.ManagedFieldsEntry{
			Manager: manager, Time: ptr.To(metav1.NewTime(ststest.In(time.Minute))), FieldsV1: metav1.NewFieldsV1(fields),
		})
	}
}

func TestDriftEndsTheRun(t *testing.T) {
	const (
		partition = `{"f:spec":{"f:updateStrategy":{"f:rollingUpdate":{"f:partition":{}}}}}`
		hpa       = `{"f:spec":{"f:replicas":{}}}`
	)
	for _, test := range []struct {
		name    string
		changes []setOption
		message string
		gate    string
	}{
		{
			"another template",
			[]setOption{ststest.Updating("nginx:1.23"), writtenBy("argocd", `{"f:spec":{"f:template":{"f:spec":{}}}}`)},
			"the template was changed by argocd at 03:05:05Z; nothing more is written", enginetest.OnlyWeb4,
		},
		{
			"another partition",
			[]setOption{ststest.Partition(2), writtenBy("helm", partition)},
			"the partition was changed from 4 to 2 by helm at 03:05:05Z; nothing more is written",
			"partition 2: web-2 and above are updated",
		},
		{
			"other replicas",
			[]setOption{replicas(9), writtenBy("hpa", hpa)},
			"the replicas were changed from 5 to 9 by hpa at 03:05:05Z; nothing more is written",
			"partition 4: web-4 and above are updated",
		},
		{
			"another first ordinal, by who wrote that and not by who wrote the replicas",
			[]setOption{startingAt(2), writtenBy("hpa", hpa), writtenBy("jo", `{"f:spec":{"f:ordinals":{"f:start":{}}}}`)},
			"the replicas were changed from 5 to 5 (from ordinal 2) by jo at 03:05:05Z; nothing more is written",
			"partition 4: only web-6 is updated",
		},
		{
			"another strategy",
			[]setOption{onDelete, writtenBy("kubectl-edit", `{"f:spec":{"f:updateStrategy":{"f:type":{}}}}`)},
			"the update strategy was changed from RollingUpdate to OnDelete by kubectl-edit at 03:05:05Z; nothing more is written",
			"",
		},
		{
			"another record",
			[]setOption{
				ststest.Annotated(ststest.CanaryRecord, "r2"),
				writtenBy("sts-rollout", `{"f:metadata":{"f:annotations":{"f:`+ststest.CanaryRecord+`":{}}}}`),
			},
			"the record of this run was changed by sts-rollout at 03:05:05Z (another run); nothing more is written", enginetest.OnlyWeb4,
		},
		{
			"another process's record, which says whose it is",
			[]setOption{
				ststest.Partition(3),
				ststest.Annotated(ststest.CanaryRecord, `{"driver":{"user":"alice","host":"ci-7","since":"2030-01-02T03:04:05Z"}}`),
				writtenBy("sts-rollout", `{"f:metadata":{"f:annotations":{"f:`+ststest.CanaryRecord+`":{}}}}`),
			},
			"another run took over at 03:05:05Z (alice on ci-7, since 2030-01-02T03:04:05Z): the partition was changed from 4 to 3; " +
				"nothing more is written",
			"partition 3: web-3 and above are updated",
		},
		{
			"a name that the record lists is a run's",
			[]setOption{
				ststest.Partition(3), ststest.Annotated(ststest.CanaryRecord, `{"managers":["ci"]}`), writtenBy("ci", partition),
			},
			"the partition was changed from 4 to 3 by ci at 03:05:05Z (another run); the record of this run was changed; " +
				"nothing more is written",
			"partition 3: web-3 and above are updated",
		},
		{
			"several things at once, of which one has a known writer",
			[]setOption{ststest.Partition(5), replicas(6), writtenBy("helm", partition)},
			"the partition was changed from 4 to 5 by helm at 03:05:05Z; the replicas were changed from 5 to 6; nothing more is written",
			"partition 5: only web-5 is updated",
		},
		{
			"a set that is being deleted",
			[]setOption{func(set *appsv1.StatefulSet) { set.DeletionTimestamp = ptr.To(metav1.NewTime(ststest.In(0))) }},
			"the StatefulSet is being deleted; nothing more is written", enginetest.OnlyWeb4,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := inStep(t, enginetest.OneStep(), ststest.Opened(ststest.Canary()))
			d := w.see(ststest.Opened(ststest.Canary(append([]setOption{enginetest.Later}, test.changes...)...)))
			try := enginetest.ToGoOn
			switch {
			case strings.Contains(test.message, "from 4 to 2"):
				try = enginetest.ToRetry // pods go without a soak
			case strings.Contains(test.message, "template was"):
				try = try[1:] // what would be gone on with is another thing
			case strings.Contains(test.message, "record of this run"), strings.Contains(test.message, "took over"):
				try = hinttest.List("watch it: kubectl sts watch web --follow") // it is another run's
			case strings.Contains(test.message, "being deleted"):
				try = nil // it is soon nobody's
			}
			require.Equal(t, engine.Decision{End: &engine.Outcome{
				Result: engine.Drifted, Message: test.message, Gate: test.gate, Step: &w.plan.Steps[0], Try: try,
			}}, d)
		})
	}
}

func TestNothingHelpsASetThatIsGone(t *testing.T) {
	for _, test := range []struct {
		name, message string
		s             sts.Snapshot
	}{
		{"deleted", "the StatefulSet was deleted; nothing more is written", sts.Snapshot{}},
		{
			"recreated, even with a lower generation", "the StatefulSet was deleted and recreated; nothing more is written",
			ststest.Opened(ststest.Canary(ststest.Generation(1), func(set *appsv1.StatefulSet) { set.UID = "other" })),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := inStep(t, enginetest.OneStep(), ststest.Opened(ststest.Canary()))
			require.Equal(t, engine.Decision{End: &engine.Outcome{
				Result: engine.Drifted, Message: test.message, Step: &w.plan.Steps[0],
			}}, w.see(test.s))
		})
	}
}

// There is no canary to go on with any more.
func TestARecordThatIsGone(t *testing.T) {
	w := inStep(t, enginetest.OneStep(), ststest.Opened(ststest.Canary()))
	require.Equal(t, engine.Decision{End: &engine.Outcome{
		Result: engine.Drifted, Message: "the record of this run was changed; nothing more is written", Step: &w.plan.Steps[0],
	}},
		w.see(ststest.Opened(ststest.Canary(enginetest.Later,
			func(set *appsv1.StatefulSet) { delete(set.Annotations, ststest.CanaryRecord) }))))
}

func TestNoDrift(t *testing.T) {
	for _, test := range []struct {
		name   string
		change setOption
	}{
		{"another label", func(set *appsv1.StatefulSet) { set.Labels = map[string]string{"team": "web"} }},
		{"another annotation", ststest.Annotated("note", "hello")},
		{"other minReadySeconds", enginetest.MinReady(10)},
		{"another status", func(set *appsv1.StatefulSet) { set.Status.ReadyReplicas = 3 }},
		{"a strategy that the server fills in", func(set *appsv1.StatefulSet) { set.Spec.UpdateStrategy.Type = "" }},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := inStep(t, enginetest.OneStep(), ststest.Opened(ststest.Canary()))
			require.Equal(t, waitsUntil(enginetest.StepTimeout),
				quiet(w.see(ststest.Opened(ststest.Canary(enginetest.Later, test.change)))))
		})
	}
}

func TestARecordIsNoDriftForAPlanWithoutOne(t *testing.T) {
	w := inStep(t, enginetest.OneStep(func(p *plan.Plan) { p.Record = "" }), ststest.Opened(ststest.Canary()))
	require.Equal(t, waitsUntil(enginetest.StepTimeout),
		quiet(w.see(ststest.Opened(ststest.Canary(enginetest.Later, ststest.Annotated(ststest.CanaryRecord, "r2"))))))
}

// What a snapshot showed is what the next one is compared with.
func TestDriftAfterAnAcceptedChange(t *testing.T) {
	w := inStep(t, enginetest.OneStep(), ststest.Opened(ststest.Canary()))
	w.see(ststest.Opened(ststest.Canary(enginetest.Later, enginetest.MinReady(10))))
	d := w.see(ststest.Opened(ststest.Canary(ststest.Generation(5), enginetest.MinReady(10), ststest.Partition(3))))
	require.Equal(t, "the partition was changed from 4 to 3; nothing more is written", d.End.Message)
}
