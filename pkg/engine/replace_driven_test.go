package engine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/podorder"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// restart is the condition that web-1 and web-3 are other pods than they were.
func restart(changes ...func(*plan.PodsRestarted)) plan.PodsRestarted {
	c := plan.PodsRestarted{Pods: map[int]types.UID{1: "web-1-uid", 3: "web-3-uid"}}
	for _, change := range changes {
		change(&c)
	}
	return c
}

func alone(c *plan.PodsRestarted) { c.Alone = true }

// driving makes the step one in which the run itself replaces every pod of an
// OnDelete set.
func driving(free plan.Replace) func(*plan.Plan) {
	free.Mode = plan.ReplaceEach
	return enginetest.Step(func(s *plan.Step) {
		*s = plan.Step{Title: "update the pods", Until: plan.PodsUpdated{Count: 5}, Replace: &free}
	})
}

// restarting makes the step one that restarts web-1 and web-3.
func restarting(free plan.Replace, changes ...func(*plan.PodsRestarted)) func(*plan.Plan) {
	free.Mode = plan.ReplaceRestart
	return enginetest.Step(func(s *plan.Step) {
		*s = plan.Step{Title: "restart the pods", Until: restart(changes...), Replace: &free}
	})
}

// leader is the pod that a run takes last, as version v of it.
func leader(v string) podOption {
	return func(pod *podObject) {
		ststest.Labelled("role", "primary")(pod)
		ststest.Version(v)(pod)
	}
}

var leaderLast = plan.Replace{Order: podorder.Order{Last: "role=primary"}}

func TestWhichPodIsDeletedNext(t *testing.T) {
	each, again := driving(plan.Replace{}), restarting(plan.Replace{})
	ascending := plan.Replace{Order: podorder.Order{Ascending: true}}
	first := plan.Replace{Order: podorder.Order{First: []int{2, 0}}}
	fresh := ststest.ReadySince(ststest.In(-time.Second))
	for _, test := range []struct {
		name string
		plan func(*plan.Plan)
		s    sts.Snapshot
		want string
	}{
		{"the highest", each, ststest.Opened(ststest.WaitingForDeletions()), "web-4"},
		{"the highest that is not updated", each, ststest.Opened(ststest.WaitingForDeletions(), ststest.UpdatedPod(4)), "web-3"},
		{"the lowest", driving(ascending), ststest.Opened(ststest.WaitingForDeletions(), ststest.UpdatedPod(0)), "web-1"},
		{"the first of a list", driving(first), ststest.Opened(ststest.WaitingForDeletions()), "web-2"},
		{"the next of a list", driving(first), ststest.Opened(ststest.WaitingForDeletions(), ststest.UpdatedPod(2)), "web-0"},
		{
			"the highest after a list", driving(first),
			ststest.Opened(ststest.WaitingForDeletions(), ststest.UpdatedPod(2), ststest.UpdatedPod(0)), "web-4",
		},
		{
			"any other before the leader", driving(leaderLast),
			ststest.Opened(ststest.WaitingForDeletions(), ststest.StablePod(4, leader("7"))), "web-3",
		},
		{
			"the leader when it is the only one left", driving(leaderLast),
			ststest.Opened(ststest.WaitingForDeletions(), ststest.UpdatedPod(0), ststest.UpdatedPod(1), ststest.UpdatedPod(2),
				ststest.UpdatedPod(3), ststest.StablePod(4, leader("7"))), "web-4",
		},
		{
			"one that is down goes before a higher one", each,
			ststest.Opened(ststest.WaitingForDeletions(), ststest.StablePod(1, ststest.Unready)), "web-1",
		},
		{
			"the lowest of two that are down", each,
			ststest.Opened(ststest.WaitingForDeletions(), ststest.StablePod(1, ststest.Unready), ststest.StablePod(3, ststest.Unready)),
			"web-1",
		},
		{
			"one that is down goes before the order of others", driving(ascending),
			ststest.Opened(ststest.WaitingForDeletions(), ststest.StablePod(3, ststest.Unready)), "web-3",
		},
		{
			"none while an updated one is not Ready", each,
			ststest.Opened(ststest.WaitingForDeletions(), ststest.UpdatedPod(4, ststest.Unready)), "",
		},
		{
			"not even one that is down, which might be the same trouble", each,
			ststest.Opened(ststest.WaitingForDeletions(), ststest.UpdatedPod(4, ststest.Unready), ststest.StablePod(1, ststest.Unready)),
			"",
		},
		{
			"none while one is on its way out", each,
			ststest.Opened(ststest.WaitingForDeletions(), ststest.StablePod(4, ststest.Terminating)), "",
		},
		{"none while one is missing", each, ststest.Without(ststest.Opened(ststest.WaitingForDeletions()), 4), ""},
		{
			"none while one is missing above a healthy one", each,
			ststest.Without(ststest.Opened(ststest.WaitingForDeletions(), ststest.StablePod(3, ststest.Unready)), 2), "",
		},
		{
			"one that is down below a missing one, which the controller makes only after that", each,
			ststest.Without(ststest.Opened(ststest.WaitingForDeletions(), ststest.StablePod(1, ststest.Unready)), 4), "web-1",
		},
		{
			"where the controller makes them all at once it is waited for", each,
			ststest.Without(ststest.Opened(ststest.WaitingForDeletions(enginetest.Parallel), ststest.StablePod(1, ststest.Unready)), 4), "",
		},
		{
			"none while an old one is Ready and not yet Available", each,
			ststest.Opened(ststest.WaitingForDeletions(enginetest.MinReady(60)), ststest.StablePod(2, fresh)), "",
		},
		{"of those to be restarted the highest", again, ststest.Opened(enginetest.Closing()), "web-3"},
		{"then the next", again, ststest.Opened(enginetest.Closing(), ststest.StablePod(3, ststest.Recreated)), "web-1"},
		{"a restart waits for the others", again, ststest.Opened(enginetest.Closing(), ststest.StablePod(0, ststest.Unready)), ""},
		{
			"unless it is told not to", restarting(plan.Replace{}, alone),
			ststest.Opened(enginetest.Closing(), ststest.StablePod(0, ststest.Unready)), "web-3",
		},
		{
			"a restart of one that is down waits for no other such", again,
			ststest.Opened(enginetest.Closing(), ststest.StablePod(1, ststest.Unready)), "web-1",
		},
		{
			"a restart leaves pods alone that wait for a change", again,
			ststest.Opened(ststest.WaitingForDeletions(), ststest.StablePod(3, ststest.Recreated), ststest.StablePod(1, ststest.Recreated)),
			"",
		},
		{
			"a restart leaves the pod alone that holds the controller up", restarting(plan.Replace{}, alone),
			ststest.Opened(enginetest.Closing(), ststest.UpdatedPod(0, ststest.Unready)), "web-3",
		},
		{
			"unless that is one to be restarted", again,
			ststest.Opened(enginetest.Closing(), ststest.UpdatedPod(1, ststest.Unready, func(pod *podObject) { pod.UID = "web-1-uid" })),
			"web-1",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, deletes(newWalk(t, enginetest.OneStep(test.plan), test.s).see(test.s).Do))
		})
	}
}

