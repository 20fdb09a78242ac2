package ci_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/ci"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/reporttest"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

// FuzzActions tells any text to GitHub's runner: one command a call, which says
// that text and nothing else.
func FuzzActions(f *testing.F) {
	for _, text := range reporttest.HostileTexts {
		f.Add(text, "kubectl sts canary")
	}
	f.Add("100%25", "a:b,c%")
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text, title string) {
		defer within.Input(t)()
		var out strings.Builder
		actions := ci.NewActions(&out)
		actions.Title(title)
		actions.Warn(text)
		o := engine.Outcome{Result: engine.Halted, Message: text, Gate: text, Try: []hint.Hint{hint.Words(text)}}
		actions.End(title, o, hint.Caller{})
		fuzztest.Harmless(t, out.String())
		lines := strings.Split(out.String(), "\n")
		require.Len(t, lines, 3)
		require.Empty(t, lines[2])
		level, said := runner(t, lines[0], report.Clean(title))
		require.Equal(t, "warning", level)
		require.Equal(t, report.Clean(text), said)
		level, said = runner(t, lines[1], report.Clean(title))
		require.Equal(t, "error", level)
		require.Contains(t, said, report.Clean(text))
	})
}

// runner reads a command as GitHub's runner does.
func runner(t *testing.T, line, title string) (level, said string) {
	t.Helper()
	rest, ok := strings.CutPrefix(line, "::")
	require.True(t, ok, line)
	head, message, ok := strings.Cut(rest, "::")
	require.True(t, ok, line)
	level, property, ok := strings.Cut(head, " title=")
	require.True(t, ok, line)
	require.NotContains(t, property, ",", "it would be another property")
	plain := strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%")
	require.Equal(t, title, plain.Replace(property))
	return level, strings.NewReplacer("%0D", "\r", "%0A", "\n", "%25", "%").Replace(message)
}

func TestGitHubIsToldWarningsAndTheEnd(t *testing.T) {
	var out strings.Builder
	actions := ci.NewActions(&out)
	actions.Title("kubectl sts canary: 50%, a")
	reporttest.Tales["canary"]().To(actions)
	halt := reporttest.Pulls()
	halt.Images, halt.Safe, halt.Evidence = reporttest.Crash().Images, reporttest.Crash().Safe, reporttest.Crash().Evidence
	actions.End("default/web @ prod", halt, hint.Caller{})
	actions.End("default/web @ prod", engine.Outcome{
		Result: engine.Held, Message: "held after step 1 of 2", Detail: "after step 1 of 2", Gate: reporttest.Gate,
	}, hint.Caller{})
	actions.Warn(reporttest.Evil + "\n::set-output name=a::b\r\n100%")
	reporttest.Golden(t, "actions", out.String())
	reporttest.Harmless(t, out.String())
}
