package report_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

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
