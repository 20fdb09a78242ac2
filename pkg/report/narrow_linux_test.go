package report_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

const longName = "ledger-postgresql-replicated-storage-primary-europe1"

// longScale takes away two pods with long names, and their claims.
func longScale() *plan.Plan {
	p := &plan.Plan{Name: longName, Title: "scale statefulset " + longName + " from 4 to 2 replicas"}
	for _, o := range []int{3, 2} {
		pod := fmt.Sprintf("%s-%d", longName, o)
		c := fate("data-"+pod, plan.FateDeleted)
		p.Ordinals = append(p.Ordinals, plan.Ordinal{Ordinal: o, Pod: pod, Claims: []plan.ClaimFate{c}})
		p.Steps = append(p.Steps, plan.Step{Number: 4 - o, Title: "remove " + pod, Until: plan.Scaled{}})
	}
	return p
}

func TestPlanFitsTheTerminal(t *testing.T) {
	for _, width := range []uint16{200, 80, 40} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			got := onTerminal(t, width, func(terminal *os.File) {
				report.Plan(terminal, term.ColorNever, report.Human, report.DryRunClient, longScale(), ststest.Start)
			})

			golden(t, fmt.Sprintf("plan-%d-long-names", width), got)
			fits(t, got, int(width))
		})
	}
}

// fits checks that no line breaks but those with a word that is longer than it.
func fits(t *testing.T, text string, width int) {
	t.Helper()
	for line := range strings.Lines(text) {
		if len(strings.Fields(line)) > 1 {
			require.LessOrEqual(t, len([]rune(strings.TrimRight(line, "\n"))), width, line)
		}
	}
}

func TestPodsWithLongNamesFitTheTerminal(t *testing.T) {
	bad := ststest.Pod(4, ststest.Waiting("CrashLoopBackOff", "back-off"))
	st := judged("data", longName, nil, ststest.Set(), ststest.Pods(0, 4), []*corev1.Pod{bad})
	for _, width := range []uint16{200, 80, 60} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			got := onTerminal(t, width, func(terminal *os.File) {
				report.PrintStatus(terminal, term.ColorNever, report.Human, st)
			})

			golden(t, fmt.Sprintf("status-%d-long-set", width), got)
			_, table, _ := strings.Cut(got, "\n\n")
			table, _, _ = strings.Cut(table, "\n\n")
			fits(t, table, int(width))
		})
	}
}

func TestTroubleOfAPodWithALongNameGetsALineOfItsOwn(t *testing.T) {
	long := sts.Trouble{Reason: "ImagePullBackOff", Container: "nginx", Message: strings.Repeat("画像が見つかりません。", 10)}
	standing := engine.Event{
		Type: engine.EventPod, Time: ststest.Start,
		Pod: &sts.Standing{Pod: longName + "-4", State: sts.StateStarting, Trouble: &long},
	}
	got := onTerminal(t, 80, func(terminal *os.File) {
		report.NewLines(terminal, term.ColorNever, true).Handle(standing)
	})

	golden(t, "lines-80-long-name", stripped(got)[len("15:04:05 "):])
}

func TestADumbTerminalGetsWholeWordsAndNoEscapes(t *testing.T) {
	got := onTerminal(t, 80, func(terminal *os.File) {
		t.Setenv("TERM", "dumb")
		lines := report.NewLines(terminal, term.ColorAuto, true)
		newTale(canaryPlan()).house().step().updated(4, 1, 1).soak().to(lines)
		lines.Handle(engine.Event{Type: engine.EventPod, Time: ststest.Start, Pod: &sts.Standing{
			Pod: "web-4", State: sts.StateStarting,
			Trouble: &sts.Trouble{Reason: "ImagePullBackOff", Message: strings.Repeat("no such image; ", 8)},
		}})
	})

	harmless(t, got)
	fits(t, got, 80)
	golden(t, "lines-80-dumb", got)
}

func TestSentencesBreakBetweenWords(t *testing.T) {
	got := onTerminal(t, 40, func(terminal *os.File) {
		report.Say(terminal, "warning: what happens to the claims is not shown: not allowed\x1b[2J to list them")
	})

	require.Equal(t, "warning: what happens to the claims is\nnot shown: not allowed to list them\n", got)
}
