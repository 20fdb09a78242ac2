package undo_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation/operationtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/podorder"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestHowAnUndoGoes(t *testing.T) {
	const a, b, c = ststest.Stable, ststest.Update, verbtest.Third
	trap := verbtest.On(verbtest.Rolling(a, b), "", a, a, a, b, "!"+b)
	driven := verbtest.On(verbtest.Rolling(a, b, ststest.OnDelete), "", a, b, a, b, "!"+b)
	for _, test := range []struct {
		name    string
		s       sts.Snapshot
		change  func(*verbtest.Request)
		details []string
		want    []string
	}{
		{
			"in steps, from a closed gate on", verbtest.On(verbtest.Rolling(c, c), "", c, c, c, c, c), verbtest.Steps("1", "50%", "100%"),
			[]string{"the controller replaces: web-4, web-3, web-2, web-1, web-0"},
			[]string{
				puts + "partition 5, " + undoNotes,
				"1/3 return web-4; partition 4; good from 4; free blocker after 30s; soak 1m0s; ask (wanted false) before web-3, web-2",
				"2/3 return web-3, web-2; partition 2; good from 2; free blocker after 30s; soak 1m0s; " +
					"ask (wanted false) before web-1, web-0",
				"3/3 return web-1, web-0; partition 0; good from 0; free blocker after 30s; soak 1m0s",
				"end the undo; partition 0, " + undoEnds,
			},
		},
		{
			"steps of which one is left for one pod: the gate opens for it",
			verbtest.On(verbtest.Rolling(c, c, ststest.Replicas(1)), "", c), verbtest.Steps("1", "50%", "100%"),
			[]string{"the controller replaces: web-0"},
			[]string{
				puts + "partition 0, " + undoNotes,
				"return web-0 to revision web-stable; good from 0; free blocker after 30s; soak 1m0s",
				"end the undo; partition 0, " + undoEnds,
			},
		},
		{
			"steps that would wait for a broken pod behind the gate are one with its own",
			verbtest.On(verbtest.Rolling(c, c), "", c, c, "!"+c, c, c), verbtest.Steps("1", "50%", "80%", "100%"),
			[]string{
				"deletes web-2, which is not Ready and which the controller would wait for without end",
				"the controller replaces: web-4, web-3, web-1, web-0",
				"web-2 is not Ready, and the controller gets no further before it is back: the first step goes down to it",
			},
			[]string{
				puts + "partition 5, " + undoNotes,
				"1/3 return web-4, web-3, web-2; partition 2; good from 2; free blocker after 30s; soak 1m0s; " +
					"ask (wanted false) before web-1",
				"2/3 return web-1; partition 1; good from 1; free blocker after 30s; soak 1m0s; ask (wanted false) before web-0",
				"3/3 return web-0; partition 0; good from 0; free blocker after 30s; soak 1m0s",
				"end the undo; partition 0, " + undoEnds,
			},
		},
		{
			"within a budget one pod at a time, and those that are there in one go", verbtest.Within(trap), verbtest.AllAtOnce,
			[]string{
				"deletes web-4, which is not Ready and which the controller would wait for without end", "the controller replaces: web-3",
			},
			[]string{
				puts + "partition 5, " + undoNotes,
				"return web-4; partition 4; good from 4; free blocker after 0s, unhealthy ones always, within budgets; disrupts [4]; part",
				"return web-3; partition 3; good from 3; free blocker after 0s, unhealthy ones always, within budgets; disrupts [3]; part",
				"open the gate for the other pods, which are there already; partition 0; good from 0; " +
					"free blocker after 0s, unhealthy ones always, within budgets; soak 1m0s",
				"end the undo; partition 0, " + undoEnds,
			},
		},
		{
			"of several that broke one after another",
			verbtest.On(verbtest.Rolling(a, b, ststest.MaxUnavailable(intstr.FromInt32(3))), "", a, a, "!"+b, "!"+b, "!"+b),
			verbtest.AllAtOnce,
			[]string{
				"deletes web-2, web-3, web-4, which are not Ready and which the controller would wait for without end",
				"maxUnavailable 3: the controller replaces up to 3 pods of a step at once",
			},
			[]string{
				puts + "partition 0, " + undoNotes,
				"return web-4, web-3, web-2 to revision web-stable; good from 0; free blocker after 30s; soak 1m0s",
				"end the undo; partition 0, " + undoEnds,
			},
		},
		{
			"a budget that is to be ignored changes nothing", verbtest.Within(trap),
			func(r *verbtest.Request) { r.Steps, r.IgnorePDB = operation.AllAtOnce(), true },
			[]string{
				"deletes web-4, which is not Ready and which the controller would wait for without end", "the controller replaces: web-3",
			},
			[]string{
				puts + "partition 0, " + undoNotes,
				"return web-4, web-3 to revision web-stable; good from 0; free blocker after 30s; soak 1m0s",
				"end the undo; partition 0, " + undoEnds,
			},
		},
		{
			"a partition that is there is opened, and set again",
			verbtest.On(verbtest.Rolling(a, b, ststest.Partition(3)), "", a, a, a, b, b), verbtest.AllAtOnce,
			[]string{
				"the controller replaces: web-4, web-3",
				"partition 3 is opened for this, so that every pod goes back, and is set again at the end",
			},
			[]string{
				puts + "partition 0, " + undoNotes,
				"return web-4, web-3 to revision web-stable; good from 0; free blocker after 30s; soak 1m0s",
				"end the undo; partition 3, " + undoEnds,
			},
		},
		{
			"a gate that nothing has to pass stays closed", verbtest.On(verbtest.Rolling(a, b, ststest.Partition(9)), "", a, a, a, a, a),
			verbtest.AllAtOnce,
			nil,
			[]string{
				puts + "partition 9, " + undoNotes,
				"wait until every pod is Available; good from 0",
				"end the undo; partition 9, " + undoEnds,
			},
		},
		{
			"a Parallel controller is held up by none", verbtest.On(verbtest.Rolling(a, b, ststest.Parallel), "", a, a, a, b, "!"+b),
			verbtest.AllAtOnce,
			[]string{"the controller replaces: web-4, web-3"},
			[]string{
				puts + "partition 0, " + undoNotes,
				"return web-4, web-3 to revision web-stable; good from 0; free blocker after 30s; soak 1m0s",
				"end the undo; partition 0, " + undoEnds,
			},
		},
		{
			"with OnDelete the run deletes those that are elsewhere", driven,
			verbtest.Ordered(podorder.Order{Ascending: true, Last: "app=web"}),
			[]string{"deletes, one at a time: web-4, web-3, web-1"},
			[]string{
				puts + undoNotes,
				"return web-1, web-3, web-4; updated 5; free each after 0s lowest ordinal first, pods with app=web last; soak 1m0s",
				"end the undo; " + undoEnds,
			},
		},
		{
			"with OnDelete within a budget, which has no say about a pod that is down", verbtest.Within(driven, ststest.Healthy(4, 4)),
			verbtest.AllAtOnce,
			[]string{"deletes, one at a time: web-4, web-3, web-1"},
			[]string{
				puts + undoNotes,
				"return web-4, web-3, web-1; updated 5; free each after 0s, unhealthy ones always, within budgets; soak 1m0s",
				"end the undo; " + undoEnds,
			},
		},
		{
			"with OnDelete in steps, of which the first is there already", driven, verbtest.Steps("1", "50%", "100%"),
			[]string{"deletes, one at a time: web-4, web-3, web-1"},
			[]string{
				puts + undoNotes,
				"1/3 return 1 pod; updated 1; free each after 0s; soak 1m0s; ask (wanted false) before web-4",
				"2/3 return web-4; updated 3; free each after 0s; soak 1m0s; ask (wanted false) before web-3, web-1",
				"3/3 return web-3, web-1; updated 5; free each after 0s; soak 1m0s",
				"end the undo; " + undoEnds,
			},
		},
		{
			"of a set without replicas there is only the template", verbtest.On(verbtest.Rolling(c, c, ststest.Replicas(0)), ""),
			verbtest.AllAtOnce,
			nil,
			[]string{puts + "partition 0, " + undoNotes, "end the undo; partition 0, " + undoEnds},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := verbtest.Planned(
				t,
			)(
				verbtest.ToRevision(a)(verbtest.Ask(verbtest.AllAtOnce, verbtest.Asking, test.change), test.s, ststest.Start),
			)
			require.Equal(t, test.want, verbtest.Outline(p))
			require.Equal(t, test.details, p.Details)
		})
	}
}

