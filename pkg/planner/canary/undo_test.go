package canary_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// within is the snapshot of a set with a disruption budget.
func within(s sts.Snapshot, changes ...func(*policyv1.PodDisruptionBudget)) sts.Snapshot {
	return s.WithBudgets([]*policyv1.PodDisruptionBudget{ststest.Budget(changes...)})
}

func ordered(o sts.Order) func(*canary.Request) { return func(r *canary.Request) { r.Order = o } }

// The writes that nearly every undo begins and ends with.
const (
	puts      = "put the template of revision 1 back; template, "
	undoNotes = "annotation kubectl-sts.github.io/canary, no annotation kubernetes.io/change-cause; observed"
	undoEnds  = "no annotation kubectl-sts.github.io/canary, annotation kubectl-sts.github.io/undone; observed"
)

func TestThePlanOfAnUndo(t *testing.T) {
	const a, b = ststest.Stable, ststest.Update
	s := on(rolling(a, b, ststest.Annotated(changeCause, "kubectl apply")), "", a, a, a, b, "!"+b)
	s.Revisions[0].Annotations = map[string]string{changeCause: "the first"}
	target, err := canary.FindUndoTarget(s, nil, "kubectl sts", ststest.Start)
	require.NoError(t, err)

	p := planned(t)(plantest.Saved(canary.Undo(request(allAtOnce), target, s, ststest.Start)))

	fingerprint, err := sts.Fingerprint(ptr.To(ststest.Template("nginx:1.21")))
	require.NoError(t, err)
	want := operation.Rollout{
		Version: 1, Verb: operation.VerbUndo, Run: "RUN", Started: ststest.Start, Stable: b, Target: a, OwnTemplate: true,
		Template: fingerprint, Steps: operation.Steps{"100%"}, Soak: metav1.Duration{Duration: time.Minute}, Cause: ptr.To("kubectl apply"),
	}
	first := write(t, p.Steps[0])
	require.Equal(t, want, written(t, first))
	require.Equal(t, ptr.To("the first"), first.Annotations[changeCause], "the revision's own cause comes back with it")
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
						sts.RolloutAnnotation:   nil,
						canary.UndoneAnnotation: ptr.To(`{"from":"web-update","to":"web-stable","at":"2030-01-02T03:04:05Z"}`),
					},
				},
				Until: plan.RolledOut{},
			},
		},
	}, p)
}

func TestHowAnUndoGoes(t *testing.T) {
	const a, b, c = ststest.Stable, ststest.Update, third
	trap := on(rolling(a, b), "", a, a, a, b, "!"+b)
	driven := on(rolling(a, b, ststest.OnDelete), "", a, b, a, b, "!"+b)
	for _, test := range []struct {
		name    string
		s       sts.Snapshot
		change  func(*canary.Request)
		details []string
		want    []string
	}{
		{
			"in steps, from a closed gate on", on(rolling(c, c), "", c, c, c, c, c), steps("1", "50%", "100%"),
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
			on(rolling(c, c, ststest.Replicas(1)), "", c), steps("1", "50%", "100%"),
			[]string{"the controller replaces: web-0"},
			[]string{
				puts + "partition 0, " + undoNotes,
				"return web-0 to revision web-stable; good from 0; free blocker after 30s; soak 1m0s",
				"end the undo; partition 0, " + undoEnds,
			},
		},
		{
			"within a budget one pod at a time, and those that are there in one go", within(trap), allAtOnce,
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
			on(rolling(a, b, ststest.MaxUnavailable(intstr.FromInt32(3))), "", a, a, "!"+b, "!"+b, "!"+b), allAtOnce,
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
			"a budget that is to be ignored changes nothing", within(trap),
			func(r *canary.Request) { r.Steps, r.IgnorePDB = operation.Steps{"100%"}, true },
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
			"a partition that is there is opened, and set again", on(rolling(a, b, ststest.Partition(3)), "", a, a, a, b, b), allAtOnce,
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
			"a gate that nothing has to pass stays closed", on(rolling(a, b, ststest.Partition(9)), "", a, a, a, a, a), allAtOnce,
			nil,
			[]string{
				puts + "partition 9, " + undoNotes,
				"wait until every pod is Available; good from 0",
				"end the undo; partition 9, " + undoEnds,
			},
		},
		{
			"a Parallel controller is held up by none", on(rolling(a, b, ststest.Parallel), "", a, a, a, b, "!"+b), allAtOnce,
			[]string{"the controller replaces: web-4, web-3"},
			[]string{
				puts + "partition 0, " + undoNotes,
				"return web-4, web-3 to revision web-stable; good from 0; free blocker after 30s; soak 1m0s",
				"end the undo; partition 0, " + undoEnds,
			},
		},
		{
			"with OnDelete the run deletes those that are elsewhere", driven, ordered(sts.Order{Ascending: true, Last: "app=web"}),
			[]string{"deletes, one at a time: web-4, web-3, web-1"},
			[]string{
				puts + undoNotes,
				"return web-1, web-3, web-4; updated 5; free each after 0s lowest ordinal first, pods with app=web last; soak 1m0s",
				"end the undo; " + undoEnds,
			},
		},
		{
			"with OnDelete within a budget, which has no say about a pod that is down", within(driven, ststest.Healthy(4, 4)), allAtOnce,
			[]string{"deletes, one at a time: web-4, web-3, web-1"},
			[]string{
				puts + undoNotes,
				"return web-4, web-3, web-1; updated 5; free each after 0s, unhealthy ones always, within budgets; soak 1m0s",
				"end the undo; " + undoEnds,
			},
		},
		{
			"with OnDelete in steps, of which the first is there already", driven, steps("1", "50%", "100%"),
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
			"of a set without replicas there is only the template", on(rolling(c, c, ststest.Replicas(0)), ""), allAtOnce,
			nil,
			[]string{puts + "partition 0, " + undoNotes, "end the undo; partition 0, " + undoEnds},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := planned(t)(toRevision(a)(request(allAtOnce, asking, test.change), test.s, ststest.Start))
			require.Equal(t, test.want, outline(p))
			require.Equal(t, test.details, p.Details)
		})
	}
}

