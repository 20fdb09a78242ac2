package status_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/reporttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/status"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// longNames is a set whose names are as long as they get.
func longNames() report.Status {
	const namespace = "payments-and-settlement-platform-production-eu-central-1-blue-a"
	return judged(namespace, "ledger-postgresql-replicated-storage-primary-europe1", nil, ststest.Set(), ststest.Pods(0, 5))
}

func TestListFitsTheTerminal(t *testing.T) {
	long := noImage("prometheus-kube-prometheus-stack-prometheus")
	tests := []struct {
		Golden string
		width  uint16
		list   *status.List
	}{
		{"list-200", 200, ofAll(badCanary(), leftBehind(12*24*hour), onDelete(), long)},
		{"list-80", 80, of(badCanary(), leftBehind(12*24*hour), onDelete(), calm("a"))},
		{"list-80-settled", 80, of(calm("a"), noImage("b"))},
		{"list-80-all-namespaces", 80, ofAll(badCanary(), leftBehind(12*24*hour), onDelete(), calm("a"))},
		{"list-80-long-names", 80, ofAll(badCanary(), leftBehind(12*24*hour), long)},
		{"list-80-long-both", 80, ofAll(longNames(), calm("a"))},
		{"list-40-long-both", 40, ofAll(longNames(), calm("a"))},
		{"list-60", 60, ofAll(badCanary(), leftBehind(12*24*hour), long)},
	}
	for _, test := range tests {
		t.Run(test.Golden, func(t *testing.T) {
			got := reporttest.OnTerminal(t, test.width, func(terminal *os.File) {
				test.list.Print(terminal, term.ColorNever)
			})

			reporttest.Golden(t, test.Golden, got)
			for line := range strings.Lines(got) {
				if !strings.HasPrefix(line, "  ") { // a command is not broken: it is to be copied
					require.LessOrEqual(t, len([]rune(strings.TrimSpace(line))), int(test.width), line)
				}
			}
		})
	}
}
