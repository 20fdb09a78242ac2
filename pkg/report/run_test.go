package report_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

func TestLines(t *testing.T) {
	for name, tale := range tales {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			tale().to(report.NewLines(&out, term.ColorNever, false))
			golden(t, "lines-"+name, out.String())
		})
	}
}

func TestLinesInColourSayTheSame(t *testing.T) {
	for name, tale := range tales {
		t.Run(name, func(t *testing.T) {
			var plain, coloured strings.Builder
			tale().to(report.NewLines(&plain, term.ColorNever, false))
			tale().to(report.NewLines(&coloured, term.ColorAlways, false))
			require.Contains(t, coloured.String(), "\x1b[")
			require.Equal(t, plain.String(), stripped(coloured.String()))
		})
	}
}

func TestQuietLinesLeaveOutTheFirstPlanOnly(t *testing.T) {
	var out strings.Builder
	tales["aborted-at-the-gate"]().to(report.NewLines(&out, term.ColorNever, true))
	golden(t, "lines-quiet", out.String())
}

func TestAWarningThatWasToldIsNotRepeated(t *testing.T) {
	var out strings.Builder
	lines := report.NewLines(&out, term.ColorNever, true, "known")
	for _, message := range []string{"known", "new"} {
		lines.Handle(engine.Event{Type: engine.EventWarning, Time: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC), Message: message})
	}
	require.Equal(t, "03:04:05Z warning: new\n", out.String())
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
