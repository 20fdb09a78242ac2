package readme

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/cli"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// fresh is the command line as it is before anything was parsed.
func fresh() *cobra.Command {
	return cli.New(&app.Env{
		Config: &app.Config{}, Streams: term.Streams{Out: io.Discard, Err: io.Discard}, Color: term.ColorNever,
	})
}

func verbs() []string {
	var out []string
	for _, verb := range fresh().Commands() {
		if verb.GroupID != "" {
			out = append(out, verb.Name())
		}
	}
	return out
}

func makefile(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, "Makefile"))
	require.NoError(t, err)
	return string(data)
}

// Each command line of the README is one that the plugin takes: it gets as far
// as the API server. What other programs do is looked at.
func TestCommandLinesCanBeTyped(t *testing.T) {
	var asked atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Store(true)
		w.WriteHeader(http.StatusTeapot)
	}))
	t.Cleanup(server.Close)
	config := filepath.Join(t.TempDir(), "config")
	require.NoError(t, os.WriteFile(config, []byte(`
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "`+server.URL+`"}}]
contexts: [{name: x, context: {cluster: c}}]
current-context: x
`), 0o600))
	t.Setenv("KUBECONFIG", config)
	known := []string{
		"kubectl krew index add sts https://github.com/kubectl-sts/kubectl-sts.git", "kubectl krew install sts/sts",
		"tar -xzf kubectl-sts_*_linux_amd64.tar.gz", "sudo install kubectl-sts kubectl_complete-sts /usr/local/bin/",
		"go install github.com/kubectl-sts/kubectl-sts/cmd/kubectl-sts@latest",
		"git clone https://github.com/kubectl-sts/kubectl-sts", "cd kubectl-sts",
	}
	page := read(t, english)
	for _, line := range page.commands() {
		if target, ok := strings.CutPrefix(line, "make "); ok {
			require.Regexp(t, `(?m)^`+target+`:`, makefile(t), line)
			continue
		}
		words, ours := strings.CutPrefix(line, "kubectl sts ")
		if !ours {
			require.Contains(t, known, line, "look at it, and then let it in above")
			continue
		}
		asked.Store(false)
		var stderr strings.Builder
		streams := genericiooptions.IOStreams{In: strings.NewReader(""), Out: io.Discard, ErrOut: &stderr}
		got := cli.Main(t.Context(), streams, strings.Fields(words))
		alone := words == "version --client"
		require.Equal(t, !alone, asked.Load(), "%s: whether it got to the API server: %s", line, stderr.String())
		require.Equal(t, !alone, got == 1, "%s: %s", line, stderr.String())
	}
}

// What the prose names between back quotes is there: verbs, flags, targets.
func TestVerbsFlagsAndTargetsExist(t *testing.T) {
	file := makefile(t)
	for _, code := range read(t, english).Codes {
		t.Run(code, func(t *testing.T) {
			words := strings.Fields(strings.TrimPrefix(code, "kubectl sts "))
			switch {
			case strings.HasPrefix(code, "make "):
				require.Regexp(t, `(?m)^`+words[1]+`:`, file)
			case strings.HasPrefix(code, "-"):
				has := func(verb *cobra.Command) bool { return takes(verb, words) }
				require.True(t, slices.ContainsFunc(fresh().Commands(), has), "no verb has it")
			case strings.HasPrefix(code, "kubectl sts ") || slices.Contains(verbs(), words[0]):
				verb, rest, err := fresh().Find(words)
				require.NoError(t, err)
				require.NoError(t, verb.ParseFlags(rest))
			}
		})
	}
}

// takes reports whether a verb has this flag, and with it the value if one is
// given.
func takes(verb *cobra.Command, words []string) bool {
	if len(words) > 1 || strings.Contains(words[0], "=") {
		return verb.ParseFlags(words) == nil
	}
	if name, long := strings.CutPrefix(words[0], "--"); long {
		return verb.Flag(name) != nil
	}
	return verb.Flags().ShorthandLookup(words[0][1:]) != nil
}

func TestTheTableHasEveryVerbAndItsPage(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(root, english))
	require.NoError(t, err)
	row := regexp.MustCompile("(?m)^\\| \\[`kubectl sts ([a-z-]+)`\\]\\(docs/verbs/([a-z-]+)\\.md\\) \\|")
	var named []string
	for _, found := range row.FindAllStringSubmatch(string(data), -1) {
		require.Equal(t, found[1], found[2], "its own page")
		named = append(named, found[1])
	}
	require.ElementsMatch(t, verbs(), named)
}

func TestLinksLeadSomewhere(t *testing.T) {
	for _, to := range append(read(t, english).Links, read(t, chinese).Links...) {
		if !strings.Contains(to, "://") {
			require.FileExists(t, filepath.Join(root, to))
		}
	}
}

// What CI takes for the test command is the line below its marker.
func TestBothLanguagesMarkTheTestCommand(t *testing.T) {
	for _, name := range []string{english, chinese} {
		data, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		require.Contains(t, string(data), "<!-- test-command -->\n```sh\nmake test\n```\n", name)
	}
}
