package engine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

var allIsWell = engine.Decision{End: &engine.Outcome{Result: engine.Done, Message: "all is well"}}

// broken is a decision to end because a pod was good and is so no more.
func broken(pod, reason, words string) engine.Decision {
	return halted(enginetest.OneStep(enginetest.Soaked(enginetest.Soak)), pod, sts.Trouble{Reason: reason, Message: words}, pod+": "+words)
}

const (
	restarted = "restarted after it was Available"
	wentAway  = "went away after it was Available"
	stopped   = "stopped being Available"
)

func TestSoak(t *testing.T) {
	good := ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4))
	crashed := halted(enginetest.OneStep(enginetest.Soaked(enginetest.Soak)), "web-4", sts.Trouble{
		Reason: "CrashLoopBackOff", Message: "back-off", Container: "nginx", Grace: sts.AfterPatience,
	}, "web-4: "+restarted+": nginx: CrashLoopBackOff: back-off")
	crashing := func(pod *podObject) { ststest.Waiting("CrashLoopBackOff", "back-off")(pod); ststest.Restarted(1)(pod) }
	for _, test := range []struct {
		name string
		s    sts.Snapshot
		at   time.Duration
		want engine.Decision
	}{
		{"lasts", good, enginetest.Soak - 1, waitsUntil(enginetest.Soak)},
		{"is over when its time has passed", good, enginetest.Soak, allIsWell},
		{
			"fails when a pod restarted, even if it is Available again",
			ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4, ststest.Restarted(1))), enginetest.Soak,
			broken("web-4", sts.ReasonRestarted, restarted),
		},
		{"tells why the pod restarted", ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4, crashing)), 1, crashed},
		{
			"fails when a pod is not Ready", ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4, ststest.Unready)), 1,
			broken("web-4", sts.ReasonNotAvailable, stopped),
		},
		{
			"fails when a pod goes", ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4, ststest.Terminating)), 1,
			broken("web-4", sts.ReasonReplaced, wentAway),
		},
		{"fails when a pod is gone", ststest.Without(good, 4), 1, broken("web-4", sts.ReasonReplaced, wentAway)},
		{
			"fails when a pod was recreated, even if that is Available",
			ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4, ststest.Recreated)), 1, broken("web-4", sts.ReasonReplaced, wentAway),
		},
		{
			"fails when a stable pod below the gate is not Ready",
			ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4), ststest.StablePod(1, ststest.Unready)), 1,
			broken("web-1", sts.ReasonNotAvailable, stopped),
		},
		{
			"fails when a stable pod below the gate restarted",
			ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4), ststest.StablePod(0, ststest.Restarted(1))), 1,
			broken("web-0", sts.ReasonRestarted, restarted),
		},
		{"fails when a stable pod below the gate is gone", ststest.Without(good, 2), 1, broken("web-2", sts.ReasonReplaced, wentAway)},
		{
			"fails below the gate of a Parallel set as well",
			ststest.Opened(ststest.Canary(enginetest.Parallel), ststest.UpdatedPod(4), ststest.StablePod(1, ststest.Unready)), 1,
			broken("web-1", sts.ReasonNotAvailable, stopped),
		},
		{
			"names the highest of two",
			ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4, ststest.Unready), ststest.StablePod(1, ststest.Unready)), 1,
			broken("web-4", sts.ReasonNotAvailable, stopped),
		},
		{
			"judges nothing before the controller has seen the spec",
			ststest.Opened(ststest.Canary(ststest.Unobserved), ststest.UpdatedPod(4, ststest.Unready)), 1, waitsUntil(enginetest.Soak),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := inStep(t, enginetest.OneStep(enginetest.Soaked(enginetest.Soak)), good)
			require.Equal(t, test.want, quiet(w.at(test.at).see(test.s)))
		})
	}
}

func TestSoakJudgesOnlyPodsThatWereGood(t *testing.T) {
	bad := ststest.Opened(ststest.Canary(enginetest.Parallel), ststest.UpdatedPod(4), ststest.StablePod(1, ststest.Unready))
	w := inStep(t, enginetest.OneStep(enginetest.Soaked(enginetest.Soak)), bad)
	require.Equal(t, waitsUntil(enginetest.Soak), quiet(w.after(1).see(bad)), "web-1 was not good when the run began")
	require.Equal(t, allIsWell, quiet(w.at(enginetest.Soak).see(bad)))
}

func TestSoakJudgesAPodFromWhenItGotGood(t *testing.T) {
	w := inStep(t, enginetest.OneStep(enginetest.Soaked(enginetest.Soak)),
		ststest.Opened(ststest.Canary(enginetest.Parallel), ststest.UpdatedPod(4), ststest.StablePod(1, ststest.Unready)))
	w.after(1).see(ststest.Opened(ststest.Canary(enginetest.Parallel), ststest.UpdatedPod(4)))
	require.Equal(t, broken("web-1", sts.ReasonNotAvailable, stopped),
		quiet(w.after(1).see(ststest.Opened(ststest.Canary(enginetest.Parallel), ststest.UpdatedPod(4),
			ststest.StablePod(1, ststest.Unready)))))
}

