package text_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/reporttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/text"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// longScale takes away two pods with long names, and their claims.
func longScale() *plan.Plan {
	p := &plan.Plan{Name: reporttest.LongName, Title: "scale statefulset " + reporttest.LongName + " from 4 to 2 replicas"}
	for _, o := range []int{3, 2} {
		pod := fmt.Sprintf("%s-%d", reporttest.LongName, o)
		c := reporttest.Fate("data-"+pod, plan.FateDeleted)
		p.Ordinals = append(p.Ordinals, plan.Ordinal{Ordinal: o, Pod: pod, Claims: []plan.ClaimFate{c}})
		p.Steps = append(p.Steps, plan.Step{Number: 4 - o, Title: "remove " + pod, Until: plan.Scaled{}})
	}
	return p
}

func TestPlanFitsTheTerminal(t *testing.T) {
	for _, width := range []uint16{200, 80, 40} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			got := reporttest.OnTerminal(t, width, func(terminal *os.File) {
				text.PrintPlan(terminal, term.ColorNever, report.DryRunClient, longScale())
			})

			reporttest.Golden(t, fmt.Sprintf("plan-%d-long-names", width), got)
			reporttest.Fits(t, got, int(width))
		})
	}
}

func TestSizesFitTheTerminal(t *testing.T) {
	for _, width := range []uint16{200, 80, 40} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			p := reporttest.ResizePlan()
			got := reporttest.OnTerminal(t, width, func(terminal *os.File) { text.PrintHead(terminal, term.ColorNever, &p) })

			reporttest.Golden(t, fmt.Sprintf("sizes-%d", width), got)
			reporttest.Fits(t, got, int(width))
		})
	}
}

func TestTroubleOfAPodWithALongNameGetsALineOfItsOwn(t *testing.T) {
	long := sts.Trouble{Reason: "ImagePullBackOff", Container: "nginx", Message: strings.Repeat("画像が見つかりません。", 10)}
	standing := engine.Event{
		Type: engine.EventPod, Time: ststest.Start,
		Pod: &sts.PodProgress{Pod: reporttest.LongName + "-4", State: sts.StateStarting, Trouble: &long},
	}
	got := reporttest.OnTerminal(t, 80, func(terminal *os.File) {
		text.NewLines(terminal, term.ColorNever, true).Handle(standing)
	})

	reporttest.Golden(t, "lines-80-long-name", reporttest.Stripped(got)[len("15:04:05 "):])
}

func TestADumbTerminalGetsWholeWordsAndNoEscapes(t *testing.T) {
	got := reporttest.OnTerminal(t, 80, func(terminal *os.File) {
		t.Setenv("TERM", "dumb")
		lines := text.NewLines(terminal, term.ColorAuto, true)
		reporttest.NewTale(reporttest.CanaryPlan()).House().Step().Updated(4, 1, 1).Soak().To(lines)
		lines.Handle(engine.Event{Type: engine.EventPod, Time: ststest.Start, Pod: &sts.PodProgress{
			Pod: "web-4", State: sts.StateStarting,
			Trouble: &sts.Trouble{Reason: "ImagePullBackOff", Message: strings.Repeat("no such image; ", 8)},
		}})
	})

	reporttest.Harmless(t, got)
	reporttest.Fits(t, got, 80)
	reporttest.Golden(t, "lines-80-dumb", got)
}
