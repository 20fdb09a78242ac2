package reporttest

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/writeback"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// Evil wants to write to the clipboard, clear the screen, begin a line, colour
// what follows and turn it around.
const Evil = "\x1b]52;c;cm0gLXJm\x1b\\a\x1b[2J\nb\u009b31m\u202ec\x9bd\b\x07"

// Harmless checks that a text controls nothing but its lines.
func Harmless(t *testing.T, text string) {
	t.Helper()
	control := func(r rune) bool { return r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) }
	require.Negative(t, strings.IndexFunc(text, control), "%q", text)
}

// HostileTexts are what a cluster may say to harm who reads it.
var HostileTexts = []string{
	"plain", Evil, "a\x1b[31mb", "\x1b]8;;x\x07y", "\x1b\x1b[", "\u009b1m", "\x9b", "\u202e", "\n\r\t", "\xff",
	"日本\x1b", "\x1bP\x1b\\", "\x1b]\u009c",
	"\n::error::x", "a\r \u00a0::warning file=/etc/passwd::x", "##[error]", "###[",
	"##\x1b[m[", "%0A::error::", "| a |\n# b", "<img src=x>",
	"]]>", "[x](javascript:y)", "```\n`", "&lt;", "\u2028- a",
	"a: kubectl `x`", "\x00", "\U000E0041", "\ufffe", "kubectl x: kubectl y", " \t a ",
}

// Commands are the lines which GitHub's runner takes for commands. It looks for
// them as its source does: :: behind white space, ##[ anywhere.
func Commands(text string) []string {
	var out []string
	for _, line := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		start := strings.TrimLeftFunc(line, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) })
		if strings.HasPrefix(start, "::") || strings.Contains(line, "##[") {
			out = append(out, line)
		}
	}
	return out
}

// HostileTale is a run in which every text is this one.
func HostileTale(text string) *Tale {
	trouble := sts.Trouble{Reason: text, Container: "nginx", Message: text}
	p := CanaryPlan()
	p.Title, p.Details, p.Warnings, p.Diff = text, []string{text}, []string{text}, text
	p.Steps[1].Title = text
	p.Reconcilers = []writeback.Reconciler{{
		Rule: writeback.RuleArgoCD, Name: text, Managers: []string{text}, When: text, Says: text, Rests: text,
		Fields: []writeback.Field{{
			Field: workload.FieldTemplate, Path: text, Value: value(text), Back: value(map[string]any{text: []any{text}}),
		}},
		Stop: []hint.Hint{hint.Words(text)}, Keep: []hint.Hint{hint.Words(text)},
	}}
	hook := plan.Hook{Namespace: "default", Set: "web", Pod: "web-4", Command: text, Exec: true}
	p.Steps[1].Before = []plan.Hook{hook}
	return NewTale(p).
		Tell(engine.Event{Type: engine.EventWarning, Message: text}).
		House().Step().
		Tell(engine.Event{Type: engine.EventHook, Hook: &hook}).
		Tell(engine.Event{Type: engine.EventHook, Hook: &hook, Message: text}).
		Tell(engine.Event{Type: engine.EventWait, Message: text, External: true}).
		Trouble(4, sts.StateStarting, trouble).
		Tell(engine.Event{Type: engine.EventChange, Change: plan.DeletePod{Name: "web-4", Why: text}}).
		End(engine.Outcome{
			Result: engine.Halted, Message: "web-4: " + trouble.String(), Pod: "web-4", Trouble: &trouble, Gate: text,
			Try:     []hint.Hint{hint.Words(text), {Words: "resume", Kind: hint.Sts, Verb: "canary", Path: text}},
			Commits: []writeback.Commit{{Path: text, Value: value(text), Who: text}},
		})
}

// value is a field's value as a plan keeps it.
func value(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}

// HostileSnapshot is a set whose every free text wants to do something to the
// terminal.
func HostileSnapshot() sts.Snapshot {
	bad := ststest.Pod(4, ststest.Revision("rev"+Evil), ststest.Waiting("Reason"+Evil, "message"+Evil),
		func(pod *corev1.Pod) { pod.Spec.NodeName = "node" + Evil })
	s := ststest.Snapshot(Opened(), ststest.Pods(0, 4), []*corev1.Pod{bad})
	s.Set.Status.UpdateRevision = "update" + Evil
	return s
}
