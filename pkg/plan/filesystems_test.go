package plan_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// fileSystems is the condition of the claims of ordinals 4 and 3.
var fileSystems = plan.FileSystemsGrown{ClaimsResized: plan.ClaimsResized{
	Claims: []plan.ClaimSize{toGrow(4), toGrow(3)}, Of: 2,
	Patience: metav1.Duration{Duration: 30 * time.Second}, Placing: metav1.Duration{Duration: 5 * time.Minute},
}}

// waitsFor is a claim whose file system waits for a restart, since a minute before the start.
func waitsFor(ordinal int) storage.Claim {
	return growing(ordinal, pending, func(c *storage.Claim) { c.Resize.Pending = ststest.In(-time.Minute) })
}

// young is another pod of its ordinal, created and Ready at this time.
func young(at time.Duration) func(*corev1.Pod) {
	return func(pod *corev1.Pod) {
		ststest.Recreated(pod)
		pod.CreationTimestamp = metav1.NewTime(ststest.In(at))
		ststest.ReadySince(ststest.In(at))(pod)
	}
}

// claimsBeside are these claims beside the pods of ordinals 0 to 3, and this one.
func claimsBeside(four *corev1.Pod, claims ...storage.Claim) sts.Snapshot {
	s := ststest.WithClaims(claims...)
	s.Pods = ststest.Snapshot(ststest.Set(), append(ststest.Pods(0, 4), four)).Pods
	return s
}

// old are the pods that are to restart, highest first.
func old(p plan.Progress) []string {
	var out []string
	for i := len(p.Pods) - 1; i >= 0; i-- {
		if p.Pods[i].State == sts.StateOld {
			out = append(out, p.Pods[i].Pod)
		}
	}
	return out
}

func TestWherePodsNeedNotRestartNoneIsLookedAt(t *testing.T) {
	down := claimsBeside(ststest.Pod(4, ststest.Unready), growing(4, grownNow), growing(3, grownNow))
	got := fileSystems.Check(down, ststest.Start)
	require.Equal(t, []any{true, true, true, 0}, []any{got.Done, got.Untouched, got.Bears, len(got.Pods)})

	waits := claimsBeside(ststest.Pod(4), waitsFor(4), growing(3, grownNow))
	got = fileSystems.Check(waits, ststest.Start)
	require.Equal(t, []any{false, true, true, 0}, []any{got.Done, got.Untouched, got.Bears, len(got.Pods)}, "a kubelet has its time")
	require.Equal(t, ststest.In(5*time.Minute), got.NextAt)
}

func TestAPodRestartsOnceForItsFileSystem(t *testing.T) {
	memory, _ := fileSystems.Recall(nil, claimsBeside(ststest.Pod(4), waitsFor(4), waitsFor(3)), ststest.Start)
	at := ststest.In(5 * time.Minute)
	memory, got := fileSystems.Recall(memory, claimsBeside(ststest.Pod(4), waitsFor(4), waitsFor(3)), at)
	require.Equal(t, []string{"web-4", "web-3"}, old(got))
	require.Equal(t, []any{false, false, false, "", ""}, []any{got.Done, got.Untouched, got.Bears, got.Held, got.Waiting})

	memory, got = fileSystems.Recall(memory, claimsBeside(ststest.Pod(4, ststest.Terminating), waitsFor(4), waitsFor(3)), at)
	require.Equal(t, []string{"web-3"}, old(got), "one that goes already is not to go again")
	require.Equal(t, sts.StateTerminating, got.Pods[4].State)

	back := ststest.Pod(4, young(6*time.Minute))
	memory, got = fileSystems.Recall(memory, claimsBeside(back, waitsFor(4), waitsFor(3)), ststest.In(6*time.Minute))
	require.Empty(t, old(got), "no other goes before its file system has grown")
	require.Contains(t, got.Waiting, "claim data-web-4 (1Gi, to be 2Gi): its file system is to grow")
	require.Equal(t, ststest.In(11*time.Minute), got.NextAt)
	_, stuck := fileSystems.Recall(memory, claimsBeside(back, waitsFor(4), waitsFor(3)), ststest.In(11*time.Minute))
	require.Equal(t, "claim data-web-4 (1Gi, to be 2Gi): its file system is to grow (FileSystemResizePending), "+
		"although web-4 has restarted since the volume grew", stuck.Stuck)
	require.Equal(t, []hint.Hint{
		hint.Kube("see what the driver says", "describe", "pvc", "data-web-4"),
		hint.Kube("see what its kubelet says", "describe", "pod", "web-4"),
	}, stuck.Try)

	memory, got = fileSystems.Recall(memory, claimsBeside(back, growing(4, grownNow), waitsFor(3)), ststest.In(7*time.Minute))
	require.Equal(t, []string{"web-3"}, old(got))
	unready := ststest.Pod(4, young(6*time.Minute), ststest.Unready)
	_, got = fileSystems.Recall(memory, claimsBeside(unready, growing(4, grownNow), growing(3, grownNow)), ststest.In(8*time.Minute))
	require.False(t, got.Done, "it has to be Available")
	_, got = fileSystems.Recall(memory, claimsBeside(back, growing(4, grownNow), growing(3, grownNow)), ststest.In(8*time.Minute))
	require.Equal(t, []any{true, false}, []any{got.Done, got.Untouched})
}

// A run that was killed has restarted it: the pod is younger than the growth of its volume.
func TestAPodThatRestartedBeforeThisRunDoesNotRestartAgain(t *testing.T) {
	for name, test := range map[string]struct {
		created time.Duration
		want    []string
	}{
		"younger":          {-30 * time.Second, nil},
		"of the same time": {-time.Minute, []string{"web-4"}},
		"older":            {-2 * time.Minute, []string{"web-4"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := claimsBeside(ststest.Pod(4, young(test.created), ststest.Unready), waitsFor(4), growing(3, grownNow))
			memory, _ := fileSystems.Recall(nil, s, ststest.Start)
			_, got := fileSystems.Recall(memory, s, ststest.In(time.Hour))
			require.Equal(t, test.want, old(got))
			require.Empty(t, got.Stuck, "it has to be Available before that counts")
			require.False(t, got.Bears, "its trouble is the run's")
		})
	}
}

func TestNoPodRestartsBesideAnotherRun(t *testing.T) {
	for _, key := range []string{note.RolloutAnnotation, note.ScaleAnnotation} {
		s := ststest.WithClaims(waitsFor(4), waitsFor(3))
		s.Set.Annotations = map[string]string{key: "{}"}
		require.Contains(t, fileSystems.Check(s, ststest.Start).Broken, "another run has begun on the set meanwhile (annotation "+key)
	}
}

func TestWhatEndsAResizeEndsItHereAsWell(t *testing.T) {
	got := fileSystems.Check(claimsBeside(ststest.Pod(4), growing(4, unable), waitsFor(3)), ststest.Start)
	require.Contains(t, got.Stuck, "ControllerResizeInfeasible")
	require.Equal(t, "the claims to be read", fileSystems.Check(ststest.Settled(), ststest.Start).Waiting)
	require.Equal(t, "claims data-web-4, data-web-3 have the new size, and each pod that had to restart for it is Available",
		fileSystems.String())
	require.True(t, fileSystems.About(4))
	require.False(t, fileSystems.About(0))
}
