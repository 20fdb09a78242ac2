package text_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/reporttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/text"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

func TestHistoryFitsTheTerminal(t *testing.T) {
	const registry = "registry.example.com:5000/platform/databases/nginx"
	long := func(older, newer string) func() report.History {
		return func() report.History {
			return past(reporttest.Opened(), pullingPods(), nil,
				made(ststest.Stable, older, 9, 5*24*time.Hour, "kubectl apply --server-side -f overlays/production/statefulset.yaml"),
				made(ststest.Update, newer, 10, 4*time.Minute, ""))
		}
	}
	digest := "@sha256:" + strings.Repeat("0123456789abcdef", 4)
	all := map[string]func() report.History{
		"rollout": histories["rollout"],
		"broken":  histories["broken"],
		"alone":   histories["broken-alone"],
		"long":    long(registry+":1.21.0", registry+":1.22.0"),
		"digest":  long(registry+digest, registry+":1.22.0"+digest),
		"wide":    long("画像:一", "画像の名前がとても長い:二"),
	}
	for name, h := range all {
		for _, width := range []uint16{80, 200} {
			golden := map[uint16]string{80: "history-80-", 200: "history-200-"}[width] + name
			t.Run(golden, func(t *testing.T) { checkFits(t, golden, width, h()) })
		}
	}
}

func checkFits(t *testing.T, name string, width uint16, h report.History) {
	t.Helper()
	got := reporttest.OnTerminal(t, width, func(terminal *os.File) {
		text.PrintHistory(terminal, term.ColorNever, h)
		text.PrintHistoryNotes(terminal, term.ColorNever, h)
	})
	reporttest.Golden(t, name, got)
	for line := range strings.SplitSeq(got, "\n") {
		require.LessOrEqual(t, ansi.StringWidth(line), int(width), "%q", line)
	}
}