func TestWhileAStepWaits(t *testing.T) {
	for _, test := range []struct {
		name string
		soak time.Duration
		pod  *podObject
		want engine.Decision
	}{
		{
			"a restart of a good pod breaks a soak that is to come",
			enginetest.Soak, ststest.StablePod(1, ststest.Restarted(1)), broken("web-1", sts.ReasonRestarted, restarted),
		},
		{
			"a restart of a good pod does not matter without a soak", 0, ststest.StablePod(1, ststest.Restarted(1)),
			waitsUntil(enginetest.StepTimeout),
		},
		{
			"a good pod that is not Ready may heal", enginetest.Soak, ststest.StablePod(1, ststest.Unready),
			waitsUntil(enginetest.StepTimeout),
		},
		{
			"a good pod that goes may come back", enginetest.Soak, ststest.StablePod(1, ststest.Terminating),
			waitsUntil(enginetest.StepTimeout),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := inStep(t, enginetest.OneStep(enginetest.Soaked(test.soak)), ststest.Opened(ststest.Canary()))
			require.Equal(t, test.want, quiet(w.see(ststest.Opened(ststest.Canary(), test.pod))))
		})
	}
}

func TestARestartOfAPodThatIsToBeReplacedDoesNotMatter(t *testing.T) {
	w := newWalk(t, enginetest.OneStep(enginetest.Soaked(enginetest.Soak)), ststest.Closed())
	w.state = w.state.Applied(w.see(ststest.Closed()).Do, workload.FromApps(ststest.Canary()), w.now)
	require.Equal(t, waitsUntil(enginetest.StepTimeout),
		quiet(w.see(ststest.Opened(ststest.Canary(), ststest.StablePod(4, ststest.Restarted(1))))))
}

// What happened while the step waited is over, or it would have ended there.
func TestWhenASoakBegins(t *testing.T) {
	for _, test := range []struct {
		name    string
		soak    time.Duration
		waiting sts.Snapshot
		arrived sts.Snapshot
		want    engine.Decision
	}{
		{
			"a pod that went away and is back is forgiven", enginetest.Soak,
			ststest.Without(ststest.Opened(ststest.Canary()), 1),
			ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4), ststest.StablePod(1, ststest.Recreated)),
			waitsUntil(enginetest.Soak),
		},
		{
			"a pod that was not Ready and is again is forgiven", enginetest.Soak,
			ststest.Opened(ststest.Canary(), ststest.StablePod(1, ststest.Unready)),
			ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)), waitsUntil(enginetest.Soak),
		},
		{
			"a restart is forgiven without a soak", 0,
			ststest.Opened(ststest.Canary(), ststest.StablePod(1, ststest.Restarted(1))),
			ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4), ststest.StablePod(1, ststest.Restarted(1))), allIsWell,
		},
		{
			"a pod that was good and is not Ready now breaks it at once", enginetest.Soak,
			ststest.Opened(ststest.Canary(), ststest.StablePod(1, ststest.Unready)),
			ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4), ststest.StablePod(1, ststest.Unready)),
			broken("web-1", sts.ReasonNotAvailable, stopped),
		},
		{
			"a pod that was good and is gone now breaks it at once", enginetest.Soak,
			ststest.Without(ststest.Opened(ststest.Canary()), 1),
			ststest.Without(ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)), 1), broken("web-1", sts.ReasonReplaced, wentAway),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := inStep(t, enginetest.OneStep(enginetest.Soaked(test.soak)), ststest.Opened(ststest.Canary()))
			w.see(test.waiting)
			require.Equal(t, test.want, quiet(w.see(test.arrived)))
		})
	}
}

func TestAForgivenPodIsJudgedAnew(t *testing.T) {
	w := inStep(t, enginetest.OneStep(enginetest.Soaked(enginetest.Soak)), ststest.Opened(ststest.Canary()))
	w.see(ststest.Without(ststest.Opened(ststest.Canary()), 1))
	w.see(ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4), ststest.StablePod(1, ststest.Recreated)))
	require.Equal(t, broken("web-1", sts.ReasonRestarted, restarted),
		quiet(w.see(ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4),
			ststest.StablePod(1, ststest.Recreated, ststest.Restarted(1))))))
}

// The plan itself replaces the pods of the next step: they are no regression.
func TestPodsOfTheNextStepMayGo(t *testing.T) {
	p := enginetest.OneStep(enginetest.Soaked(enginetest.Soak), func(p *plan.Plan) {
		p.Steps = append(p.Steps, plan.Step{
			Title: "update web-3", Change: plan.Partition(3), Until: plan.PodsGood{From: 3}, Soak: enginetest.Soak,
		})
	})
	w := inStep(t, p, ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)))
	w.at(enginetest.Soak)
	d := w.see(ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)))
	require.Equal(t, plan.Partition(3), d.Do)
	open3 := ststest.Canary(enginetest.Later, ststest.Partition(3))
	w.state = w.state.Applied(d.Do, workload.FromApps(open3), w.now)
	require.Equal(t, waitsUntil(enginetest.Soak+enginetest.StepTimeout),
		quiet(w.see(ststest.Without(ststest.Opened(open3, ststest.UpdatedPod(4)), 3))))
	require.Equal(t, waitsUntil(2*enginetest.Soak), quiet(w.see(ststest.Opened(open3, ststest.UpdatedPod(4), ststest.UpdatedPod(3)))))
	require.Equal(t, allIsWell, quiet(w.at(2*enginetest.Soak).see(ststest.Opened(open3, ststest.UpdatedPod(4), ststest.UpdatedPod(3)))))
}
