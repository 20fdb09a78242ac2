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
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// unsure is a walk whose first write got no answer.
func unsure(t *testing.T, p plan.Plan) *walk {
	t.Helper()
	w := newWalk(t, p, ststest.Closed())
	w.state = w.state.Unsure(w.see(ststest.Closed()).Do)
	return w
}

func TestAWriteWhoseAnswerGotLost(t *testing.T) {
	again := engine.Decision{Do: plan.Partition(4), WakeAt: ststest.In(enginetest.StepTimeout)}
	drifted := func(message, gate string) engine.Decision {
		try := enginetest.ToGoOn
		switch {
		case strings.HasPrefix(message, "the partition"):
			try = enginetest.ToRetry
		case strings.HasPrefix(message, "the template"):
			try = try[1:]
		case strings.Contains(message, "being deleted"):
			try = nil
		}
		return engine.Decision{End: &engine.Outcome{
			Result: engine.Drifted, Message: message, Gate: gate, Unsure: strings.Contains(gate, "got no answer"),
			Step: &enginetest.OneStep().Steps[0], Try: try,
		}}
	}
	for _, test := range []struct {
		name string
		s    sts.Snapshot
		want engine.Decision
	}{
		{"is repeated while the set is as it was", ststest.Closed(), again},
		{"is no drift when the set shows it", ststest.Opened(ststest.Canary()), waitsUntil(enginetest.StepTimeout)},
		{
			"hides no change of another field", ststest.Opened(ststest.Canary(ststest.Updating("nginx:1.23"))),
			drifted("the template was changed; nothing more is written", enginetest.OnlyWeb4),
		},
		{
			"hides no other value of its own field", ststest.Opened(ststest.Canary(ststest.Partition(1))),
			drifted("the partition was changed from 5 to 1; nothing more is written",
				"partition 1: web-1 and above are updated; unless the write that got no answer was taken: partition 4"),
		},
		{
			"hides no deletion",
			ststest.Opened(ststest.Canary(func(set *appsv1.StatefulSet) { set.DeletionTimestamp = ptr.To(metav1.NewTime(ststest.In(0))) })),
			drifted("the StatefulSet is being deleted; nothing more is written", enginetest.OnlyWeb4),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, quiet(unsure(t, enginetest.OneStep()).see(test.s)))
		})
	}
}

// An annotation that is not the plan's record shows no drift when it lands.
func TestAnInvisibleWriteIsNotUnsureForEver(t *testing.T) {
	note := plan.Edit{Annotations: map[string]*string{"note": ptr.To("x")}}
	w := unsure(t, enginetest.OneStep(enginetest.Soaked(time.Minute), enginetest.Step(func(s *plan.Step) { s.Change = note })))
	require.Nil(t, w.see(ststest.Closed(ststest.Annotated("note", "x"))).End)
	d := w.see(ststest.Opened(ststest.Canary(ststest.Annotated("note", "x"))))
	require.Equal(t, "the partition was changed from 5 to 4; nothing more is written", d.End.Message)
}

// The write of an annotation does not move the generation, so another one can
// slip in before a write that pins only that.
func TestTheAnswerToAWriteHidesNoDrift(t *testing.T) {
	whole := plan.Edit{
		Template: ststest.Raw("nginx:1.23"), Partition: ptr.To(3), Replicas: ptr.To(6),
		Annotations: map[string]*string{ststest.CanaryRecord: nil, "note": ptr.To("x")},
	}
	noted := func(set *appsv1.StatefulSet) {
		set.Annotations = map[string]string{"note": "x"}
	}
	for _, test := range []struct {
		name   string
		edit   plan.Edit
		answer []setOption
		want   string
	}{
		{"what an edit sets is no drift", whole, []setOption{ststest.Updating("nginx:1.23"), ststest.Partition(3), replicas(6), noted}, ""},
		{"other annotations are no drift", plan.Partition(3), []setOption{ststest.Partition(3), ststest.Annotated("note", "x")}, ""},
		{
			"another record is", plan.Partition(3),
			[]setOption{ststest.Partition(3), ststest.Annotated(ststest.CanaryRecord, "r2")},
			"the record of this run was changed; nothing more is written",
		},
		{
			"another template is", plan.Partition(3),
			[]setOption{ststest.Partition(3), ststest.Updating("nginx:1.23")},
			"the template was changed; nothing more is written",
		},
		{
			"another strategy is", plan.Partition(3),
			[]setOption{ststest.Partition(3), onDelete},
			"the update strategy was changed from RollingUpdate to OnDelete; nothing more is written",
		},
		{
			"other replicas are", plan.Partition(3),
			[]setOption{ststest.Partition(3), replicas(4)},
			"the replicas were changed from 5 to 4; nothing more is written",
		},
		{
			"another first ordinal is", plan.Partition(3),
			[]setOption{ststest.Partition(3), startingAt(1)},
			"the replicas were changed from 5 to 5 (from ordinal 1); nothing more is written",
		},
		{
			"another partition is, for an edit of something else",
			plan.Edit{Replicas: ptr.To(4)},
			[]setOption{ststest.Partition(2), replicas(4)},
			"the partition was changed from 4 to 2; nothing more is written",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := inStep(t, enginetest.OneStep(), ststest.Opened(ststest.Canary()))
			answer := ststest.Canary(append([]setOption{enginetest.Later}, test.answer...)...)
			w.state = w.state.Applied(test.edit, workload.FromApps(answer), w.now)
			d := w.see(ststest.Opened(answer))
			if test.want == "" {
				require.Nil(t, d.End)
				return
			}
			require.Equal(t, test.want, d.End.Message)
		})
	}
}

func TestADeletionWhoseAnswerGotLost(t *testing.T) {
	broken := ststest.Opened(ststest.Canary(ststest.Partition(5)), ststest.UpdatedPod(2, ststest.Unready), ststest.UpdatedPod(4))
	p := enginetest.OneStep(enginetest.Returning(&plan.Replace{Mode: plan.ReplaceEach}))
	w := newWalk(t, p, broken)
	first := w.see(broken).Do
	require.Equal(t, "web-2", deletes(first))
	w.state = w.state.Unsure(first)

	healed := ststest.Opened(ststest.Canary(ststest.Partition(5)), ststest.UpdatedPod(2), ststest.UpdatedPod(4))
	require.Equal(t, first, w.see(healed).Do, "web-2 may be on its way out: it goes before any other")

	leaving := ststest.Opened(ststest.Canary(ststest.Partition(5)), ststest.UpdatedPod(2, ststest.Terminating), ststest.UpdatedPod(4))
	require.Equal(t, waitsUntil(enginetest.StepTimeout), quiet(w.see(leaving)))

	back := ststest.Opened(ststest.Canary(ststest.Partition(5)), ststest.UpdatedPod(4))
	require.Equal(t, "web-4", deletes(w.see(back).Do))
	d := w.see(ststest.Opened(ststest.Canary(enginetest.Later, ststest.Partition(3)), ststest.UpdatedPod(4)))
	require.Equal(t, engine.Drifted, d.End.Result, "a deletion is no excuse for another partition")
}
