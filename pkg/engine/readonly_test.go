package engine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// watchable waits for every pod, says hold when web-0 is on revision "held",
// and knows one command that helps.
type watchable struct{ plan.PodsGood }

func (w watchable) Check(s sts.Snapshot, now time.Time) plan.Progress {
	p := w.PodsGood.Check(s, now)
	p.Success = "all there"
	if pod, ok := s.Pod(0); ok && pod.Revision == "held" {
		p.Held = "up to you"
	}
	return p
}

func (watchable) Help(s sts.Snapshot, o engine.Outcome, _ time.Time) []string {
	return []string{"help " + s.Name() + " " + o.Pod}
}

// watching is the plan of a watch.
func watching(changes ...func(*plan.Plan)) plan.Plan {
	p := oneStep(func(p *plan.Plan) {
		p.Verb, p.ReadOnly, p.StepTimeout = "watch", true, 0
		p.Steps = []plan.Step{{Title: "watch", Until: watchable{}}}
	})
	for _, change := range changes {
		change(&p)
	}
	return p
}

// rolling is a set whose rollout has no gate.
func rolling(changes ...setOption) *setObject {
	return ststest.Set(append([]setOption{ststest.Updating("nginx:1.22"), ststest.Generation(3)}, changes...)...)
}

func TestAWatchGoesAlongWithWhatOthersChange(t *testing.T) {
	w := newWalk(t, watching(), ststest.Opened(rolling()))
	for _, changes := range [][]setOption{
		{ststest.Generation(4), ststest.Partition(2)},
		{ststest.Generation(5), ststest.Replicas(4)},
		{ststest.Generation(6), ststest.Updating("nginx:1.23")},
		{ststest.Generation(7), onDelete},
		{ststest.Generation(8), ststest.Annotated(ststest.CanaryRecord, "another")},
		{ststest.Generation(9), ststest.Deleted},
	} {
		require.Nil(t, w.see(ststest.Opened(rolling(changes...))).End)
	}
}

func TestAWatchEndsWithItsSet(t *testing.T) {
	p := watching()
	another := ststest.Opened(rolling())
	another.Set.UID = "another"
	for name, s := range map[string]sts.Snapshot{
		"the StatefulSet was deleted": {}, "the StatefulSet was deleted and recreated": another,
	} {
		want := engine.Decision{End: &engine.Outcome{Result: engine.Halted, Message: name}}
		want.End.Step = &p.Steps[0]
		w := newWalk(t, p, ststest.Opened(rolling()))
		w.see(ststest.Opened(rolling()))
		require.Equal(t, want, quiet(w.see(s)))
	}
}

func TestAWatchThatIsHeldSaysWhyAndWhatHelps(t *testing.T) {
	p := watching()
	s := ststest.Opened(rolling(), ststest.StablePod(0, ststest.Revision("held")))
	require.Equal(t, engine.Decision{End: &engine.Outcome{
		Result: engine.Held, Message: "up to you", Step: &p.Steps[0], Try: []string{"help web "},
	}}, quiet(newWalk(t, p, s).see(s)))
}

func TestAWatchThatIsDoneSaysWhatItsConditionSays(t *testing.T) {
	s := ststest.Snapshot(ststest.Set(), ststest.Pods(0, 5))
	require.Equal(t, engine.Decision{End: &engine.Outcome{Result: engine.Done, Message: "all there"}},
		quiet(newWalk(t, watching(), s).see(s)))
}

// unreadyFor is a pod that ceased to be Ready so long ago.
func unreadyFor(d time.Duration) podOption { return ststest.ReadySince(ststest.In(-d)) }

func TestTroubleThatIsThereWhenAWatchBeginsHasUsedUpItsPatience(t *testing.T) {
	reverted := ststest.Set(ststest.Generation(3)) // the template is back, its pods are wanted on Stable
	tests := []struct {
		name string
		set  *setObject
		pod  *corev1.Pod
		ends bool
	}{
		{"trouble that is old", rolling(), ststest.UpdatedPod(4, backOff, unreadyFor(patience)), true},
		{"trouble that is not", rolling(), ststest.UpdatedPod(4, backOff, unreadyFor(patience-time.Second)), false},
		{"a pod that blocks for long", reverted, ststest.UpdatedPod(4, ststest.Unready, unreadyFor(patience)), true},
		{"a pod that does not", reverted, ststest.UpdatedPod(4, ststest.Unready, unreadyFor(patience-time.Second)), false},
		{"with Parallel the controller may heal it", withParallel(reverted), ststest.UpdatedPod(4, ststest.Unready, unreadyFor(patience)), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := ststest.Snapshot(tt.set, ststest.Pods(0, 4), []*corev1.Pod{tt.pod})
			onStage(t, watching(), s, func(t *testing.T, st *stage) {
				if !tt.ends {
					st.goesOn()
					return
				}
				o := st.ends()
				require.Equal(t, engine.Halted, o.Result)
				require.Equal(t, []string{"help web web-4"}, o.Try)
				require.Empty(t, o.Gate)
			})
		})
	}
}

func withParallel(set *setObject) *setObject {
	set = set.DeepCopy()
	parallel(set)
	return set
}

func TestAViewerSeesEverySnapshot(t *testing.T) {
	first := ststest.Opened(rolling())
	second := ststest.Opened(rolling(), ststest.UpdatedPod(4))
	viewer := &viewer{sink: &sink{goroutines: map[string]bool{}}}
	feed := make(chan engine.Update, 1)
	feed <- engine.Update{Snapshot: second}
	close(feed)
	engine.Engine{Feed: feed, Sink: viewer, Now: func() time.Time { return ststest.Start }}.Run(t.Context(), watching(), first)

	require.Equal(t, []sts.Snapshot{first, second}, viewer.seen)
}

type viewer struct {
	*sink
	seen []sts.Snapshot
}

func (v *viewer) View(s sts.Snapshot, _ time.Time) { v.seen = append(v.seen, s) }
