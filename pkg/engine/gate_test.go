package engine_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

var (
	ask  = plan.Gate{Kind: plan.GateAsk, Next: "web-3"}
	hold = plan.Gate{Kind: plan.GateHold, Next: "web-3"}
)

// twoSteps has a gate after the first step.
func twoSteps(g plan.Gate) plan.Plan {
	return oneStep(gated(g), func(p *plan.Plan) {
		p.Steps = append(p.Steps, plan.Step{
			Title: "update web-3", Number: 2, Of: 2, Change: plan.Partition(3), Until: plan.PodsGood{From: 3}, Gate: &g,
		})
	})
}

func held(p plan.Plan, wanted bool) engine.Decision {
	return engine.Decision{End: &engine.Outcome{
		Result: engine.Held, Message: "held after step 1 of 2; next: web-3", Wanted: wanted,
		Step: &p.Steps[0], Gate: onlyWeb4, Try: toGoNext,
	}}
}

func TestGateHold(t *testing.T) {
	wanted := hold
	wanted.Wanted = true
	for _, test := range []struct {
		name string
		plan plan.Plan
		s    sts.Snapshot
		want engine.Decision
	}{
		{"the run ends at it", twoSteps(hold), ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)), held(twoSteps(hold), false)},
		{"the run ends well at one that was asked for", twoSteps(wanted), ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)), held(twoSteps(wanted), true)},
		{"the step comes first", twoSteps(hold), ststest.Opened(ststest.Canary()), waitsUntil(stepTimeout)},
		{
			"the soak comes first", oneStep(gated(hold), soaked(soak)), ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)), waitsUntil(soak),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, quiet(newWalk(t, test.plan, test.s).see(test.s)))
		})
	}
}

func TestGateAsk(t *testing.T) {
	p := twoSteps(ask)
	good := ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4))
	question := engine.Decision{Ask: &ask}
	for _, test := range []struct {
		name   string
		answer plan.Answer
		s      sts.Snapshot
		want   engine.Decision
	}{
		{"is asked until there is an answer", "", good, question},
		{"promote goes on", plan.Promote, good, engine.Decision{Do: plan.Partition(3), WakeAt: ststest.In(stepTimeout)}},
		{"hold ends the run", plan.HoldOn, good, held(p, false)},
		{"abort ends the run", plan.Abort, good, engine.Decision{End: &engine.Outcome{
			Result: engine.AbortAsked, Message: "abort", Step: &p.Steps[0], Gate: onlyWeb4, Try: toGoOn,
		}}},
		{"what nobody knows is taken as hold", "what?", good, held(p, false)},
		{
			"a pod that fails while nobody answers ends the run", "", ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4, ststest.Unready)),
			halted(p, "web-4", sts.Trouble{Reason: sts.ReasonNotAvailable, Message: stopped}, "web-4: "+stopped),
		},
		{
			"a restart while nobody answers ends the run", "", ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4, ststest.Restarted(1))),
			halted(p, "web-4", sts.Trouble{Reason: sts.ReasonRestarted, Message: restarted}, "web-4: "+restarted),
		},
		{
			"drift while nobody answers ends the run", "", ststest.Opened(ststest.Canary(later, ststest.Partition(2)), ststest.UpdatedPod(4)),
			engine.Decision{End: &engine.Outcome{
				Result: engine.Drifted, Message: "the partition was changed from 4 to 2; nothing more is written",
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
	good := ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4))
	w := inStep(t, twoSteps(ask), good)
	w.state = w.state.Answered(plan.Promote)
	d := w.see(good)
	open3 := ststest.Canary(later, ststest.Partition(3))
	w.state = w.state.Applied(d.Do, open3, w.now)
	require.Equal(t, engine.Decision{Ask: &ask}, quiet(w.see(ststest.Opened(open3, ststest.UpdatedPod(4), ststest.UpdatedPod(3)))))
}
