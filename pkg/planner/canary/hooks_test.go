package canary_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// recordedHooks has the record name these flags of commands.
func recordedHooks(flags ...string) func(*operation.Rollout) {
	return func(r *operation.Rollout) { r.Hooks = flags }
}

var allHooks = []string{"before-exec", "after-cmd", "last-exec", "step-down-exec"}

func TestACanaryWithCommandsOpensTheGatePodByPod(t *testing.T) {
	p := verbtest.Planned(t)(verbtest.CanaryOf("nginx:1.22")(verbtest.Ask(verbtest.Hooked), verbtest.Settled(), ststest.Start))
	require.Equal(t, []string{
		"set the template, rollout paused; template, partition 5, annotation kubectl-sts.github.io/canary; observed",
		"1/3 update web-4; partition 4; good from 4; soak 1m0s",
		"2/3 update web-3; partition 3; good from 3; part",
		"2/3 update web-2; partition 2; good from 2; soak 1m0s",
		"3/3 update web-1; partition 1; good from 1; part",
		"3/3 update web-0; partition 0; good from 0; soak 1m0s",
		verbtest.Ended,
	}, verbtest.Outline(p), "none asks a budget")
	require.Equal(t, []string{
		"update web-4: before ready web-4; after ready web-4; goes [4]; leader; others but [4] heal true",
		"update web-3: before ready web-3; after ready web-3; goes [3]; leader; others but [3] heal true",
		"update web-2: before ready web-2; after ready web-2; goes [2]; leader; others but [2] heal true",
		"update web-1: before ready web-1; after ready web-1; goes [1]; leader; others but [1] heal true",
		"update web-0: before ready web-0; after ready web-0; goes [0]; leader; others but [0] heal true",
	}, verbtest.HookOutline(p))

	find := plan.Hook{Moment: plan.Leads, Exec: true, Command: "leads", Container: "db"}
	down := plan.Hook{Moment: plan.StepDown, Exec: true, Command: "down", Container: "db"}
	require.Equal(t, &plan.Leader{Find: find, StepDown: &down}, p.Steps[1].Leader)
	require.Equal(t, []plan.Hook{{
		Exec: true, Command: "drain", Container: "db", Namespace: "default", Set: "web", Pod: "web-4", Ordinal: 4, Lenient: true,
	}}, p.Steps[1].Before)
	require.Equal(t, []string{
		`before each pod goes, "drain" is run in it`, `once each pod is back, "ask" is run on this machine`,
		`a pod leads where "leads" ends with exit code 0`,
		`before a pod goes that leads, "down" is run in it, and another one has to lead`,
	}, p.Details[len(p.Details)-4:])
	require.Equal(t, allHooks, verbtest.Written(t, verbtest.Write(t, p.Steps[0])).Hooks, "the commands are nobody else's business")

	const again = " --before-exec drain --after-cmd ask --last-exec leads --step-down-exec down --container db"
	require.Equal(t, "kubectl sts canary web"+again, hint.Caller{}.Command(p.Resume))
	require.Equal(t, "kubectl sts promote web"+again, hint.Caller{}.Command(p.Promote))
	require.Equal(t, "kubectl sts abort web", hint.Caller{}.Command(p.Abort), "the way back has commands of its own")
}

func TestWithForceTheOtherPodsNeedNotBeAvailable(t *testing.T) {
	p := verbtest.Planned(t)(verbtest.CanaryOf("nginx:1.22")(
		verbtest.Ask(verbtest.Hooked, verbtest.Force, verbtest.AllAtOnce), verbtest.Settled(), ststest.Start))
	require.Equal(t, []string{
		"update web-4: before ready web-4; after ready web-4; goes [4]; leader",
		"update web-3: before ready web-3; after ready web-3; goes [3]; leader",
		"update web-2: before ready web-2; after ready web-2; goes [2]; leader",
		"update web-1: before ready web-1; after ready web-1; goes [1]; leader",
		"update web-0: before ready web-0; after ready web-0; goes [0]; leader",
	}, verbtest.HookOutline(p))
}

func TestACanaryWithCommandsAndABudgetAsksBoth(t *testing.T) {
	p := verbtest.Planned(t)(verbtest.CanaryOf("nginx:1.22")(
		verbtest.Ask(verbtest.Hooked, verbtest.Steps("1")), verbtest.Within(verbtest.Settled()), ststest.Start))
	require.Equal(t, "1/2 update web-4; partition 4; good from 4; disrupts [4]; soak 1m0s", verbtest.Outline(p)[1])
	require.Equal(t, "update web-4: before ready web-4; after ready web-4; goes [4]; leader; others but [4] heal true",
		verbtest.HookOutline(p)[0])
}

