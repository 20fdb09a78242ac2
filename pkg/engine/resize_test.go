package engine_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// aClaim is the claim of an ordinal, which asks for 1Gi and has that.
func aClaim(ordinal int, changes ...func(*storage.Claim)) storage.Claim {
	return ststest.Claim(fmt.Sprintf("data-web-%d", ordinal), append([]func(*storage.Claim){func(c *storage.Claim) {
		c.Size, c.Phase = "1Gi", corev1.ClaimBound
	}}, changes...)...)
}

// asksFor2Gi has it ask for more; status is the word of the API for what is done about it.
func asksFor2Gi(status corev1.ClaimResourceStatus) func(*storage.Claim) {
	return func(c *storage.Claim) { c.Resize = &storage.Resize{Request: "2Gi", Status: status} }
}

func has2Gi(c *storage.Claim) { c.Size = "2Gi" }

// growing is a plan that grows the claims of ordinals 4 and 3, one after the other.
func growing() plan.Plan {
	p := plan.Plan{
		Verb: "resize", Namespace: "default", Name: "web", UID: ststest.Set().UID, Claims: true, Sizes: []plan.Resize{{}},
		Patience: 30 * time.Second, StepTimeout: 10 * time.Minute, Resume: hint.Plugin("", "resize", "web"), Success: "all is well",
	}
	for i, o := range []int{4, 3} {
		c := aClaim(o)
		size := plan.ClaimSize{Name: c.Name, UID: c.UID, Template: "data", Ordinal: o, From: "1Gi", To: "2Gi"}
		p.Steps = append(p.Steps, plan.Step{
			Title: "grow " + c.Name, Number: i + 1, Of: 2,
			Require: plan.Resizable{ClaimSize: size}, Change: plan.ResizeClaim{ClaimSize: size},
			Until: plan.ClaimsResized{
				Claims: []plan.ClaimSize{size}, Before: i, Of: 2,
				Patience: metav1.Duration{Duration: 30 * time.Second}, Placing: metav1.Duration{Duration: time.Minute},
			},
		})
	}
	return p
}

func claimsNow(four, three storage.Claim) sts.Snapshot { return ststest.WithClaims(four, three) }

func TestClaimsGrowOneAfterTheOther(t *testing.T) {
	p := growing()
	w := newWalk(t, p, claimsNow(aClaim(4), aClaim(3)))

	d := w.see(claimsNow(aClaim(4), aClaim(3)))
	require.Equal(t, p.Steps[0].Change, d.Do)
	w.state = w.state.Applied(d.Do, nil, w.now)
	d = w.see(claimsNow(aClaim(4), aClaim(3)))
	require.Nil(t, d.Do, "the watch does not show it yet")
	d = w.see(claimsNow(aClaim(4, asksFor2Gi(corev1.PersistentVolumeClaimControllerResizeInProgress)), aClaim(3)))
	require.Nil(t, d.Do)
	require.Contains(t, eventTypes(d), engine.EventResize)
	d = w.see(claimsNow(aClaim(4, has2Gi), aClaim(3)))
	require.Equal(t, p.Steps[1].Change, d.Do, "the next one when the first has its size")
	w.state = w.state.Applied(d.Do, nil, w.now)
	d = w.see(claimsNow(aClaim(4, has2Gi), aClaim(3, has2Gi)))
	require.Equal(t, &engine.Outcome{Result: engine.Done, Message: "all is well"}, d.End)
}

func eventTypes(d engine.Decision) []engine.EventType {
	var out []engine.EventType
	for i := range d.Events {
		out = append(out, d.Events[i].Type)
	}
	return out
}

func TestADriverThatCantEndsTheRun(t *testing.T) {
	w := newWalk(t, growing(), claimsNow(aClaim(4), aClaim(3)))
	w.state = w.state.Applied(w.see(claimsNow(aClaim(4), aClaim(3))).Do, nil, w.now)

	o := w.see(claimsNow(aClaim(4, asksFor2Gi(corev1.PersistentVolumeClaimControllerResizeInfeasible)), aClaim(3))).End

	require.Equal(t, engine.Halted, o.Result)
	require.Equal(t, "ControllerResizeInfeasible", o.Reason)
	require.Empty(t, o.Gate, "a resize moves none")
	again := hint.Plugin("try again", "resize", "web")
	again.Again = true
	require.Equal(t, again, o.Try[len(o.Try)-1], "it comes last, and needs no --retry")
}

func TestAPodThatHasToRestartHoldsTheRun(t *testing.T) {
	w := newWalk(t, growing(), claimsNow(aClaim(4), aClaim(3)))
	w.state = w.state.Applied(w.see(claimsNow(aClaim(4), aClaim(3))).Do, nil, w.now)
	waits := claimsNow(aClaim(4, asksFor2Gi(corev1.PersistentVolumeClaimNodeResizePending)), aClaim(3))

	d := w.see(waits)
	require.Nil(t, d.End)
	require.Equal(t, w.now.Add(time.Minute), d.WakeAt)
	o := w.after(time.Minute).see(waits).End

	require.Equal(t, engine.Held, o.Result)
	require.Equal(t, engine.ExitHeld, o.ExitCode())
	require.Equal(t, hint.Plugin("restart it", "restart", "web", "--ordinals", "4"), o.Try[0])
}

func TestSomebodyElsesSizeIsNotFought(t *testing.T) {
	w := newWalk(t, growing(), claimsNow(aClaim(4), aClaim(3)))
	other := claimsNow(aClaim(4, func(c *storage.Claim) { c.Resize = &storage.Resize{Request: "5Gi"} }), aClaim(3))

	o := w.see(other).End

	require.Equal(t, engine.Drifted, o.Result)
	require.Equal(t, []hint.Hint{hint.Plugin("see what it would do now", "resize", "web", "--dry-run=client")}, o.Try)
}

func TestAClaimThatGetsNowhereEndsTheRunInTheStepsTime(t *testing.T) {
	w := newWalk(t, growing(), claimsNow(aClaim(4), aClaim(3)))
	w.state = w.state.Applied(w.see(claimsNow(aClaim(4), aClaim(3))).Do, nil, w.now)
	asked := claimsNow(aClaim(4, asksFor2Gi("")), aClaim(3))
	w.see(asked)

	o := w.after(10 * time.Minute).see(asked).End

	require.Equal(t, engine.Halted, o.Result)
	require.Equal(t, "no progress for 10m0s: still waiting for claim data-web-4 (1Gi, to be 2Gi): its driver has not begun", o.Message)
}
