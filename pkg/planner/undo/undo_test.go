package undo_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/replace"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/undo"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// The writes that nearly every undo begins and ends with.
const (
	puts      = "put the template of revision 1 back; template, "
	undoNotes = "annotation kubectl-sts.github.io/canary, no annotation kubernetes.io/change-cause; observed"
	undoEnds  = "no annotation kubectl-sts.github.io/canary, annotation kubectl-sts.github.io/undone; observed"
)

func TestThePlanOfAnUndo(t *testing.T) {
	const a, b = ststest.Stable, ststest.Update
	s := verbtest.On(verbtest.Rolling(a, b, ststest.Annotated(operation.ChangeCause, "kubectl apply")), "", a, a, a, b, "!"+b)
	s.Revisions[0].Annotations = map[string]string{operation.ChangeCause: "the first"}
	target, err := undo.FindTarget(s, nil, "kubectl sts", ststest.Start)
	require.NoError(t, err)

	p := verbtest.Planned(t)(plantest.Saved(undo.Plan(verbtest.Ask(verbtest.AllAtOnce).Undo(), target, s, ststest.Start)))

	fingerprint, err := sts.Fingerprint(ptr.To(ststest.Template("nginx:1.21")))
	require.NoError(t, err)
	want := operation.Rollout{
		Version: 1, Verb: operation.VerbUndo, Run: "RUN", Started: ststest.Start, Stable: b, Target: a, OwnTemplate: true,
		Template: fingerprint, Steps: operation.Steps{"100%"}, Soak: metav1.Duration{Duration: time.Minute}, Cause: ptr.To("kubectl apply"),
	}
	first := verbtest.Write(t, p.Steps[0])
	require.Equal(t, want, verbtest.Written(t, first))
	require.Equal(t, ptr.To("the first"), first.Annotations[operation.ChangeCause], "the revision's own cause comes back with it")
	require.Equal(t, &plan.Plan{
		Verb: "undo", Namespace: "default", Name: "web", UID: "web-uid", Record: "kubectl-sts.github.io/canary",
		Title: "undo of statefulset web: back to revision 1 (web-stable)",
		Details: []string{
			"revision 1: the rollout of the present one is not over, and began from it",
			"deletes web-4, which is not Ready and which the controller would wait for without end",
			"the controller replaces: web-3",
		},
		Images:   []sts.ImageChange{{Container: "nginx", From: "nginx:1.22", To: "nginx:1.21", Alone: true}},
		Patience: 30 * time.Second, StepTimeout: 10 * time.Minute, Timeout: time.Hour,
		Resume: "kubectl sts -n prod undo web", Promote: "kubectl sts -n prod promote web",
		Watch:   "kubectl sts -n prod watch web --follow",
		Instead: []string{"go to another revision: kubectl sts -n prod undo web --to-revision REVISION"},
		Success: "all 5 pods of web are back and Available",
		Steps: []plan.Step{
			{
				Title: "put the template of revision 1 back",
				Change: plan.Edit{
					Template: ststest.Raw("nginx:1.21"), Partition: ptr.To(0), Annotations: first.Annotations,
					Says: "template, partition 0, record",
				},
				Until: plan.Observed{},
			},
			{
				Title: "return web-4, web-3 to revision web-stable", Until: plan.PodsGood{From: 0}, Soak: time.Minute,
				Replace: &plan.Replace{Mode: plan.ReplaceBlocker, Grace: 30 * time.Second},
			},
			{
				Title: "end the undo",
				Change: plan.Edit{
					Partition: ptr.To(0), Says: "partition 0, no record",
					Annotations: map[string]*string{
						sts.RolloutAnnotation:    nil,
						replace.UndoneAnnotation: ptr.To(`{"from":"web-update","to":"web-stable","at":"2030-01-02T03:04:05Z"}`),
					},
				},
				Until: plan.RolledOut{},
			},
		},
	}, p)
}

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
			func(r *verbtest.Request) { r.Steps, r.IgnorePDB = operation.Steps{"100%"}, true },
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
			"with OnDelete the run deletes those that are elsewhere", driven, verbtest.Ordered(sts.Order{Ascending: true, Last: "app=web"}),
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

func TestAnUndoThatHasNothingToDo(t *testing.T) {
	s := verbtest.On(
		verbtest.Rolling(verbtest.Third, verbtest.Third),
		"",
		verbtest.Third,
		verbtest.Third,
		verbtest.Third,
		verbtest.Third,
		verbtest.Third,
	)
	p, err := verbtest.ToRevision(verbtest.Third)(verbtest.Ask(verbtest.AllAtOnce), s, ststest.Start)
	require.NoError(t, err)
	require.Nil(t, p)
}

func TestNoUndoIsRunOnASetWhen(t *testing.T) {
	for name, test := range verbtest.UnsupportedSets() {
		if name == "it has no replicas" {
			continue // the template can be put back all the same
		}
		t.Run(name, func(t *testing.T) {
			s := verbtest.Settled(test.Change)
			p, err := plantest.Saved(
				undo.Plan(verbtest.Ask(verbtest.AllAtOnce).Undo(), &undo.Target{Revision: s.Revisions[1]}, s, ststest.Start),
			)
			verbtest.RequireRefusal(t, test.Want, p, err)
		})
	}
}

func TestAnOrderIsOnlyForSetsThatTheControllerLeavesAlone(t *testing.T) {
	s := verbtest.On(
		verbtest.Rolling(verbtest.Third, verbtest.Third),
		"",
		verbtest.Third,
		verbtest.Third,
		verbtest.Third,
		verbtest.Third,
		verbtest.Third,
	)
	no := &plan.Refusal{
		Why: `the controller of statefulset "web" replaces its pods itself, the highest ordinal first: no other order can be had ` +
			`with update strategy RollingUpdate`,
		Try: []string{"leave --order and --last out, or change spec.updateStrategy.type to OnDelete"},
	}
	r := verbtest.Ask(verbtest.AllAtOnce, verbtest.Ordered(sts.Order{Ascending: true}))
	p, err := verbtest.ToRevision(ststest.Stable)(r, s, ststest.Start)
	verbtest.RequireRefusal(t, no, p, err)
	p, err = verbtest.CanaryOf("nginx:1.99")(r, s, ststest.Start)
	verbtest.RequireRefusal(t, no, p, err)
}

func TestStepsThatDoNotFitAnUndo(t *testing.T) {
	s := verbtest.On(
		verbtest.Rolling(verbtest.Third, verbtest.Third),
		"",
		verbtest.Third,
		verbtest.Third,
		verbtest.Third,
		verbtest.Third,
		verbtest.Third,
	)
	_, err := verbtest.ToRevision(ststest.Stable)(verbtest.Ask(verbtest.Steps("4", "50%")), s, ststest.Start)
	require.EqualError(t, err, "step 2 (50% = 3 pods) must be larger than step 1 (4 pods)")
}

// Before the controller has seen the template its status speaks of another.
func TestAnUndoNotesWhatTheTemplateReallyWas(t *testing.T) {
	s := verbtest.On(verbtest.Rolling(ststest.Stable, ststest.Stable, ststest.Updating("nginx:1.23"), ststest.Unseen), "",
		ststest.Stable, ststest.Stable, ststest.Stable, ststest.Stable, ststest.Stable)
	s.Set.Status.UpdateRevision = ststest.Stable
	p := verbtest.Planned(t)(verbtest.ToRevision(ststest.Stable)(verbtest.Ask(verbtest.AllAtOnce), s, ststest.Start))
	require.Equal(t, verbtest.Third, verbtest.Written(t, verbtest.Write(t, p.Steps[0])).Stable)
}
