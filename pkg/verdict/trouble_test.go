package verdict_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/verdict"
)

// One look can't tell how long trouble has lasted: the pod's age stands for it.
func closer(pod string) []hint.Hint {
	return []hint.Hint{hint.Kube("look closer", "describe", "pod", pod)}
}

func TestTroubleCountsByTheAgeOfItsPod(t *testing.T) {
	tests := []struct {
		name   string
		reason string
		age    time.Duration
		counts bool
	}{
		{"what never heals counts at once", "InvalidImageName", 0, true},
		{"what often heals does not count in a young pod", "ImagePullBackOff", 30*time.Second - 1, false},
		{"what often heals counts after the patience", "ImagePullBackOff", 30 * time.Second, true},
		{"what nobody knows does not count before the deadline", "SomethingOfTomorrow", 10*time.Minute - 1, false},
		{"what nobody knows counts after the deadline", "SomethingOfTomorrow", 10 * time.Minute, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := ststest.Snapshot(ststest.Set(), ststest.Pods(0, 4), ststest.Pods(4, 5, ststest.Waiting(tt.reason, "words"), aged(tt.age)))
			pod, ok := s.Pod(4)
			require.True(t, ok)
			want := verdict.Verdict{
				Result: engine.Halted, Message: "trouble: web-4: nginx: " + tt.reason + ": words", Pod: "web-4",
				Trouble: pod.Trouble, Try: closer("web-4"),
			}
			if !tt.counts {
				want = moving("4/5 pods updated and available; web-4 nginx: " + tt.reason + ": words")
			}
			require.Equal(t, want, verdict.Judge(s, operation.Find(s), limits, ststest.Start))
		})
	}
}

func TestTheLowestPodInTroubleIsNamed(t *testing.T) {
	broken := ststest.Waiting("CrashLoopBackOff", "back-off")
	s := ststest.Snapshot(ststest.Set(), ststest.Pods(0, 1), ststest.Pods(1, 2, broken, aged(0)), ststest.Pods(2, 3),
		ststest.Pods(3, 5, broken))
	require.Equal(t, verdict.Verdict{
		Result: engine.Halted, Message: "trouble: web-3: nginx: CrashLoopBackOff: back-off", Pod: "web-3",
		Trouble: &sts.Trouble{Reason: "CrashLoopBackOff", Message: "back-off", Container: "nginx", Grace: sts.AfterPatience},
		Try:     closer("web-3"),
	}, verdict.Judge(s, operation.Find(s), limits, ststest.Start), "web-1 is too young for its trouble to count")
}

func TestAPodThatTheControllerCannotMake(t *testing.T) {
	s := ststest.Snapshot(ststest.Set(), ststest.Pods(0, 4))
	s.FailedCreates = map[string]sts.FailedCreate{"web-4": {Message: "exceeded quota"}}
	require.Equal(t, verdict.Verdict{
		Result: engine.Halted, Message: "trouble: web-4: FailedCreate: exceeded quota", Pod: "web-4",
		Trouble: &sts.Trouble{Reason: "FailedCreate", Message: "exceeded quota", Grace: sts.AfterPatience},
	}, verdict.Judge(s, operation.Find(s), limits, ststest.Start))
}

// The template was put back to Stable, and the pod of Update stays in place.
func TestThePodThatTheControllerWaitsForInVain(t *testing.T) {
	const waits = "not Ready, on another revision than wanted; the controller waits for it before it replaces any pod"
	old := ststest.Revision(ststest.Update)
	blocked := func(message string) verdict.Verdict {
		return verdict.Verdict{
			Result: engine.Halted, Message: "trouble: web-2: Blocked: " + message, Pod: "web-2",
			Trouble: &sts.Trouble{Reason: "Blocked", Message: message},
			Try: hinttest.List(
				"delete it, and it is recreated at the wanted revision: kubectl delete pod web-2",
				"or take the rollout back, which frees it too: kubectl sts undo web",
			),
		}
	}
	tests := []struct {
		name    string
		set     *appsv1.StatefulSet
		changes []func(*corev1.Pod)
		want    verdict.Verdict
	}{
		{
			"without known trouble",
			ststest.Set(),
			[]func(*corev1.Pod){old, ststest.Unready},
			blocked(waits),
		},
		{
			"with what is known",
			ststest.Set(),
			[]func(*corev1.Pod){old, ststest.Waiting("InvalidImageName", "NGINX")},
			blocked("nginx: InvalidImageName: NGINX; " + waits),
		},
		{
			"after the patience", ststest.Set(),
			[]func(*corev1.Pod){old, ststest.Unready, aged(30 * time.Second)},
			blocked(waits),
		},
		{
			"not before: it may yet become Ready", ststest.Set(),
			[]func(*corev1.Pod){old, ststest.Unready, aged(30*time.Second - 1)},
			moving("4/5 pods updated and available; web-2 is to be replaced"),
		},
		{
			"not with OnDelete, where the controller replaces nothing and so waits for nothing",
			ststest.Set(ststest.Strategy("OnDelete")),
			[]func(*corev1.Pod){old, ststest.Unready},
			verdict.Verdict{Result: engine.Held, Message: "held: strategy OnDelete, 1 pod waits to be deleted: web-2"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := ststest.Snapshot(tt.set, ststest.Pods(0, 2), ststest.Pods(2, 3, tt.changes...), ststest.Pods(3, 5))
			require.Equal(t, tt.want, verdict.Judge(s, operation.Find(s), limits, ststest.Start))
		})
	}
}

func TestAPodThatShouldHaveGotFurtherLongAgo(t *testing.T) {
	late := func(changes ...func(*corev1.Pod)) verdict.Verdict {
		s := ststest.Snapshot(ststest.Set(), ststest.Pods(0, 4), ststest.Pods(4, 5, changes...))
		return verdict.Judge(s, operation.Find(s), limits, ststest.Start)
	}
	trouble := late(ststest.Unready, unreadyFor(10*time.Minute))
	require.Equal(t, verdict.Verdict{
		Result: engine.Halted, Message: "trouble: web-4: running, not Ready for 10m0s", Pod: "web-4",
		Trouble: &sts.Trouble{Reason: sts.ReasonNotReady, Message: "running, not Ready", Grace: sts.AtDeadline},
		Try:     closer("web-4"),
	}, trouble)
	require.Equal(t, engine.Held, late(ststest.Unready, unreadyFor(10*time.Minute-time.Second)).Result)

	gone := late(ststest.Terminating, func(p *corev1.Pod) { p.DeletionTimestamp.Time = ststest.Start.Add(-time.Hour) })
	require.Equal(t, "trouble: web-4: terminating for 1h0m0s", gone.Message)
	require.Equal(t, engine.Held, late(ststest.Terminating).Result)
}
