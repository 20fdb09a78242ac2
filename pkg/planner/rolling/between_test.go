package rolling_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation/operationtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/intent"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/undo"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/podorder"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// Only one verb at a time has a set in hand.
func TestOneVerbKeepsOutOfTheOthersWay(t *testing.T) {
	busy := func(noun, verb string) *plan.Refusal {
		return &plan.Refusal{
			Why: noun + ` of statefulset "web" is in progress since 2030-01-02T03:04:05Z`,
			Try: hinttest.List(
				"finish it: kubectl sts "+verb+" web",
				"or give it up: kubectl sts abort web",
			),
		}
	}
	undoing := busy("an undo", "undo")
	undoing.Try[1] = hinttest.Of("or go back to what it leaves: kubectl sts undo web --to-revision web-stable")
	goingBack := func(verb string) *plan.Refusal {
		return &plan.Refusal{
			Why: "the " + verb + ` of statefulset "web" is being aborted`,
			Try: hinttest.List("finish that: kubectl sts abort web"),
		}
	}
	for _, test := range []struct {
		name   string
		record operation.Rollout
		do     verbtest.Planner
		want   *plan.Refusal
	}{
		{"a canary during an undo", verbtest.Record(verbtest.Of(operation.VerbUndo)), verbtest.CanaryOf("nginx:1.23"), undoing},
		{
			"a canary during a restart", verbtest.Record(verbtest.Of(operation.VerbRestart)), verbtest.CanaryOf("nginx:1.23"),
			busy("a restart", "restart"),
		},
		{
			"an undo during a restart", verbtest.Record(verbtest.Of(operation.VerbRestart)), verbtest.ToRevision(ststest.Stable),
			busy("a restart", "restart"),
		},
		{"an undo during a canary", verbtest.Record(), verbtest.ToRevision(ststest.Stable), busy("a canary", "canary")},
		{"a restart during an undo", verbtest.Record(verbtest.Of(operation.VerbUndo)), verbtest.RestartAll, undoing},
		{"a restart of some pods during a canary", verbtest.Record(), verbtest.RestartSome(1), busy("a canary", "canary")},
		{
			"an abort of an undo, which nobody wants who thinks of the canary before it",
			verbtest.Record(verbtest.Of(operation.VerbUndo)), verbtest.Abort,
			&plan.Refusal{
				Why: `an undo of statefulset "web" is in progress since 2030-01-02T03:04:05Z: ` +
					"to abort it would roll revision web-stable out again, which it takes away",
				Try: hinttest.List(
					"finish it: kubectl sts undo web",
					"or roll that out all the same: kubectl sts undo web --to-revision web-stable",
				),
			},
		},
		{
			"a canary while an undo is aborted", verbtest.Record(verbtest.Of(operation.VerbUndo), verbtest.Aborting),
			verbtest.CanaryOf("nginx:1.23"), goingBack("undo"),
		},
		{
			"an undo while it is aborted", verbtest.Record(verbtest.Of(operation.VerbUndo), verbtest.Aborting),
			verbtest.ToRevision(ststest.Stable), goingBack("undo"),
		},
		{
			"an undo while a restart is aborted",
			verbtest.Record(verbtest.Of(operation.VerbRestart), verbtest.Aborting), verbtest.ToRevision(ststest.Stable),
			goingBack("restart"),
		},
		{"a restart while a canary is aborted", verbtest.Record(verbtest.Aborting), verbtest.RestartAll, goingBack("canary")},
		{
			"a promotion while an undo is aborted", verbtest.Record(verbtest.Of(operation.VerbUndo), verbtest.Aborting), verbtest.NextStep,
			goingBack("undo"),
		},
		{
			"an undo that would go on with somebody else's template",
			verbtest.Record(verbtest.Of(operation.VerbUndo), func(r *operation.Rollout) { r.Template = "0000" }),
			verbtest.ToRevision(ststest.Stable),
			&plan.Refusal{
				Why: `the template of statefulset "web" was changed by somebody, after the undo began`,
				Try: hinttest.List(
					"give the undo up, and let that change stand: kubectl sts abort web",
					"or go back all the same: kubectl sts undo web --to-revision web-update",
				),
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := test.do(
				verbtest.Ask(verbtest.AllAtOnce),
				ststest.Snapshot(verbtest.CanarySet(test.record, 4), verbtest.Updated(4, 0)),
				ststest.Start,
			)
			verbtest.RequireRefusal(t, test.want, p, err)
		})
	}
}

