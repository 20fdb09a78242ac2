package loop_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/loop"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// unreadyFor is a pod that ceased to be Ready so long ago.
func unreadyFor(d time.Duration) func(*corev1.Pod) { return ststest.ReadySince(ststest.In(-d)) }

func TestTroubleThatIsThereWhenAWatchBeginsHasUsedUpItsPatience(t *testing.T) {
	reverted := ststest.Set(ststest.Generation(3)) // the template is back, its pods are wanted on Stable
	tests := []struct {
		name string
		set  *appsv1.StatefulSet
		pod  *corev1.Pod
		ends bool
	}{
		{"trouble that is old", enginetest.Rolling(), ststest.UpdatedPod(4, enginetest.BackOff, unreadyFor(enginetest.Patience)), true},
		{
			"trouble that is not", enginetest.Rolling(),
			ststest.UpdatedPod(4, enginetest.BackOff, unreadyFor(enginetest.Patience-time.Second)), false,
		},
		{"a pod that blocks for long", reverted, ststest.UpdatedPod(4, ststest.Unready, unreadyFor(enginetest.Patience)), true},
		{"a pod that does not", reverted, ststest.UpdatedPod(4, ststest.Unready, unreadyFor(enginetest.Patience-time.Second)), false},
		{
			"with Parallel the controller may heal it", withParallel(reverted),
			ststest.UpdatedPod(4, ststest.Unready, unreadyFor(enginetest.Patience)), false,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := ststest.Snapshot(tt.set, ststest.Pods(0, 4), []*corev1.Pod{tt.pod})
			onStage(t, enginetest.Watching(), s, func(t *testing.T, st *stage) {
				if !tt.ends {
					st.goesOn()
					return
				}
				o := st.ends()
				require.Equal(t, engine.Halted, o.Result)
				require.Equal(t, []hint.Hint{hint.Words("help web web-4")}, o.Try)
				require.Empty(t, o.Gate)
			})
		})
	}
}

func withParallel(set *appsv1.StatefulSet) *appsv1.StatefulSet {
	set = set.DeepCopy()
	enginetest.Parallel(set)
	return set
}

func TestAViewerSeesEverySnapshot(t *testing.T) {
	first := ststest.Opened(enginetest.Rolling())
	second := ststest.Opened(enginetest.Rolling(), ststest.UpdatedPod(4))
	viewer := &viewer{sink: &sink{goroutines: map[string]bool{}}}
	feed := make(chan engine.Update, 1)
	feed <- engine.Update{Snapshot: second}
	close(feed)
	loop.Engine{Feed: feed, Sink: viewer, Now: func() time.Time { return ststest.Start }}.Run(t.Context(), enginetest.Watching(), first)

	require.Equal(t, []sts.Snapshot{first, second}, viewer.seen)
}

type viewer struct {
	*sink
	seen []sts.Snapshot
}

func (v *viewer) View(s sts.Snapshot, _ time.Time) { v.seen = append(v.seen, s) }
