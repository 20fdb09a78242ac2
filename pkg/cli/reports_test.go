package cli_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// TestMain leaves the job behind that the tests may run in.
func TestMain(m *testing.M) {
	for _, name := range []string{"GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"} {
		_ = os.Unsetenv(name)
	}
	os.Exit(m.Run())
}

func TestAReportThatCanNotBeWrittenIsBadUsage(t *testing.T) {
	dir := t.TempDir()
	tests := []struct{ name, args, want string }{
		{"a kind that there is not", "abort web --report html=x", "html=x: give KIND=FILE, with junit or markdown as the kind"},
		{"no file", "canary web --report junit", "junit: give KIND=FILE, with junit or markdown as the kind"},
		{"an empty name", "watch web --report junit=", "junit=: the name of the file is missing"},
		{
			"one file for two", "undo web --report junit=" + dir + "/a --report markdown=" + dir + "/a",
			"markdown=" + dir + "/a: two reports can't go to one file",
		},
		{"a folder that is not there", "restart web --report junit=" + dir + "/no/a", "open " + dir + "/no/a: no such file or directory"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			serve(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("unexpected %s %s", r.Method, r.URL) })
			got := run(t.Context(), strings.Fields(test.args)...)
			require.Equal(t, 2, got.Code)
			require.Equal(t, "error: --report: "+test.want, strings.Split(got.Stderr, "\n")[0])
		})
	}
}

func TestReportsAreWrittenOfWhatNeverRan(t *testing.T) {
	tests := []struct {
		name            string
		args            string
		code            int
		junit, markdown string
	}{
		{
			"nothing to do", "abort web", 0, `tests="1" failures="0" errors="0" skipped="0"`,
			"### kubectl sts abort of default/web: done\n\n**✅ done: no canary of statefulset \"web\" is in progress: " +
				"nothing was changed**\n",
		},
		{
			"a refusal", "promote web", 3, `<failure message="refused: no canary of statefulset`,
			"### kubectl sts promote of default/web: refused\n\n**❌ refused: no canary of statefulset",
		},
		{
			"an error", "abort api", 1, `<error message="failed: statefulset &#34;api&#34; not found`,
			"### kubectl sts abort of default/api: failed\n",
		},
		{"bad usage", "canary web --steps 0", 2, `<error message="error: --steps=0`, "### kubectl sts canary: error\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			holding(t, ststest.Set(), ststest.Pods(0, 5))
			dir := t.TempDir()
			junit, markdown := filepath.Join(dir, "report.xml"), filepath.Join(dir, "report.md")
			require.NoError(t, os.WriteFile(junit, []byte("of yesterday"), 0o600))
			require.NoError(t, os.WriteFile(markdown, []byte("of yesterday"), 0o600))

			got := run(t.Context(), append(strings.Fields(test.args), "--report=junit="+junit, "--report=markdown="+markdown)...)

			require.Equal(t, test.code, got.Code, got.Stderr)
			text, err := os.ReadFile(junit)
			require.NoError(t, err)
			require.Contains(t, string(text), test.junit)
			require.True(t, strings.HasPrefix(string(text), "<?xml"), "%s", text)
			text, err = os.ReadFile(markdown)
			require.NoError(t, err)
			require.True(t, strings.HasPrefix(string(text), test.markdown), "%s", text)
		})
	}
}

func TestASummaryOfGitHubGetsLonger(t *testing.T) {
	holding(t, ststest.Set(), ststest.Pods(0, 5))
	file := filepath.Join(t.TempDir(), "summary")
	t.Setenv("GITHUB_STEP_SUMMARY", file)

	require.Zero(t, run(t.Context(), "abort", "web", "--report", "markdown="+file).Code)
	require.Zero(t, run(t.Context(), "abort", "web", "--report", "markdown="+file).Code)

	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, 2, strings.Count(string(text), "### kubectl sts abort of default/web: done"), "%s", text)
}

func TestGitHubIsToldTheEnd(t *testing.T) {
	t.Setenv("GITHUB_ACTIONS", "true")
	holding(t, ststest.Set(), ststest.Pods(0, 5))
	tests := []struct{ name, args, want string }{
		{"nothing to do", "abort web", "::notice title=kubectl sts abort::done: no canary of statefulset \"web\" is in progress"},
		{"a refusal", "promote web -o json", "::error title=kubectl sts promote::refused: no canary"},
		{"an error", "abort api", "::error title=kubectl sts abort::failed: statefulset \"api\" not found"},
		{"bad usage", "abort web --nonsense", "::error title=kubectl sts abort::error: unknown flag: --nonsense"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := run(t.Context(), strings.Fields(test.args)...)
			lines := strings.Split(strings.TrimSpace(got.Stderr), "\n")
			require.True(t, strings.HasPrefix(lines[len(lines)-1], test.want), got.Stderr)
			require.NotContains(t, got.Stdout, "::")
		})
	}
}

func TestALookTellsGitHubNothingButTrouble(t *testing.T) {
	t.Setenv("GITHUB_ACTIONS", "true")
	holding(t, ststest.Set(), ststest.Pods(0, 5))

	got := run(t.Context(), "status", "web")

	require.Equal(t, ran{0, got.Stdout, ""}, got)
	require.NotEmpty(t, got.Stdout)
}

func TestARefusalEndsInAnObject(t *testing.T) {
	holding(t, ststest.Set(), ststest.Pods(0, 5))
	tests := []struct{ name, args, want string }{
		{
			"nothing to do", "abort web --dry-run=client -o json",
			`"dryRun":"client","statefulSet":{"namespace":"default","name":"web"},"message":"no canary of statefulset \"web\" is in ` +
				`progress: nothing was changed","result":"done","exitCode":0}`,
		},
		{"a refusal", "promote web -o json", `"result":"refused","exitCode":3`},
		{"an error", "status api -o json", `"result":"failed","exitCode":1`},
		{"bad usage", "abort web --nonsense -o json", `"message":"unknown flag: --nonsense","result":"usage","exitCode":2}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := run(t.Context(), strings.Fields(test.args)...)
			require.Equal(t, 1, strings.Count(got.Stdout, "\n"))
			require.True(t, strings.HasPrefix(got.Stdout, `{"type":"outcome","time":"`), got.Stdout)
			require.Contains(t, got.Stdout, test.want)
		})
	}
}
