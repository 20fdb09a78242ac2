package verdict_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/verdict"
)

const restarted = "web-4: restarted after it was Available"

func hasFailed() *sts.Failure {
	return &sts.Failure{At: ststest.Start, Message: restarted, Pod: "web-4", Reason: "Restarted"}
}

func TestARunThatFailedIsToldWhateverThePodsAreLike(t *testing.T) {
	const text = `{"version":2,"from":6,"to":5,"failed":{"at":"2030-01-02T03:04:05Z","message":"` + restarted +
		`","pod":"web-4","reason":"Restarted"}}`
	record := &operation.Rollout{Stable: ststest.Stable, Failed: hasFailed()}
	now := ststest.Start.Add(time.Hour)
	tests := []struct {
		name   string
		s      sts.Snapshot
		record *operation.Rollout
		try    []string
	}{
		{
			"a canary", ststest.Snapshot(ststest.Set(ststest.Updating("nginx:1.22"), ststest.Partition(4)), updated(4)), record,
			[]string{
				"roll back: kubectl sts -n prod abort web",
				"or go to another revision: kubectl sts -n prod undo web --to-revision REVISION",
				"try again: kubectl sts -n prod canary web --retry",
			},
		},
		{
			"a scale", ststest.Snapshot(ststest.Set(ststest.Annotated(sts.ScaleAnnotation, text)), ststest.Pods(0, 5)), nil,
			[]string{
				"go back: kubectl sts -n prod scale web --replicas 6", "try again: kubectl sts -n prod scale web --replicas 5 --retry",
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := verdict.Judge(tt.s, doing(tt.s, tt.record), limits, command, now)
			require.Equal(t, verdict.Verdict{
				Result: rollout.Halted, Message: "failed: " + restarted + " (at 2030-01-02T03:04:05Z)", Pod: "web-4",
				Failed: hasFailed(), Try: tt.try,
			}, got)
			require.Equal(t, verdict.StateFailed, got.State())
		})
	}
}

func TestAWatchEndsWhereARunHasFailed(t *testing.T) {
	const text = `{"version":2,"stable":"web-stable","started":"2030-01-02T03:04:05Z","steps":["1"],"soak":"1m0s",` +
		`"failed":{"at":"2030-01-02T03:04:05Z","message":"` + restarted + `","pod":"web-4","reason":"Restarted"}`
	at := func(rest string) sts.Snapshot {
		return ststest.Snapshot(ststest.Set(ststest.Updating("nginx:1.22"), ststest.Partition(4),
			ststest.Annotated(sts.RolloutAnnotation, text+rest)), updated(4))
	}
	now := ststest.Start.Add(time.Second)

	got := verdict.Settled{}.Check(at("}"), now)
	require.False(t, got.Done)
	require.Equal(t, hasFailed(), got.Failed)

	soon := verdict.Settled{}.Check(at(`,"rollback":true}`), now)
	require.Nil(t, soon.Failed)
	require.Equal(t, "the way back", soon.Waiting)
	require.Equal(t, ststest.Start.Add(5*time.Second), soon.NextAt)

	late := verdict.Settled{}.Check(at(`,"rollback":true}`), ststest.Start.Add(5*time.Second))
	require.Equal(t, hasFailed(), late.Failed)
}

// A run that is killed when it would halt notes nothing.
func TestARestartInASoakCountsUntilTheSoakIsOver(t *testing.T) {
	record := &operation.Rollout{Stable: ststest.Stable, Started: ststest.Start, Soak: metav1.Duration{Duration: time.Minute}}
	at := ststest.Start.Add(time.Hour)
	pods := updated(4)
	ststest.ReadySince(at)(pods[4])
	ststest.Restarted(1)(pods[4])
	pods[4].Status.ContainerStatuses[0].LastTerminationState.Terminated = &corev1.ContainerStateTerminated{
		ExitCode: 1, FinishedAt: metav1.Time{Time: at.Add(-time.Second)},
	}
	s := ststest.Snapshot(ststest.Set(ststest.Updating("nginx:1.22"), ststest.Partition(4)), pods)

	got := verdict.Judge(s, doing(s, record), limits, command, at.Add(9*time.Second))
	require.Equal(t, rollout.Halted, got.Result)
	require.Equal(t, "trouble: web-4: restarted 10s ago (1 restart), and its soak of 1m0s is not over", got.Message)

	require.Equal(t, rollout.Held, verdict.Judge(s, doing(s, record), limits, command, at.Add(time.Minute)).Result)
}
