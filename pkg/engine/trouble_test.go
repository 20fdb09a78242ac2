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
)

// Trouble as the kubelet reports it, and as a decision shows it.
var (
	badName   = ststest.Waiting("InvalidImageName", "no")
	pullError = ststest.Waiting("ErrImagePull", "not found")

	badNameTrouble   = sts.Trouble{Reason: "InvalidImageName", Message: "no", Container: "nginx", Grace: sts.AtOnce}
	pullErrorTrouble = sts.Trouble{Reason: "ErrImagePull", Message: "not found", Container: "nginx", Grace: sts.AfterPatience}
	backOffTrouble   = sts.Trouble{Reason: "ImagePullBackOff", Message: "back-off", Container: "nginx", Grace: sts.AfterPatience}
)

const pullErrorWords = "web-4: nginx: ErrImagePull: not found"

func TestTroubleInItsTime(t *testing.T) {
	for _, test := range []struct {
		name string
		pod  podOption
		at   time.Duration // after the first snapshot with it
		want engine.Decision
	}{
		{
			"what never heals counts at once", badName, 0,
			halted(enginetest.OneStep(), "web-4", badNameTrouble, "web-4: nginx: InvalidImageName: no"),
		},
		{"what often heals is given patience", pullError, 0, waitsUntil(enginetest.Patience)},
		{"just before patience is over it is still given", pullError, enginetest.Patience - 1, waitsUntil(enginetest.Patience)},
		{
			"when patience is over it counts", pullError, enginetest.Patience,
			halted(enginetest.OneStep(), "web-4", pullErrorTrouble, pullErrorWords),
		},
		{"what is not known waits for the deadline", ststest.Waiting("Odd", ""), enginetest.Patience, waitsUntil(enginetest.StepTimeout)},
		{
			"just before the deadline it still waits", ststest.Waiting("Odd", ""), enginetest.StepTimeout - 1,
			waitsUntil(enginetest.StepTimeout),
		},
		{
			"at the deadline it counts", ststest.Waiting("Odd", ""), enginetest.StepTimeout,
			halted(enginetest.OneStep(), "web-4", sts.Trouble{Reason: "Odd", Container: "nginx", Grace: sts.AtDeadline},
				"web-4: nginx: Odd (no progress for 10m0s)"),
		},
		{
			"at the deadline a pod without trouble is told by its state", ststest.Pending, enginetest.StepTimeout,
			halted(enginetest.OneStep(), "web-4", sts.Trouble{Reason: sts.ReasonStartingUp, Message: "pending", Grace: sts.AtDeadline},
				"web-4: Starting: pending (no progress for 10m0s)"),
		},
		{
			"a pod on its way out is not judged",
			func(pod *podObject) { pullError(pod); ststest.Terminating(pod) }, enginetest.Patience, waitsUntil(enginetest.StepTimeout),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4, test.pod))
			w := newWalk(t, enginetest.OneStep(), s)
			d := w.see(s)
			if test.at > 0 {
				d = w.at(test.at).see(s)
			}
			require.Equal(t, test.want, quiet(d))
		})
	}
}

func TestTheDeadlineOfAPodOnTheOldRevision(t *testing.T) {
	s := ststest.Opened(ststest.Canary())
	w := inStep(t, enginetest.OneStep(), s)
	require.Equal(t, halted(w.plan, "web-4",
		sts.Trouble{Reason: sts.ReasonOldRevision, Message: "on another revision than wanted", Grace: sts.AtDeadline},
		"web-4: OldRevision: on another revision than wanted (no progress for 10m0s)"), quiet(w.at(enginetest.StepTimeout).see(s)))
}

