package text_test

import (
	"os"
	"testing"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/reporttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/text"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

func TestClaimsFitTheTerminal(t *testing.T) {
	all, kept := listed(mixed()...), listed(mixed()...)
	all.AllNamespaces, kept.ShowKept = true, true
	tests := []struct {
		Golden string
		width  uint16
		list   report.Claims
	}{
		{"claims-80", 80, listed(mixed()...)},
		{"claims-200", 200, listed(mixed()...)},
		{"claims-80-kept", 80, kept},
		{"claims-120-all-namespaces", 120, all},
	}
	for _, test := range tests {
		t.Run(test.Golden, func(t *testing.T) {
			reporttest.Golden(t, test.Golden, reporttest.OnTerminal(t, test.width, func(terminal *os.File) {
				text.PrintClaims(terminal, term.ColorNever, report.Human, test.list)
			}))
		})
	}
}

func TestABarShowsHowFarADeletionIs(t *testing.T) {
	local := time.Local
	time.Local = time.UTC
	t.Cleanup(func() { time.Local = local })
	reporttest.Golden(t, "pruning-80-many", reporttest.OnTerminal(t, 80, func(terminal *os.File) {
		p := &text.Pruning{
			Lines: terminal, Color: term.ColorNever, Total: claims.Total{Claims: 60}, Now: func() time.Time { return ststest.Start },
		}
		for range 58 {
			p.Handle(reporttest.ClaimEvent(engine.ClaimEnd{Claim: reporttest.Orphan(4).Claim, Result: engine.ClaimDeleted}))
		}
		p.Handle(reporttest.ClaimEvent(engine.ClaimEnd{
			Claim: reporttest.Orphan(4).Claim, Result: engine.ClaimSkipped, Stopped: true, Why: "which the end says once",
		}))
		p.Handle(reporttest.ClaimEvent(engine.ClaimEnd{
			Claim: reporttest.Orphan(5).Claim, Result: engine.ClaimSkipped, Why: "pod job-1 mounts it",
		}))
		p.Handle(reporttest.BatchEnd(engine.Outcome{Result: engine.Done, Message: "59 claims deleted, 1 skipped, 0 failed"}))
	}))
}
