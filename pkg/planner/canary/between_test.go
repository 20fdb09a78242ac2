package canary_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func of(verb operation.Verb) func(*operation.Rollout) {
	return func(r *operation.Rollout) { r.Verb, r.Target = verb, ststest.Update }
}

// Only one verb at a time has a set in hand.
func TestOneVerbKeepsOutOfTheOthersWay(t *testing.T) {
	busy := func(noun, verb string) *plan.Refusal {
		return &plan.Refusal{
			Why: noun + ` of statefulset "web" is in progress since 2030-01-02T03:04:05Z`,
			Try: []string{
				"finish it: kubectl sts -n prod " + verb + " web",
				"or give it up: kubectl sts -n prod abort web",
			},
		}
	}
	undoing := busy("an undo", "undo")
	undoing.Try[1] = "or go back to what it leaves: kubectl sts -n prod undo web --to-revision web-stable"
	goingBack := func(verb string) *plan.Refusal {
		return &plan.Refusal{
			Why: "the " + verb + ` of statefulset "web" is being aborted`,
			Try: []string{"finish that: kubectl sts -n prod abort web"},
		}
	}
	for _, test := range []struct {
		name   string
		record operation.Rollout
		do     planner
		want   *plan.Refusal
	}{
		{"a canary during an undo", record(of(operation.VerbUndo)), canaryOf("nginx:1.23"), undoing},
		{"a canary during a restart", record(of(operation.VerbRestart)), canaryOf("nginx:1.23"), busy("a restart", "restart")},
		{"an undo during a restart", record(of(operation.VerbRestart)), toRevision(ststest.Stable), busy("a restart", "restart")},
		{"an undo during a canary", record(), toRevision(ststest.Stable), busy("a canary", "canary")},
		{"a restart during an undo", record(of(operation.VerbUndo)), restartAll, undoing},
		{"a restart of some pods during a canary", record(), restartSome(1), busy("a canary", "canary")},
		{
			"an abort of an undo, which nobody wants who thinks of the canary before it", record(of(operation.VerbUndo)), abortIt,
			&plan.Refusal{
				Why: `an undo of statefulset "web" is in progress since 2030-01-02T03:04:05Z: ` +
					"to abort it would roll revision web-stable out again, which it takes away",
				Try: []string{
					"finish it: kubectl sts -n prod undo web",
					"or roll that out all the same: kubectl sts -n prod undo web --to-revision web-stable",
				},
			},
		},
		{"a canary while an undo is aborted", record(of(operation.VerbUndo), aborting), canaryOf("nginx:1.23"), goingBack("undo")},
		{"an undo while it is aborted", record(of(operation.VerbUndo), aborting), toRevision(ststest.Stable), goingBack("undo")},
		{
			"an undo while a restart is aborted",
			record(of(operation.VerbRestart), aborting), toRevision(ststest.Stable), goingBack("restart"),
		},
		{"a restart while a canary is aborted", record(aborting), restartAll, goingBack("canary")},
		{"a promotion while an undo is aborted", record(of(operation.VerbUndo), aborting), nextStep, goingBack("undo")},
		{
			"an undo that would go on with somebody else's template",
			record(of(operation.VerbUndo), func(r *operation.Rollout) { r.Template = "0000" }), toRevision(ststest.Stable),
			&plan.Refusal{
				Why: `the template of statefulset "web" was changed by somebody, after the undo began`,
				Try: []string{
					"give the undo up, and let that change stand: kubectl sts -n prod abort web",
					"or go back all the same: kubectl sts -n prod undo web --to-revision web-update",
				},
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := test.do(request(allAtOnce), ststest.Snapshot(canarySet(test.record, 4), updated(4, 0)), ststest.Start)
			requireRefusal(t, test.want, p, err)
		})
	}
}

func TestAStagedUndoIsPromoted(t *testing.T) {
	s := ststest.Snapshot(canarySet(record(of(operation.VerbUndo)), 4), updated(4, 0))
	p := planned(t)(nextStep(request(), s, ststest.Start))
	require.Equal(t, []string{
		"1/3 check web-4; good from 4; free blocker after 30s; soak 1m0s",
		"2/3 return web-3, web-2; partition 2; good from 2; free blocker after 30s; soak 1m0s; hold (wanted true) before web-1, web-0",
		"3/3 return web-1, web-0; partition 0; good from 0; free blocker after 30s; soak 1m0s",
		"end the undo; partition 0, no annotation kubectl-sts.github.io/canary, annotation kubectl-sts.github.io/undone; observed",
	}, outline(p))
	require.Equal(t, "kubectl sts -n prod undo web", p.Resume)
}

func TestWhenAnUndoGoesOnWithTheOneInProgress(t *testing.T) {
	undoing := func(r *operation.Rollout) { r.Verb, r.Target = operation.VerbUndo, ststest.Stable }
	for _, test := range []struct {
		name   string
		record *operation.Rollout
		named  string
		want   bool
	}{
		{"no revision is named", ptr.To(record(undoing)), "", true},
		{"the one that it goes to is named", ptr.To(record(undoing)), ststest.Stable, true},
		{"another one is named", ptr.To(record(undoing)), ststest.Update, false},
		{"one that is being aborted gives way", ptr.To(record(undoing, aborting)), "", false},
		{"a canary gives way", ptr.To(record()), "", false},
		{"nothing is in progress", nil, "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			named, _ := ststest.Snapshot(ststest.Set()).Revision(test.named)
			require.Equal(t, test.want, canary.GoesOn(test.record, named))
		})
	}
}

func TestFlagsThatARunInProgressDoesNotFollow(t *testing.T) {
	s := ststest.Snapshot(canarySet(record(of(operation.VerbUndo)), 4), updated(4, 0))
	of := func(given canary.Given, steps operation.Steps, soak time.Duration) []string {
		return planned(t)(toRevision(ststest.Stable)(request(func(r *canary.Request) {
			r.Given, r.Steps, r.Soak = given, steps, soak
		}), s, ststest.Start)).Warnings
	}
	both := canary.Given{Steps: true, Soak: true}
	said := []string{
		"the undo in progress goes on with its own steps, 1,50%,100%",
		"the undo in progress goes on with its own soak, 1m0s",
	}
	require.Equal(t, said, of(both, operation.Steps{"2"}, 5))
	require.Equal(t, said, of(both, operation.Steps{"2"}, 0), "also no soak at all")
	require.Equal(t, said[1:], of(both, operation.DefaultSteps(), operation.DefaultSoak), "also what is the default")
	require.Empty(t, of(both, operation.DefaultSteps(), time.Minute), "what it does anyway")
	require.Empty(t, of(both, operation.Steps{"1", "50%"}, time.Minute), "all pods are the last step anyway")
	require.Empty(t, of(canary.Given{}, operation.Steps{"2"}, 5), "nobody has asked for the default")
}