func TestWhatIsDeletedAndWhy(t *testing.T) {
	for _, test := range []struct {
		name string
		plan func(*plan.Plan)
		s    sts.Snapshot
		want plan.DeletePod
	}{
		{
			"any version of the pod", driving(plan.Replace{}),
			ststest.Opened(ststest.WaitingForDeletions(), ststest.StablePod(4, leader("7"))),
			plan.DeletePod{Name: "web-4", UID: "web-4-uid", Why: "so that it is recreated at revision " + ststest.Update},
		},
		{
			"the version that was picked by its labels", driving(leaderLast),
			ststest.Opened(ststest.WaitingForDeletions(), ststest.StablePod(4, ststest.Version("7"))),
			plan.DeletePod{
				Name: "web-4", UID: "web-4-uid", Version: "7", Why: "so that it is recreated at revision " + ststest.Update,
			},
		},
		{
			"a restart has no revision in view", restarting(plan.Replace{}), ststest.Opened(enginetest.Closing()),
			plan.DeletePod{Name: "web-3", UID: "web-3-uid", Why: "so that it is recreated"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, newWalk(t, enginetest.OneStep(test.plan), test.s).see(test.s).Do)
		})
	}
}

// Time alone makes it Available, and no snapshot comes for that.
func TestAnOldPodThatIsSoonAvailableIsWaitedFor(t *testing.T) {
	s := ststest.Opened(ststest.WaitingForDeletions(enginetest.MinReady(60)),
		ststest.StablePod(2, ststest.ReadySince(ststest.In(-20*time.Second))))
	w := newWalk(t, enginetest.OneStep(driving(plan.Replace{})), s)
	require.Equal(t, waitsUntil(40*time.Second), quiet(w.see(s)))
	require.Equal(t, "web-4", deletes(w.at(40*time.Second).see(s).Do))
}

func TestALeaderThatMovesIsStillLast(t *testing.T) {
	p := enginetest.OneStep(driving(leaderLast))
	first := ststest.Opened(ststest.WaitingForDeletions(), ststest.StablePod(4, leader("7")), ststest.UpdatedPod(0), ststest.UpdatedPod(1),
		ststest.UpdatedPod(2))
	w := newWalk(t, p, first)
	require.Equal(t, "web-3", deletes(w.see(first).Do))
	require.Equal(t, "web-4",
		deletes(w.see(ststest.Opened(ststest.WaitingForDeletions(), ststest.StablePod(3, leader("8")), ststest.UpdatedPod(0),
			ststest.UpdatedPod(1), ststest.UpdatedPod(2))).Do))
}

