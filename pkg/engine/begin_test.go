package engine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestAWatchGoesAlongWithWhatOthersChange(t *testing.T) {
	w := newWalk(t, enginetest.Watching(), ststest.Opened(enginetest.Rolling()))
	for _, changes := range [][]setOption{
		{ststest.Generation(4), ststest.Partition(2)},
		{ststest.Generation(5), ststest.Replicas(4)},
		{ststest.Generation(6), ststest.Updating("nginx:1.23")},
		{ststest.Generation(7), onDelete},
		{ststest.Generation(8), ststest.Annotated(ststest.CanaryRecord, "another")},
		{ststest.Generation(9), ststest.Deleted},
	} {
		require.Nil(t, w.see(ststest.Opened(enginetest.Rolling(changes...))).End)
	}
}

func TestAWatchEndsWithItsSet(t *testing.T) {
	p := enginetest.Watching()
	another := ststest.Opened(enginetest.Rolling())
	another.Set.UID = "another"
	for name, s := range map[string]sts.Snapshot{
		"the StatefulSet was deleted": {}, "the StatefulSet was deleted and recreated": another,
	} {
		want := engine.Decision{End: &engine.Outcome{Result: engine.Halted, Message: name}}
		want.End.Step = &p.Steps[0]
		w := newWalk(t, p, ststest.Opened(enginetest.Rolling()))
		w.see(ststest.Opened(enginetest.Rolling()))
		require.Equal(t, want, quiet(w.see(s)))
	}
}

func TestAWatchThatIsHeldSaysWhyAndWhatHelps(t *testing.T) {
	p := enginetest.Watching()
	s := ststest.Opened(enginetest.Rolling(), ststest.StablePod(0, ststest.Revision("held")))
	require.Equal(t, engine.Decision{End: &engine.Outcome{
		Result: engine.Held, Message: "up to you", Step: &p.Steps[0], Try: hinttest.List("help web "),
	}}, quiet(newWalk(t, p, s).see(s)))
}

func TestAWatchThatIsDoneSaysWhatItsConditionSays(t *testing.T) {
	s := ststest.Snapshot(ststest.Set(), ststest.Pods(0, 5))
	require.Equal(t, engine.Decision{End: &engine.Outcome{Result: engine.Done, Message: "all there"}},
		quiet(newWalk(t, enginetest.Watching(), s).see(s)))
}

// sees is a condition that has this answer.
type sees struct{ plan.Progress }

func (c sees) Check(sts.Snapshot, time.Time) plan.Progress { return c.Progress }

func (sees) String() string { return "seen" }

// Where there is little room, the reason is what a person needs first.
func TestAWatchThatTellsOfAFailureKnowsItsReason(t *testing.T) {
	failed := &note.Failure{At: ststest.Start, Message: "web-4: nginx: OOMKilled: exit code 137", Pod: "web-4", Reason: "OOMKilled"}
	watching := func(p plan.Progress) plan.Plan {
		return enginetest.Watching(func(of *plan.Plan) { of.Steps[0].Until = sees{p} })
	}
	s := ststest.Opened(enginetest.Rolling())
	for _, p := range []plan.Progress{{Failed: failed}, {Back: "it was taken back", Reason: "OOMKilled"}} {
		require.Equal(t, "OOMKilled", newWalk(t, watching(p), s).see(s).End.Reason)
	}
	d := newWalk(t, watching(plan.Progress{Waiting: "somebody to act", Reason: "OOMKilled"}), s).see(s)
	require.Equal(t, "OOMKilled", d.Events[len(d.Events)-1].Reason)
}
