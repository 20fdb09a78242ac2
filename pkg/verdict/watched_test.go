package verdict_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/verdict"
)

func TestWhatHelpsWhenAWatchHasEnded(t *testing.T) {
	updating := ststest.Updating("nginx:1.22")
	crash := &sts.Trouble{Reason: "CrashLoopBackOff"}
	halted := engine.Outcome{Result: engine.Halted, Pod: "web-4", Trouble: crash}
	const closer = "look closer: kubectl describe pod web-4"
	tests := []struct {
		name string
		s    sts.Snapshot
		o    engine.Outcome
		want []string
	}{
		{
			"a pod in trouble during a rollout",
			ststest.Snapshot(ststest.Set(updating), updated(4)), halted,
			[]string{"take the rollout back: kubectl sts undo web", closer},
		},
		{
			"a pod in trouble without a rollout",
			ststest.Snapshot(ststest.Set(), ststest.Pods(0, 5)), halted,
			[]string{closer},
		},
		{
			"the pod that the controller waits for in vain",
			ststest.Snapshot(ststest.Set(), updated(4)),
			engine.Outcome{Result: engine.Halted, Pod: "web-4", Trouble: &sts.Trouble{Reason: sts.ReasonBlocked}},
			[]string{
				"delete it, and it is recreated at the wanted revision: kubectl delete pod web-4",
				"or take the rollout back, which frees it too: kubectl sts undo web",
			},
		},
		{
			"nobody got further",
			ststest.Snapshot(ststest.Set(updating), updated(4)),
			engine.Outcome{Result: engine.Halted},
			nil,
		},
		{
			"a partition",
			ststest.Snapshot(ststest.Set(updating, ststest.Partition(3)), updated(3)),
			engine.Outcome{Result: engine.Held},
			[]string{"take the others through step by step: kubectl sts canary web"},
		},
		{
			"a partition above pods that are updated already",
			ststest.Snapshot(ststest.Set(updating, ststest.Partition(5)), updated(4)),
			engine.Outcome{Result: engine.Held},
			nil,
		},
		{
			"OnDelete",
			ststest.Snapshot(ststest.Set(updating, ststest.Strategy("OnDelete")), updated(3)),
			engine.Outcome{Result: engine.Held},
			[]string{"have them replaced one after another: kubectl sts canary web"},
		},
		{
			"a canary",
			ststest.Snapshot(ststest.Set(updating, ststest.Partition(4), canaryAt(time.Hour, "")), updated(4)),
			engine.Outcome{Result: engine.Held},
			[]string{"the next step: kubectl sts promote web", "roll back: kubectl sts abort web"},
		},
		{
			"a canary in trouble",
			ststest.Snapshot(ststest.Set(updating, ststest.Partition(3), canaryAt(time.Hour, "")), updated(4)), halted,
			[]string{"resume: kubectl sts canary web", "roll back: kubectl sts abort web"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := verdict.Settled{}.Help(tt.s, tt.o, ststest.Start)
			require.Equal(t, tt.want, hint.Caller{}.RenderAll(got))
		})
	}
}