func TestACanaryOfAnOnDeleteSetRunsCommandsForEachPodThatItDeletes(t *testing.T) {
	const a, b = ststest.Stable, ststest.Update
	fresh := verbtest.Planned(t)(verbtest.CanaryOf("nginx:1.22")(
		verbtest.Ask(verbtest.Hooked), verbtest.Settled(ststest.OnDelete), ststest.Start))
	require.Equal(t, []string{
		"update web-4: before ready each; after each; leader",
		"update web-3, web-2: before ready each; after each; leader",
		"update web-1, web-0: before ready each; after each; leader",
	}, verbtest.HookOutline(fresh))

	taken := verbtest.Planned(t)(plantest.Saved(canary.Plan(verbtest.Ask(verbtest.Hooked).Canary(),
		verbtest.On(verbtest.Rolling(a, b, ststest.OnDelete), "", a, b, a, a, a), ststest.Start)))
	require.Equal(t, []string{
		"update web-4, web-3: before ready each; after each; leader; stay [web-1-web-update]",
		"update web-2, web-0: before ready each; after each; leader; stay [web-1-web-update]",
	}, verbtest.HookOutline(taken), "nothing is run after a pod that was there before")

	set := verbtest.CanarySet(verbtest.Record(recordedHooks(allHooks...)), 0, ststest.OnDelete)
	resumed := verbtest.Planned(t)(verbtest.NextStep(
		verbtest.Ask(verbtest.Hooked), ststest.Snapshot(set, verbtest.Updated(4, time.Hour)), ststest.Start))
	require.Equal(t, []string{
		"check 1 pod: before ready each; after each; leader",
		"update web-3, web-2: before ready each; after each; leader",
		"update web-1, web-0: before ready each; after each; leader",
	}, verbtest.HookOutline(resumed), "the run before may not have got to it")
}

func TestACanaryThatGoesOnRunsTheCommandAfterItsLastPod(t *testing.T) {
	canaryAt := func(partition int) sts.Snapshot {
		set := verbtest.CanarySet(verbtest.Record(recordedHooks(allHooks...)), int32(partition))
		return ststest.Snapshot(set, verbtest.Updated(partition, time.Hour))
	}
	for _, test := range []struct {
		name string
		s    sts.Snapshot
		do   verbtest.Planner
		want []string
	}{
		{"at a gate", canaryAt(2), verbtest.NextStep, []string{
			"check web-3, web-2: after ready web-2",
			"update web-1: before ready web-1; after ready web-1; goes [1]; leader; others but [1] heal true",
			"update web-0: before ready web-0; after ready web-0; goes [0]; leader; others but [0] heal true",
		}},
		{"within a step", canaryAt(3), verbtest.GoOn(operation.VerbCanary), []string{
			"check web-3: after ready web-3",
			"update web-2: before ready web-2; after ready web-2; goes [2]; leader; others but [2] heal true",
			"update web-1: before ready web-1; after ready web-1; goes [1]; leader; others but [1] heal true",
			"update web-0: before ready web-0; after ready web-0; goes [0]; leader; others but [0] heal true",
		}},
		{"after its last pod", canaryAt(0), verbtest.NextStep, []string{"check web-1, web-0: after ready web-0"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := verbtest.Planned(t)(test.do(verbtest.Ask(verbtest.Hooked), test.s, ststest.Start))
			require.Equal(t, test.want, verbtest.HookOutline(p))
		})
	}
}

func TestATemplateInPlaceOfTheCanarysGoesPodByPod(t *testing.T) {
	set := verbtest.CanarySet(verbtest.Record(recordedHooks("before-cmd")), 4)
	s := ststest.Snapshot(set, verbtest.Updated(4, time.Hour))
	replacing := func(r *verbtest.Request) { r.Replace = true }
	p := verbtest.Planned(t)(verbtest.CanaryOf("nginx:1.23")(verbtest.Ask(verbtest.Hooked, replacing), s, ststest.Start))
	require.Equal(t, []string{
		"update web-4: before ready web-4; after ready web-4; goes [4]; leader",
		"update web-3: before ready web-3; after ready web-3; goes [3]; leader",
		"update web-2: before ready web-2; after ready web-2; goes [2]; leader",
		"update web-1: before ready web-1; after ready web-1; goes [1]; leader",
		"update web-0: before ready web-0; after ready web-0; goes [0]; leader",
	}, verbtest.HookOutline(p))
	require.Equal(t, 5, *verbtest.Write(t, p.Steps[0]).Partition, "the gate is closed for it")
	require.Equal(t, allHooks, verbtest.Written(t, verbtest.Write(t, p.Steps[0])).Hooks)

	_, err := verbtest.CanaryOf("nginx:1.23")(verbtest.Ask(replacing), s, ststest.Start)
	require.Equal(t, "this canary was begun with --before-cmd, and the other pods would go without", verbtest.Refusal(t, err).Why)
}