// A pod breaks while an undo goes step by step: the controller would never get to the
// step that the undo is in.
func TestAnUndoGoesOnPastAPodThatBrokeBehindTheGate(t *testing.T) {
	const a, c = ststest.Stable, verbtest.Third
	record := operation.Rollout{
		Version: 1, Run: "r", Started: ststest.Start, Verb: operation.VerbUndo, Stable: c, Target: a, OwnTemplate: true,
		Steps: operationtest.Steps("1", "50%", "100%"),
	}
	for name, test := range map[string]struct {
		pods []string
		want []string
	}{
		"all are well": {
			[]string{c, c, c, c, a},
			[]string{
				"1/3 check web-4; good from 4; free blocker after 30s",
				"2/3 return web-3, web-2; partition 2; good from 2; free blocker after 30s",
				"3/3 return web-1, web-0; partition 0; good from 0; free blocker after 30s",
			},
		},
		"one is broken": {
			[]string{"!" + c, c, c, c, c},
			[]string{
				"wait for the controller; observed",
				"return web-4 … web-0 (5 pods) to revision web-stable; partition 0; good from 0; free blocker after 30s",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			set := verbtest.Rolling(c, a, ststest.Partition(4), ststest.Annotated(note.RolloutAnnotation, *record.Text()))
			p := verbtest.Planned(t)(verbtest.GoOn(operation.VerbUndo)(verbtest.Ask(), verbtest.On(set, a, test.pods...), ststest.Start))
			require.Equal(t, test.want, verbtest.Outline(p)[:len(test.want)])
		})
	}
}
