package engine_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

func held(p plan.Plan, wanted bool) engine.Decision {
	return engine.Decision{End: &engine.Outcome{
		Result: engine.Held, Message: "held after step 1 of 2; next: web-3", Detail: "after step 1 of 2; next: web-3", Wanted: wanted,
		Step: &p.Steps[0], Gate: enginetest.OnlyWeb4, Try: enginetest.ToGoNext,
	}}
}

func TestGateHold(t *testing.T) {
	wanted := enginetest.HoldGate
	wanted.Wanted = true
	for _, test := range []struct {
		name string
		plan plan.Plan
		s    sts.Snapshot
		want engine.Decision
	}{
		{
			"the run ends at it", enginetest.TwoSteps(enginetest.HoldGate), ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)),
			held(enginetest.TwoSteps(enginetest.HoldGate), false),
		},
		{
			"the run ends well at one that was asked for", enginetest.TwoSteps(wanted),
			ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)), held(enginetest.TwoSteps(wanted), true),
		},
		{
			"the step comes first", enginetest.TwoSteps(enginetest.HoldGate), ststest.Opened(ststest.Canary()),
			waitsUntil(enginetest.StepTimeout),
		},
		{
			"the soak comes first", enginetest.OneStep(enginetest.Gated(enginetest.HoldGate), enginetest.Soaked(enginetest.Soak)),
			ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)), waitsUntil(enginetest.Soak),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, quiet(newWalk(t, test.plan, test.s).see(test.s)))
		})
	}
}

func TestGateAsk(t *testing.T) {
	p := enginetest.TwoSteps(enginetest.AskGate)
	good := ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4))
	question := engine.Decision{Ask: &enginetest.AskGate}
	for _, test := range []struct {
		name   string
		answer plan.Answer
		s      sts.Snapshot
		want   engine.Decision
	}{
		{"is asked until there is an answer", "", good, question},
		{"promote goes on", plan.Promote, good, engine.Decision{Do: plan.Partition(3), WakeAt: ststest.In(enginetest.StepTimeout)}},
		{"hold ends the run", plan.HoldOn, good, held(p, false)},
		{"abort ends the run", plan.Abort, good, engine.Decision{End: &engine.Outcome{
			Result: engine.AbortAsked, Message: "abort", Step: &p.Steps[0], Gate: enginetest.OnlyWeb4, Try: enginetest.ToGoOn,
		}}},
		{"what nobody knows is taken as hold", "what?", good, held(p, false)},
		{
			"a pod that fails while nobody answers ends the run", "",
			ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4, ststest.Unready)),
			halted(p, "web-4", sts.Trouble{Reason: sts.ReasonNotAvailable, Message: stopped}, "web-4: "+stopped),
		},
		{
			"a restart while nobody answers ends the run", "",
			ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4, ststest.Restarted(1))),
			halted(p, "web-4", sts.Trouble{Reason: sts.ReasonRestarted, Message: restarted}, "web-4: "+restarted),
		},
		{
			"drift while nobody answers ends the run", "",
			ststest.Opened(ststest.Canary(enginetest.Later, ststest.Partition(2)), ststest.UpdatedPod(4)),
			engine.Decision{End: &engine.Outcome{
				Result: engine.Drifted, Message: "the partition was changed from 4 to 2; nothing more is written",
				Step: &p.Steps[0], Gate: "partition 2: web-2 and above are updated", Try: enginetest.ToRetry,
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
	w := inStep(t, enginetest.TwoSteps(enginetest.AskGate), good)
	w.state = w.state.Answered(plan.Promote)
	d := w.see(good)
	open3 := ststest.Canary(enginetest.Later, ststest.Partition(3))
	w.state = w.state.Applied(d.Do, workload.FromApps(open3), w.now)
	require.Equal(t, engine.Decision{Ask: &enginetest.AskGate},
		quiet(w.see(ststest.Opened(open3, ststest.UpdatedPod(4), ststest.UpdatedPod(3)))))
}
