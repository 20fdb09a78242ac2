package report_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/reporttest"
)

func TestWhere(t *testing.T) {
	for _, test := range []struct{ namespace, name, context, want string }{
		{"prod", "web", "cluster-1", "prod/web @ cluster-1"},
		{"prod", "web", "", "prod/web"},
		{"prod", "", "cluster-1", "prod @ cluster-1"},
		{"", "", "cluster-1", "@ cluster-1"},
		{"", "", "", ""},
		{"prod", "web", "a\x1b[2Jb", "prod/web @ ab"},
	} {
		require.Equal(t, test.want, report.Where(test.namespace, test.name, test.context))
	}
}

func TestGateQuestion(t *testing.T) {
	step := &plan.Step{Gate: &plan.Gate{Next: "web-3"}}
	require.Equal(t, "prod/web: next: web-3. [p]romote, [h]old here, [a]bort?", report.GateQuestion("prod/web", step))
	require.Equal(t, "next: web-3. [p]romote, [h]old here, [a]bort?", report.GateQuestion("", step))
}

func TestAQuestionIsBrokenBetweenWords(t *testing.T) {
	step := &plan.Step{Gate: &plan.Gate{Next: "web-1, web-0"}}
	got := reporttest.OnTerminal(t, 80, func(terminal *os.File) {
		_, err := terminal.WriteString(report.Explained(terminal, report.GateQuestion("default/web @ cluster-1", step)) + "|")
		require.NoError(t, err)
	})
	require.Equal(t, "default/web @ cluster-1: next: web-1, web-0. [p]romote, [h]old here, [a]bort? (?\nexplains) |", got)
	for line := range strings.Lines(report.GateHelp) {
		require.Less(t, len(line), 80, "%q", line)
	}
}

func TestSentencesBreakBetweenWords(t *testing.T) {
	got := reporttest.OnTerminal(t, 40, func(terminal *os.File) {
		report.Say(terminal, "warning: what happens to the claims is not shown: not allowed\x1b[2J to list them")
	})

	require.Equal(t, "warning: what happens to the claims is\nnot shown: not allowed to list them\n", got)
}
