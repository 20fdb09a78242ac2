package report_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// evil wants to write to the clipboard, clear the screen, begin a line, colour
// what follows and turn it around.
const evil = "\x1b]52;c;cm0gLXJm\x1b\\a\x1b[2J\nb\u009b31m\u202ec\x9bd\b\x07"

// harmless checks that a text controls nothing but its lines.
func harmless(t *testing.T, text string) {
	t.Helper()
	control := func(r rune) bool { return r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) }
	require.Negative(t, strings.IndexFunc(text, control), "%q", text)
}

// hostile is a set whose every free text wants to do something to the terminal.
func hostile() report.Status {
	bad := ststest.Pod(4, ststest.Revision("rev"+evil), ststest.Waiting("Reason"+evil, "message"+evil),
		func(pod *corev1.Pod) { pod.Spec.NodeName = "node" + evil })
	st := status(ststest.Snapshot(opened(), ststest.Pods(0, 4), []*corev1.Pod{bad}), inCanary, halted("trouble: "+evil))
	rolloutOf(&st).Stable = "stable" + evil
	st.Snapshot.Set.Status.UpdateRevision = "update" + evil
	return st
}

func TestStatusOfAHostileSetControlsNothing(t *testing.T) {
	var out strings.Builder
	report.PrintStatus(&out, term.ColorNever, report.Human, hostile())

	harmless(t, out.String())
}

func TestLinesOfAHostileClusterControlNothing(t *testing.T) {
	trouble := sts.Trouble{Reason: "Reason" + evil, Container: "nginx", Message: evil}
	p := canaryPlan()
	p.Details = []string{evil}
	tale := newTale(p).
		tell(engine.Event{Type: engine.EventWarning, Message: evil}).
		house().step().
		trouble(4, sts.StateStarting, trouble).
		tell(engine.Event{Type: engine.EventChange, Change: plan.DeletePod{Name: "web-4", Why: evil}}).
		end(engine.Outcome{Result: engine.Halted, Message: "web-4: " + trouble.String(), Pod: "web-4", Trouble: &trouble})
	var out strings.Builder
	tale.to(report.NewLines(&out, term.ColorNever, false))

	harmless(t, out.String())
	golden(t, "lines-hostile", out.String())
}
