package engine_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/podorder"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// remounting is a plan that restarts the pods for which file systems of these ordinals wait.
func remounting(free plan.Replace, ordinals ...int) plan.Plan {
	free.Mode, free.Why = plan.ReplaceRestart, "so that its file system grows"
	p := growing()
	until := plan.FileSystemsGrown{ClaimsResized: plan.ClaimsResized{
		Of: len(ordinals), Patience: metav1.Duration{Duration: p.Patience}, Placing: metav1.Duration{Duration: time.Minute},
	}}
	for _, o := range ordinals {
		c := aClaim(o)
		until.Claims = append(until.Claims, plan.ClaimSize{
			Name: c.Name, UID: c.UID, Template: "data", Ordinal: o, From: "1Gi", To: "2Gi",
		})
	}
	p.Steps = []plan.Step{{Title: "restart those that wait", Number: 1, Of: 1, Until: until, Replace: &free, Soak: 30 * time.Second}}
	return p
}

// unmounted is a claim whose file system waits for a restart.
func unmounted(ordinal int) storage.Claim {
	return aClaim(ordinal, func(c *storage.Claim) {
		c.Resize = &storage.Resize{Request: "2Gi", FileSystemPending: true, Pending: ststest.In(-time.Minute)}
	})
}

// aged are five pods, those of some ordinals others than they were.
func aged(pods ...*corev1.Pod) []*corev1.Pod {
	all := ststest.Pods(0, 5)
	for _, pod := range pods {
		for i := range all {
			if all[i].Name == pod.Name {
				all[i] = pod
			}
		}
	}
	return all
}

func remounted(ordinal int, at time.Duration, changes ...func(*corev1.Pod)) *corev1.Pod {
	return ststest.Pod(ordinal, append([]func(*corev1.Pod){ststest.Recreated, func(pod *corev1.Pod) {
		pod.CreationTimestamp = metav1.NewTime(ststest.In(at))
		ststest.ReadySince(ststest.In(at))(pod)
	}}, changes...)...)
}

func claimsAnd(pods []*corev1.Pod, claims ...storage.Claim) sts.Snapshot {
	s := ststest.WithClaims(claims...)
	s.Pods = ststest.Snapshot(ststest.Set(), pods).Pods
	return s
}

func TestPodsRestartForTheirFileSystemsOneAfterTheOther(t *testing.T) {
	waits := claimsAnd(aged(), unmounted(4), unmounted(3))
	w := newWalk(t, remounting(plan.Replace{}, 4, 3), waits)
	require.Nil(t, w.see(waits).Do, "the kubelet has its time")
	d := w.after(time.Minute).see(waits)
	require.Equal(t, plan.DeletePod{Name: "web-4", UID: "web-4-uid", Why: "so that its file system grows"}, d.Do)
	w.state = w.state.Applied(d.Do, nil, w.now)

	require.Nil(t, w.see(waits).Do, "the watch does not show it yet")
	back := aged(remounted(4, 70*time.Second))
	require.Nil(t, w.after(10*time.Second).see(claimsAnd(back, unmounted(4), unmounted(3))).Do, "its file system has not grown")
	unready := aged(remounted(4, 70*time.Second, ststest.Unready))
	require.Nil(t, w.see(claimsAnd(unready, aClaim(4, has2Gi), unmounted(3))).Do, "it is not Available")
	d = w.see(claimsAnd(back, aClaim(4, has2Gi), unmounted(3)))
	require.Equal(t, "web-3", deletes(d.Do))
	w.state = w.state.Applied(d.Do, nil, w.now)

	both := claimsAnd(aged(remounted(4, 70*time.Second), remounted(3, 80*time.Second)), aClaim(4, has2Gi), aClaim(3, has2Gi))
	d = w.after(10 * time.Second).see(both)
	require.Nil(t, d.End, "it soaks")
	i := slices.IndexFunc(d.Events, func(e engine.Event) bool { return e.Type == engine.EventPod && e.Pod.Pod == "web-3" })
	require.GreaterOrEqual(t, i, 0)
	require.Zero(t, d.Events[i].Want, "claims are counted, not pods")
	require.Contains(t, eventTypes(d), engine.EventSoak)
	require.Equal(t, engine.Done, w.after(30*time.Second).see(both).End.Result)
}

func TestWherePodsNeedNotRestartNoneIsSoaked(t *testing.T) {
	grown := claimsAnd(aged(ststest.Pod(2, ststest.Waiting("CrashLoopBackOff", "back-off"))), aClaim(4, has2Gi))
	d := newWalk(t, remounting(plan.Replace{}, 4), grown).see(grown)
	require.Equal(t, engine.Done, d.End.Result, "a pod that is down may be what the size is for")
	require.NotContains(t, eventTypes(d), engine.EventSoak)
}

func TestAPodThatDoesNotComeBackForItsFileSystemEndsTheRun(t *testing.T) {
	waits := claimsAnd(aged(), unmounted(4), unmounted(3))
	w := newWalk(t, remounting(plan.Replace{}, 4, 3), waits)
	w.see(waits)
	d := w.after(time.Minute).see(waits)
	w.state = w.state.Applied(d.Do, nil, w.now)
	crashing := aged(remounted(4, 70*time.Second, ststest.Waiting("CrashLoopBackOff", "back-off")))
	broken := claimsAnd(crashing, aClaim(4, has2Gi), unmounted(3))
	require.Nil(t, w.see(broken).Do)

	o := w.after(30 * time.Second).see(broken).End

	require.Equal(t, engine.Halted, o.Result)
	require.Equal(t, "web-4", o.Pod)
	require.Empty(t, o.Gate)
	again := o.Try[len(o.Try)-1]
	require.Equal(t, []string{"web"}, again.Args, "it needs no --retry")
}

func TestNoPodRestartsForItsFileSystemWhileAnotherIsDown(t *testing.T) {
	waits := claimsAnd(aged(ststest.Pod(2, ststest.Unready)), unmounted(4))
	w := newWalk(t, remounting(plan.Replace{}, 4), waits)
	w.see(waits)
	d := w.after(time.Minute).see(waits)
	require.Nil(t, d.Do)
	require.Nil(t, d.End)
}

func TestBudgetsAndOrderOfRestartsForFileSystems(t *testing.T) {
	budget := ststest.Budget(ststest.Healthy(5, 5))
	waits := claimsAnd(aged(ststest.Pod(4, ststest.Labelled("role", "primary"))), unmounted(4), unmounted(3)).
		WithBudgets([]*policyv1.PodDisruptionBudget{budget})
	free := plan.Replace{Budgets: true, Order: podorder.Order{Last: "role=primary"}}
	w := newWalk(t, remounting(free, 4, 3), waits)
	w.see(waits)
	d := w.after(time.Minute).see(waits)
	require.Nil(t, d.Do)
	require.Equal(t, engine.EventWait, d.Events[len(d.Events)-1].Type)
	require.Contains(t, d.Events[len(d.Events)-1].Message, "PodDisruptionBudget quorum to let web-3 go")

	allows := claimsAnd(aged(ststest.Pod(4, ststest.Labelled("role", "primary"))), unmounted(4), unmounted(3)).
		WithBudgets([]*policyv1.PodDisruptionBudget{ststest.Budget()})
	require.Equal(t, "web-3", deletes(w.see(allows).Do), "the leader comes last")
}
