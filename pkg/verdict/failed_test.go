package verdict_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/verdict"
)

const restarted = "web-4: restarted after it was Available"

func hasFailed() *note.Failure {
	return &note.Failure{At: ststest.Start, Message: restarted, Pod: "web-4", Reason: "Restarted"}
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
				"roll back: kubectl sts abort web",
				"or go to another revision: kubectl sts undo web --to-revision REVISION",
				"try again: kubectl sts canary web --retry",
			},
		},
		{
			"a scale", ststest.Snapshot(ststest.Set(ststest.Annotated(note.ScaleAnnotation, text)), ststest.Pods(0, 5)), nil,
			[]string{
				"go back: kubectl sts scale web --replicas 6", "try again: kubectl sts scale web --replicas 5 --retry",
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := verdict.Judge(tt.s, doing(tt.s, tt.record), limits, now)
			require.Equal(t, verdict.Verdict{
				Result: engine.Halted, Message: "failed: " + restarted + " (at 2030-01-02T03:04:05Z)", Pod: "web-4",
				Failed: hasFailed(), Try: hinttest.Trying(1, hinttest.List(tt.try...)),
			}, got)
			require.Equal(t, verdict.StateFailed, got.State())
			require.Equal(t, "Restarted", got.Reason())
		})
	}
}

func TestAWatchEndsWhereARunHasFailed(t *testing.T) {
	const text = `{"version":2,"stable":"web-stable","started":"2030-01-02T03:04:05Z","steps":["1"],"soak":"1m0s",` +
		`"failed":{"at":"2030-01-02T03:04:05Z","message":"` + restarted + `","pod":"web-4","reason":"Restarted"}`
	at := func(rest string) sts.Snapshot {
		return ststest.Snapshot(ststest.Set(ststest.Updating("nginx:1.22"), ststest.Partition(4),
			ststest.Annotated(note.RolloutAnnotation, text+rest)), updated(4))
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

// A gate that somebody else opens lets through what nobody has measured.
func TestAGateThatSomebodyElseOpenedIsAFailure(t *testing.T) {
	at := ststest.Start.Add(-time.Minute)
	openedBy := func(manager string) setOption {
		return func(set *appsv1.StatefulSet) {
			wrote(time.Minute, partitionField)(set)
			set.ManagedFields[0].Manager = manager
		}
	}
	failure := func(message string) *note.Failure {
		return &note.Failure{At: at, Reason: "GateOpened", Message: message}
	}
	const byFlux = "the gate was opened by kustomize-controller at 2030-01-02T03:03:05Z, from partition 4 to "
	tests := []struct {
		name      string
		verb      string // of the record, empty for a canary
		partition int32
		manager   string
		failed    *note.Failure // nil for none
		help      []string      // when a watch has ended there
	}{
		{
			"all the way", ``, 0, "kustomize-controller",
			failure(byFlux + "0: 4 pods updated without a soak (web-3, web-2, web-1, web-0)"),
			[]string{
				"roll back: kubectl sts abort web",
				"or go to another revision: kubectl sts undo web --to-revision REVISION",
				"try again: kubectl sts canary web --retry",
			},
		},
		{
			"by one pod of a restart", `restart`, 3, "kustomize-controller",
			failure(byFlux + "3: 1 pod updated without a soak (web-3)"),
			[]string{
				"give the restart up: kubectl sts abort web",
				"or go to another revision: kubectl sts undo web --to-revision REVISION",
				"try again: kubectl sts restart web --retry",
			},
		},
		{
			"by the canary itself", ``, 3, "sts-rollout", nil,
			[]string{"the next step: kubectl sts promote web", "roll back: kubectl sts abort web"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := ststest.Snapshot(ststest.Set(ststest.Updating("nginx:1.22"), ststest.Partition(tt.partition),
				canaryAt(time.Hour, `,"gate":4,"verb":"`+tt.verb+`"`), openedBy(tt.manager)), updated(int(tt.partition)))
			judged := verdict.Judge(s, operation.Find(s), limits, ststest.Start)
			watched := verdict.Settled{}.Check(s, ststest.Start)

			require.Equal(t, tt.failed, judged.Failed)
			require.Equal(t, tt.failed, watched.Failed)
			require.Equal(t, tt.failed != nil, watched.Operation.Failed)
			require.Equal(t, tt.help, hint.Caller{}.RenderAll(judged.Try))
			halted := engine.Outcome{Result: judged.Result}
			got := verdict.Settled{}.Help(s, halted, ststest.Start)
			require.Equal(t, tt.help, hint.Caller{}.RenderAll(got))
			if tt.failed == nil {
				require.Equal(t, verdict.StateHeld, judged.State())
				return
			}
			require.Equal(t, verdict.Verdict{
				Result: engine.Halted, Message: "failed: " + tt.failed.String(), Failed: tt.failed,
				Try: hinttest.Trying(1, hinttest.List(tt.help...)),
			}, judged)
			require.False(t, watched.Done, "also where every pod is updated and Available")
		})
	}
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

	got := verdict.Judge(s, doing(s, record), limits, at.Add(9*time.Second))
	require.Equal(t, engine.Halted, got.Result)
	require.Equal(t, "trouble: web-4: restarted 10s ago (1 restart), and its soak of 1m0s is not over", got.Message)

	require.Equal(t, engine.Held, verdict.Judge(s, doing(s, record), limits, at.Add(time.Minute)).Result)

	// Kubernetes tells whole seconds: it may have been right after the beginning.
	record.Started = at.Add(-time.Second)
	require.Equal(t, engine.Halted, verdict.Judge(s, doing(s, record), limits, at.Add(9*time.Second)).Result)
	record.Started = at
	require.Equal(t, engine.Held, verdict.Judge(s, doing(s, record), limits, at.Add(9*time.Second)).Result)
}