// The time runs from the first trouble until the pod is Available.
func TestPatience(t *testing.T) {
	over := halted(enginetest.OneStep(), "web-4", pullErrorTrouble, pullErrorWords)
	type look struct {
		at  time.Duration
		pod podOption
	}
	for _, test := range []struct {
		name  string
		looks []look
		want  engine.Decision
	}{
		{
			"is not reset by the other word for the same trouble",
			[]look{
				{0, pullError},
				{20 * time.Second, enginetest.BackOff},
				{25 * time.Second, pullError},
				{enginetest.Patience, enginetest.BackOff},
			},
			halted(enginetest.OneStep(), "web-4", backOffTrouble, "web-4: nginx: ImagePullBackOff: back-off"),
		},
		{
			"is not reset by a crash loop that runs for a moment",
			[]look{{0, pullError}, {20 * time.Second, ststest.Unready}, {enginetest.Patience, pullError}},
			over,
		},
		{
			"does not count a pod that is running for a moment",
			[]look{{0, pullError}, {enginetest.Patience, ststest.Unready}},
			waitsUntil(enginetest.StepTimeout),
		},
		{
			"is not reset by a pod that is Ready but not yet Available",
			[]look{{0, pullError}, {20 * time.Second, ststest.ReadySince(ststest.In(19 * time.Second))}, {enginetest.Patience, pullError}},
			over,
		},
		{
			"begins anew for another pod of the same name",
			[]look{{0, pullError}, {20 * time.Second, func(pod *podObject) { pullError(pod); ststest.Recreated(pod) }}},
			waitsUntil(50 * time.Second),
		},
		{
			"has nothing to do with trouble that waits for the deadline",
			[]look{{0, ststest.Waiting("Odd", "")}, {20 * time.Second, pullError}},
			waitsUntil(50 * time.Second),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWalk(t, enginetest.OneStep(), ststest.Opened(ststest.Canary(enginetest.MinReady(5))))
			var d engine.Decision
			for _, look := range test.looks {
				d = w.at(look.at).see(ststest.Opened(ststest.Canary(enginetest.MinReady(5)), ststest.UpdatedPod(4, look.pod)))
			}
			require.Equal(t, test.want, quiet(d))
		})
	}
}

func TestAHealthyPodClearsItsTrouble(t *testing.T) {
	p := enginetest.OneStep(enginetest.Step(func(s *plan.Step) { s.Change, s.Until = plan.Partition(3), plan.PodsGood{From: 3} }))
	show := func(web4 podOption) sts.Snapshot {
		return ststest.Opened(ststest.Canary(ststest.Partition(3)), ststest.UpdatedPod(4, web4))
	}
	w := inStep(t, p, show(pullError))
	w.at(20 * time.Second).see(show(func(*podObject) {}))
	require.Equal(t, waitsUntil(25*time.Second+enginetest.Patience), quiet(w.at(25*time.Second).see(show(pullError))))
}

func TestAPodThatCannotBeMade(t *testing.T) {
	const words = "pods \"web-4\" is forbidden: exceeded quota"
	missing := ststest.Without(ststest.Opened(ststest.Canary()), 4)
	failing := missing
	failing.FailedCreates = map[string]sts.FailedCreate{"web-4": {Message: words}}
	over := halted(enginetest.OneStep(), "web-4", sts.Trouble{Reason: sts.ReasonFailedCreate, Message: words, Grace: sts.AfterPatience},
		"web-4: FailedCreate: "+words)
	for _, test := range []struct {
		name   string
		first  sts.Snapshot
		second sts.Snapshot
		at     time.Duration
		want   engine.Decision
	}{
		{"is given patience", failing, failing, enginetest.Patience - 1, waitsUntil(enginetest.Patience)},
		{"counts when patience is over", failing, failing, enginetest.Patience, over},
		{"has patience run from when it was missing", missing, failing, enginetest.Patience, over},
		{
			"waits for the deadline when the controller says nothing", missing, missing, enginetest.Patience,
			waitsUntil(enginetest.StepTimeout),
		},
		{
			"counts at the deadline when the controller says nothing", missing, missing, enginetest.StepTimeout,
			halted(enginetest.OneStep(), "web-4",
				sts.Trouble{Reason: sts.ReasonNotCreated, Message: "not created yet", Grace: sts.AtDeadline},
				"web-4: NotCreated: not created yet (no progress for 10m0s)"),
		},
		{
			"is forgotten once it is there", failing, ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4, ststest.Pending)),
			enginetest.Patience, waitsUntil(enginetest.StepTimeout),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := inStep(t, enginetest.OneStep(), test.first)
			require.Equal(t, test.want, quiet(w.at(test.at).see(test.second)))
		})
	}
}

func TestAPodThatIsMissingAgainHasItsTimeAgain(t *testing.T) {
	missing := ststest.Without(ststest.Opened(ststest.Canary()), 4)
	missing.FailedCreates = map[string]sts.FailedCreate{"web-4": {Message: "quota"}}
	w := inStep(t, enginetest.OneStep(), missing)
	w.at(20 * time.Second).see(ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4, ststest.Pending)))
	require.Equal(t, waitsUntil(50*time.Second), quiet(w.at(20*time.Second).see(missing)))
}