// The version that it must have makes a deletion void once the pod has
// changed: repeating it for ever would get nowhere.
func TestALostDeletionOfAPodThatHasChangedSince(t *testing.T) {
	others := []*podObject{ststest.UpdatedPod(0), ststest.UpdatedPod(1), ststest.UpdatedPod(2)}
	show := func(web3, web4 podOption) sts.Snapshot {
		return ststest.Opened(ststest.WaitingForDeletions(), append(others, ststest.StablePod(3, web3), ststest.StablePod(4, web4))...)
	}
	for _, test := range []struct {
		name string
		then sts.Snapshot
		want string
	}{
		{"the same pod is deleted again", show(ststest.Version("3"), leader("7")), "web-3 3"},
		{"it has another version: it is picked anew", show(ststest.Version("4"), leader("7")), "web-3 4"},
		{"it has become the leader: another one is picked", show(leader("4"), ststest.Version("8")), "web-4 8"},
		{"it is on its way out: it was taken", show(func(pod *podObject) {
			ststest.Terminating(pod)
			ststest.Version("4")(pod)
		}, leader("7")), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := show(ststest.Version("3"), leader("7"))
			w := newWalk(t, enginetest.OneStep(driving(leaderLast)), s)
			w.state = w.state.Unsure(w.see(s).Do)
			got := ""
			if d, ok := w.see(test.then).Do.(plan.DeletePod); ok {
				got = d.Name + " " + d.Version
			}
			require.Equal(t, test.want, got)
		})
	}
}

// ignorePDB is how a wait for a budget goes on.
const ignorePDB = " (--ignore-pdb goes on without its word)"

func TestADeletionWaitsForTheBudget(t *testing.T) {
	p := enginetest.OneStep(driving(plan.Replace{Budgets: true}))
	full := enginetest.Budgeted(ststest.Opened(ststest.WaitingForDeletions()), ststest.Healthy(4, 4))
	w := newWalk(t, p, full)

	d := w.see(full)
	require.Equal(t, waitsUntil(enginetest.StepTimeout), quiet(d))
	require.Contains(t, d.Events, engine.Event{
		Type: engine.EventWait, Time: w.now, Step: &w.plan.Steps[0], Message: enginetest.NoRoom + ignorePDB, Want: 5, External: true,
		Halts: ststest.In(enginetest.StepTimeout),
	})
	require.Empty(t, w.see(full).Events, "it is told once")
	require.Equal(t, "web-4", deletes(w.see(enginetest.Budgeted(ststest.Opened(ststest.WaitingForDeletions()))).Do))
	require.Equal(t, "web-4", deletes(newWalk(t, enginetest.OneStep(driving(plan.Replace{})), full).see(full).Do),
		"budgets that are to be ignored")
}

func TestABudgetThatNeverAllowsIt(t *testing.T) {
	full := enginetest.Budgeted(ststest.Opened(ststest.WaitingForDeletions()), ststest.Healthy(4, 4))
	w := inStep(t, enginetest.OneStep(driving(plan.Replace{Budgets: true})), full)
	d := w.at(enginetest.StepTimeout).see(full)
	require.Equal(t, engine.Halted, d.End.Result)
	require.Equal(t, enginetest.TooLong+": still waiting for "+enginetest.NoRoom, d.End.Message)
}

func TestTheBudgetOfABlocker(t *testing.T) {
	p := enginetest.OneStep(enginetest.Returning(&plan.Replace{Mode: plan.ReplaceBlocker, Budgets: true}))
	down := ststest.Opened(enginetest.Closing(), ststest.UpdatedPod(4, ststest.Unready))
	for _, test := range []struct {
		name   string
		budget func(*policyv1.PodDisruptionBudget)
		want   string
	}{
		{"it may go while the others are enough", ststest.Healthy(4, 4), "web-4"},
		{"it stays while they are too few", ststest.Healthy(3, 4), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := enginetest.Budgeted(down, test.budget)
			require.Equal(t, test.want, deletes(newWalk(t, p, s).see(s).Do))
		})
	}
}

func TestARestartEndsWithTheLastPod(t *testing.T) {
	p := enginetest.OneStep(restarting(plan.Replace{}, func(c *plan.PodsRestarted) { c.Pods = map[int]types.UID{3: "web-3-uid"} }))
	w := newWalk(t, p, ststest.Opened(enginetest.Closing()))
	w.state = w.state.Applied(w.see(ststest.Opened(enginetest.Closing())).Do, nil, w.now)
	require.Equal(t, waitsUntil(enginetest.StepTimeout), quiet(w.see(ststest.Without(ststest.Opened(enginetest.Closing()), 3))))
	require.Equal(t, allIsWell, quiet(w.see(ststest.Opened(enginetest.Closing(), ststest.StablePod(3, ststest.Recreated)))))
}
