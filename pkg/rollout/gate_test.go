package rollout_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

var (
	ask  = rollout.Gate{Kind: rollout.GateAsk, Next: "web-3"}
	hold = rollout.Gate{Kind: rollout.GateHold, Next: "web-3"}
)

// twoSteps has a gate after the first step.
func twoSteps(g rollout.Gate) rollout.Plan {
	return plan(gated(g), func(p *rollout.Plan) {
		p.Steps = append(p.Steps, rollout.Step{
			Title: "update web-3", Number: 2, Of: 2, Change: rollout.Partition(3), Until: rollout.PodsGood{From: 3}, Gate: &g,
		})
	})
}

func held(p rollout.Plan, wanted bool) rollout.Decision {
	return rollout.Decision{End: &rollout.Outcome{
		Result: rollout.Held, Message: "held after step 1 of 2; next: web-3", Wanted: wanted,
		Step: &p.Steps[0], Gate: onlyWeb4, Try: toGoNext,
	}}
}

func TestGateHold(t *testing.T) {
	wanted := hold
	wanted.Wanted = true
	for _, test := range []struct {
		name string
		plan rollout.Plan
		s    sts.Snapshot
		want rollout.Decision
	}{
		{"the run ends at it", twoSteps(hold), opened(set(), updated(4)), held(twoSteps(hold), false)},
		{"the run ends well at one that was asked for", twoSteps(wanted), opened(set(), updated(4)), held(twoSteps(wanted), true)},
		{"the step comes first", twoSteps(hold), opened(set()), waitsUntil(stepTimeout)},
		{
			"the soak comes first", plan(gated(hold), soaked(soak)), opened(set(), updated(4)), waitsUntil(soak),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, quiet(newWalk(t, test.plan, test.s).see(test.s)))
		})
	}
}

func TestGateAsk(t *testing.T) {
	p := twoSteps(ask)
	good := opened(set(), updated(4))
	question := rollout.Decision{Ask: &ask}
	for _, test := range []struct {
		name   string
		answer rollout.Answer
		s      sts.Snapshot
		want   rollout.Decision
	}{
		{"is asked until there is an answer", "", good, question},
		{"promote goes on", rollout.Promote, good, rollout.Decision{Do: rollout.Partition(3), WakeAt: in(stepTimeout)}},
		{"hold ends the run", rollout.HoldOn, good, held(p, false)},
		{"abort ends the run", rollout.Abort, good, rollout.Decision{End: &rollout.Outcome{
			Result: rollout.AbortAsked, Message: "abort", Step: &p.Steps[0], Gate: onlyWeb4, Try: toGoOn,
		}}},
		{"what nobody knows is taken as hold", "what?", good, held(p, false)},
		{
			"a pod that fails while nobody answers ends the run", "", opened(set(), updated(4, ststest.Unready)),
			halted(p, "web-4", sts.Trouble{Reason: sts.ReasonNotAvailable, Message: stopped}, "web-4: "+stopped),
		},
		{
			"a restart while nobody answers ends the run", "", opened(set(), updated(4, ststest.Restarted(1))),
			halted(p, "web-4", sts.Trouble{Reason: sts.ReasonRestarted, Message: restarted}, "web-4: "+restarted),
		},
		{
			"drift while nobody answers ends the run", "", opened(set(later, ststest.Partition(2)), updated(4)),
			rollout.Decision{End: &rollout.Outcome{
				Result: rollout.Drifted, Message: "the partition was changed from 4 to 2; nothing more is written",
				Step: &p.Steps[0], Gate: "partition 2: web-2 and above are updated", Try: toRetry,
			}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWalk(t, p, good)
			require.Equal(t, question, quiet(w.see(good)))
			if test.answer != "" {
				w.state = w.state.Answered(test.answer)
			}
			require.Equal(t, test.want, quiet(w.see(test.s)))
		})
	}
}

func TestTheNextGateAsksAgain(t *testing.T) {
	good := opened(set(), updated(4))
	w := inStep(t, twoSteps(ask), good)
	w.state = w.state.Answered(rollout.Promote)
	d := w.see(good)
	open3 := set(later, ststest.Partition(3))
	w.state = w.state.Applied(d.Do, open3, w.now)
	require.Equal(t, rollout.Decision{Ask: &ask}, quiet(w.see(opened(open3, updated(4), updated(3)))))
}
