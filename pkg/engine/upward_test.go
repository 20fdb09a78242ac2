package engine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/saved"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// has has the pod use the claim of template wal.
func has(pod *corev1.Pod) {
	pod.Spec.Volumes = append(pod.Spec.Volumes, corev1.Volume{Name: "wal", VolumeSource: corev1.VolumeSource{
		PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "wal-" + pod.Name},
	}})
}

// Pods that lack a volume go from the lowest up, whatever leads and whatever is down above.
func TestPodsThatLackAVolumeGoFromTheLowestUp(t *testing.T) {
	upward := enginetest.Step(func(s *plan.Step) {
		*s = plan.Step{
			Title: "restart the pods", Until: plan.VolumesAdded{Added: []saved.Added{{Template: "wal"}}},
			Replace: &plan.Replace{Mode: plan.ReplaceUpward},
		}
	})
	pod := func(ordinal int, changes ...podOption) *corev1.Pod {
		return ststest.Pods(ordinal, ordinal+1, changes...)[0]
	}
	fresh := ststest.ReadySince(ststest.In(-time.Second))
	minReady := func(set *appsv1.StatefulSet) { set.Spec.MinReadySeconds = 10 }
	for _, test := range []struct {
		name  string
		pods  []*corev1.Pod
		want  string
		waits string
		// unmade is the claim that there is not.
		unmade string
		set    []func(*appsv1.StatefulSet)
	}{
		{name: "the lowest", pods: []*corev1.Pod{pod(0), pod(1), pod(2)}, want: "web-0"},
		{name: "the next one", pods: []*corev1.Pod{pod(0, has), pod(1), pod(2)}, want: "web-1"},
		{name: "the lowest, though it is down", pods: []*corev1.Pod{pod(0, has), pod(1, ststest.Unready), pod(2)}, want: "web-1"},
		{
			name: "none below one that is down", pods: []*corev1.Pod{pod(0, has), pod(1), pod(2, ststest.Unready)},
			waits: "web-2 to be Ready again: no pod below it goes while it is not",
		},
		{name: "the lowest, though one above has gone", pods: []*corev1.Pod{pod(0, has), pod(1)}, want: "web-1"},
		{
			name: "none while its claim is not there", pods: []*corev1.Pod{pod(0, has), pod(1), pod(2)}, unmade: "wal-web-1",
			waits: "the StatefulSet controller to create claim wal-web-1",
		},
		{name: "none while one below is missing", pods: []*corev1.Pod{pod(1), pod(2)}},
		{name: "none while one that has it is not Ready", pods: []*corev1.Pod{pod(0, has, ststest.Unready), pod(1), pod(2)}},
		{name: "none while one is going", pods: []*corev1.Pod{pod(0, ststest.Terminating), pod(1), pod(2)}},
		{
			name: "none while one is not Ready for long enough", set: []func(*appsv1.StatefulSet){minReady},
			pods: []*corev1.Pod{pod(0, has), pod(1), pod(2, fresh)},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			set := ststest.Set(append(test.set, ststest.Replicas(3), ststest.ClaimTemplates("wal"))...)
			s := ststest.Snapshot(set, test.pods).WithClaims(nil)
			for _, name := range []string{"wal-web-0", "wal-web-1", "wal-web-2"} {
				if name != test.unmade {
					s.Claims = append(s.Claims, ststest.Claim(name))
				}
			}
			p := enginetest.OneStep(upward)
			_, d := engine.Next(p, engine.NewState(s, ststest.Start), s, ststest.Start)
			if test.want == "" {
				require.Nil(t, d.Do)
				require.Nil(t, d.End)
				if test.waits != "" {
					require.Contains(t, waits(d), test.waits)
				}
				return
			}
			gone, ok := d.Do.(plan.DeletePod)
			require.True(t, ok, "%v", d)
			require.Equal(t, test.want, gone.Name)
		})
	}
}

// On the way back those that are down go, whatever the others are like.
func TestPodsThatAreDownForAVolumeGo(t *testing.T) {
	back := enginetest.Step(func(s *plan.Step) {
		*s = plan.Step{
			Title: "restart the pods", Until: plan.VolumesDropped{Templates: []string{"wal"}},
			Replace: &plan.Replace{Mode: plan.ReplaceUpward, AlwaysUnhealthy: true},
		}
	})
	pod := func(ordinal int, changes ...podOption) *corev1.Pod {
		return ststest.Pods(ordinal, ordinal+1, changes...)[0]
	}
	for want, pods := range map[string][]*corev1.Pod{
		"web-0": {pod(0, has, ststest.Unready), pod(1, ststest.Unready), pod(2)},
		"web-1": {pod(0, ststest.Unready), pod(1, has, ststest.Unready), pod(2, has, ststest.Unready)},
		"":      {pod(0, has), pod(1, ststest.Unready), pod(2, has)},
	} {
		s := ststest.Snapshot(ststest.Set(ststest.Replicas(3)), pods)
		_, d := engine.Next(enginetest.OneStep(back), engine.NewState(s, ststest.Start), s, ststest.Start)
		gone, ok := d.Do.(plan.DeletePod)
		require.Equal(t, want, gone.Name)
		require.Equal(t, want != "", ok)
	}
}

func waits(d engine.Decision) []string {
	var out []string
	for i := range d.Events {
		if d.Events[i].Type == engine.EventWait {
			out = append(out, d.Events[i].Message)
		}
	}
	return out
}