func TestAnUndoThatHasNothingToDo(t *testing.T) {
	s := on(rolling(third, third), "", third, third, third, third, third)
	p, err := toRevision(third)(request(allAtOnce), s, ststest.Start)
	require.NoError(t, err)
	require.Nil(t, p)
}

func TestNoUndoIsRunOnASetWhen(t *testing.T) {
	for name, test := range hopeless() {
		if name == "it has no replicas" {
			continue // the template can be put back all the same
		}
		t.Run(name, func(t *testing.T) {
			s := settled(test.change)
			p, err := plantest.Saved(canary.Undo(request(allAtOnce), &canary.UndoTarget{Revision: s.Revisions[1]}, s, ststest.Start))
			requireRefusal(t, test.want, p, err)
		})
	}
}

func TestAnOrderIsOnlyForSetsThatTheControllerLeavesAlone(t *testing.T) {
	s := on(rolling(third, third), "", third, third, third, third, third)
	no := &plan.Refusal{
		Why: `the controller of statefulset "web" replaces its pods itself, the highest ordinal first: no other order can be had ` +
			`with update strategy RollingUpdate`,
		Try: []string{"leave --order and --last out, or change spec.updateStrategy.type to OnDelete"},
	}
	r := request(allAtOnce, ordered(sts.Order{Ascending: true}))
	p, err := toRevision(ststest.Stable)(r, s, ststest.Start)
	requireRefusal(t, no, p, err)
	p, err = canaryOf("nginx:1.99")(r, s, ststest.Start)
	requireRefusal(t, no, p, err)
}

func TestStepsThatDoNotFitAnUndo(t *testing.T) {
	s := on(rolling(third, third), "", third, third, third, third, third)
	_, err := toRevision(ststest.Stable)(request(steps("4", "50%")), s, ststest.Start)
	require.EqualError(t, err, "step 2 (50% = 3 pods) must be larger than step 1 (4 pods)")
}

// Before the controller has seen the template its status speaks of another.
func TestAnUndoNotesWhatTheTemplateReallyWas(t *testing.T) {
	s := on(rolling(ststest.Stable, ststest.Stable, ststest.Updating("nginx:1.23"), ststest.Unseen), "",
		ststest.Stable, ststest.Stable, ststest.Stable, ststest.Stable, ststest.Stable)
	s.Set.Status.UpdateRevision = ststest.Stable
	p := planned(t)(toRevision(ststest.Stable)(request(allAtOnce), s, ststest.Start))
	require.Equal(t, third, written(t, write(t, p.Steps[0])).Stable)
}