func TestAStagedUndoIsPromoted(t *testing.T) {
	s := ststest.Snapshot(verbtest.CanarySet(verbtest.Record(verbtest.Of(operation.VerbUndo)), 4), verbtest.Updated(4, 0))
	p := verbtest.Planned(t)(verbtest.NextStep(verbtest.Ask(), s, ststest.Start))
	require.Equal(t, []string{
		"1/3 check web-4; good from 4; free blocker after 30s; soak 1m0s",
		"2/3 return web-3, web-2; partition 2; good from 2; free blocker after 30s; soak 1m0s; hold (wanted true) before web-1, web-0",
		"3/3 return web-1, web-0; partition 0; good from 0; free blocker after 30s; soak 1m0s",
		"end the undo; partition 0, no annotation kubectl-sts.github.io/canary, annotation kubectl-sts.github.io/undone; observed",
	}, verbtest.Outline(p))
	require.Equal(t, hinttest.Of("kubectl sts undo web"), p.Resume)
}

func TestWhenAnUndoGoesOnWithTheOneInProgress(t *testing.T) {
	undoing := func(r *operation.Rollout) { r.Verb, r.Target = operation.VerbUndo, ststest.Stable }
	for _, test := range []struct {
		name   string
		record *operation.Rollout
		named  string
		want   bool
	}{
		{"no revision is named", ptr.To(verbtest.Record(undoing)), "", true},
		{"the one that it goes to is named", ptr.To(verbtest.Record(undoing)), ststest.Stable, true},
		{"another one is named", ptr.To(verbtest.Record(undoing)), ststest.Update, false},
		{"one that is being aborted gives way", ptr.To(verbtest.Record(undoing, verbtest.Aborting)), "", false},
		{"a canary gives way", ptr.To(verbtest.Record()), "", false},
		{"nothing is in progress", nil, "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			named, _ := ststest.Snapshot(ststest.Set()).Revision(test.named)
			require.Equal(t, test.want, undo.GoesOn(test.record, named))
		})
	}
}

func TestFlagsThatARunInProgressDoesNotFollow(t *testing.T) {
	s := ststest.Snapshot(verbtest.CanarySet(verbtest.Record(verbtest.Of(operation.VerbUndo)), 4), verbtest.Updated(4, 0))
	warned := func(given intent.Given, steps operation.Steps, soak time.Duration) []string {
		return verbtest.Planned(t)(verbtest.ToRevision(ststest.Stable)(verbtest.Ask(func(r *verbtest.Request) {
			r.Given, r.Steps, r.Soak = given, steps, soak
		}), s, ststest.Start)).Warnings
	}
	both := intent.Given{Steps: true, Soak: true}
	said := []string{
		"the undo in progress goes on with its own steps, 1,50%,100%",
		"the undo in progress goes on with its own soak, 1m0s",
	}
	require.Equal(t, said, warned(both, operationtest.Steps("2"), 5))
	require.Equal(t, said, warned(both, operationtest.Steps("2"), 0), "also no soak at all")
	require.Equal(t, said[1:], warned(both, operation.DefaultSteps(), operation.DefaultSoak), "also what is the default")
	require.Empty(t, warned(both, operation.DefaultSteps(), time.Minute), "what it does anyway")
	require.Empty(t, warned(both, operationtest.Steps("1", "50%"), time.Minute), "all pods are the last step anyway")
	require.Empty(t, warned(intent.Given{}, operationtest.Steps("2"), 5), "nobody has asked for the default")

	ordered := func(order podorder.Order) []string {
		return verbtest.Planned(t)(verbtest.ToRevision(ststest.Stable)(verbtest.Ask(func(r *verbtest.Request) {
			r.Order = order
		}), s, ststest.Start)).Warnings
	}
	require.Equal(t, []string{"the undo in progress goes on in its own order, highest ordinal first"},
		ordered(podorder.Order{Last: "role=primary"}))
	require.Empty(t, ordered(podorder.Order{}))
}