func TestACanaryGoesOnWithTheCommandsThatItBeganWith(t *testing.T) {
	with := func(hooks plan.Hooks) func(*verbtest.Request) { return func(r *verbtest.Request) { r.Hooks = hooks } }
	here := with(plan.Hooks{Before: []plan.Hook{{Command: "drain"}}, After: []plan.Hook{{Moment: plan.AfterPod, Exec: true}}})
	for _, test := range []struct {
		name  string
		began []string
		ask   []func(*verbtest.Request)
		why   string
		goes  []string // the flags in the record from now on
	}{
		{name: "with all of them", began: allHooks, ask: []func(*verbtest.Request){verbtest.Hooked}, goes: allHooks},
		{
			name: "with more than it began with", began: []string{"before-exec"}, ask: []func(*verbtest.Request){verbtest.Hooked},
			goes: allHooks,
		},
		{
			name: "in another place", began: []string{"before-exec", "after-cmd"}, ask: []func(*verbtest.Request){here},
			goes: []string{"before-cmd", "after-exec"},
		},
		{
			name: "without any", began: []string{"before-exec", "last-exec"},
			why: "this canary was begun with --before-exec and --last-exec, and the other pods would go without",
		},
		{
			name: "without one of them", began: allHooks, ask: []func(*verbtest.Request){here},
			why: "this canary was begun with --last-exec and --step-down-exec, and the other pods would go without",
		},
		{name: "without any, on purpose", began: allHooks, ask: []func(*verbtest.Request){changed}},
		{
			name: "without one of them, on purpose", began: allHooks, ask: []func(*verbtest.Request){here, changed},
			goes: []string{"before-cmd", "after-exec"},
		},
	} {
		for name, do := range map[string]verbtest.Planner{"canary": verbtest.GoOn(operation.VerbCanary), "promote": verbtest.NextStep} {
			t.Run(name+" "+test.name, func(t *testing.T) {
				set := verbtest.CanarySet(verbtest.Record(recordedHooks(test.began...), verbtest.HaltedIn), 4)
				s := ststest.Snapshot(set, verbtest.Updated(4, time.Hour))
				p, err := do(verbtest.Ask(append(test.ask, verbtest.Retry)...), s, ststest.Start)
				if test.why != "" {
					verbtest.RequireRefusal(t, &plan.Refusal{Why: test.why, Try: hinttest.List(
						"give the commands again, or go on with exactly those that you give: add --checks-changed",
					)}, p, err)
					return
				}
				p = verbtest.Planned(t)(p, err)
				require.Equal(t, test.goes, verbtest.Written(t, verbtest.Write(t, p.Steps[0])).Hooks)
			})
		}
	}
}

// Other commands than a canary began with are noticed as other checks are.
func TestACanaryGoesOnWithTheVeryCommands(t *testing.T) {
	start := verbtest.Planned(t)(verbtest.CanaryOf("nginx:1.22")(verbtest.Ask(verbtest.Hooked), verbtest.Settled(), ststest.Start))
	began := verbtest.Written(t, verbtest.Write(t, start.Steps[0]))
	recorded := func(r *operation.Rollout) { r.Hooks, r.HookDigests = began.Hooks, began.HookDigests }
	s := ststest.Snapshot(verbtest.CanarySet(verbtest.Record(recorded, verbtest.HaltedIn), 4), verbtest.Updated(4, time.Hour))
	other := func(r *verbtest.Request) { r.Hooks.Before[0].Command = "drain --fast" }
	for name, do := range map[string]verbtest.Planner{"canary": verbtest.GoOn(operation.VerbCanary), "promote": verbtest.NextStep} {
		t.Run(name, func(t *testing.T) {
			p := verbtest.Planned(t)(do(verbtest.Ask(verbtest.Hooked, verbtest.Retry), s, ststest.Start))
			require.Equal(t, began.HookDigests, verbtest.Written(t, verbtest.Write(t, p.Steps[0])).HookDigests)

			p, err := do(verbtest.Ask(verbtest.Hooked, other, verbtest.Retry), s, ststest.Start)
			verbtest.RequireRefusal(t, &plan.Refusal{
				Why: "this canary was begun with another version of the command of --before-exec",
				Try: hinttest.List("give the commands again, or go on with exactly those that you give: add --checks-changed"),
			}, p, err)

			p = verbtest.Planned(t)(do(verbtest.Ask(verbtest.Hooked, other, changed, verbtest.Retry), s, ststest.Start))
			now := verbtest.Written(t, verbtest.Write(t, p.Steps[0]))
			require.Equal(t, check.Digest("drain --fast"), now.HookDigests[0].Digest)
		})
	}
}
