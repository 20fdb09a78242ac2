package text_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/reporttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/text"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

func TestLines(t *testing.T) {
	for name, tale := range reporttest.Tales {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			tale().To(text.NewLines(&out, term.ColorNever, false))
			reporttest.Golden(t, "lines-"+name, out.String())
		})
	}
}

func TestLinesInColourSayTheSame(t *testing.T) {
	for name, tale := range reporttest.Tales {
		t.Run(name, func(t *testing.T) {
			var plain, coloured strings.Builder
			tale().To(text.NewLines(&plain, term.ColorNever, false))
			tale().To(text.NewLines(&coloured, term.ColorAlways, false))
			require.Contains(t, coloured.String(), "\x1b[")
			require.Equal(t, plain.String(), reporttest.Stripped(coloured.String()))
		})
	}
}

func TestQuietLinesLeaveOutTheFirstPlanOnly(t *testing.T) {
	var out strings.Builder
	reporttest.Tales["aborted-at-the-gate"]().To(text.NewLines(&out, term.ColorNever, true))
	reporttest.Golden(t, "lines-quiet", out.String())
}

func TestAWarningThatWasToldIsNotRepeated(t *testing.T) {
	var out strings.Builder
	lines := text.NewLines(&out, term.ColorNever, true, "known")
	for _, message := range []string{"known", "new"} {
		lines.Handle(engine.Event{Type: engine.EventWarning, Time: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC), Message: message})
	}
	require.Equal(t, "03:04:05Z warning: new\n", out.String())
}

func TestLinesOfAHostileClusterControlNothing(t *testing.T) {
	trouble := sts.Trouble{Reason: "Reason" + reporttest.Evil, Container: "nginx", Message: reporttest.Evil}
	p := reporttest.CanaryPlan()
	p.Details = []string{reporttest.Evil}
	tale := reporttest.NewTale(p).
		Tell(engine.Event{Type: engine.EventWarning, Message: reporttest.Evil}).
		House().Step().
		Trouble(4, sts.StateStarting, trouble).
		Tell(engine.Event{Type: engine.EventChange, Change: plan.DeletePod{Name: "web-4", Why: reporttest.Evil}}).
		End(engine.Outcome{Result: engine.Halted, Message: "web-4: " + trouble.String(), Pod: "web-4", Trouble: &trouble})
	var out strings.Builder
	tale.To(text.NewLines(&out, term.ColorNever, false))

	reporttest.Harmless(t, out.String())
	reporttest.Golden(t, "lines-hostile", out.String())
}
