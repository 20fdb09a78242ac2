package cli_test

import (
	"io"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/cli"
	"github.com/kubectl-sts/kubectl-sts/pkg/receipt"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// verbs are the commands that have examples.
func verbs() []*cobra.Command {
	root := cli.New(&app.Env{
		Config: &app.Config{}, Streams: term.Streams{Out: io.Discard, Err: io.Discard}, Color: term.ColorNever,
	})
	var out []*cobra.Command
	for _, verb := range root.Commands() {
		if verb.GroupID != "" {
			out = append(out, verb)
		}
	}
	return out
}

// commandLines are what a person would type, without what the shell does.
func commandLines(t *testing.T, example string) [][]string {
	t.Helper()
	var out [][]string
	for line := range strings.Lines(example) {
		line = strings.TrimSpace(line)
		line = strings.TrimSuffix(strings.TrimPrefix(line, "source <("), ")")
		line, _, _ = strings.Cut(line, " | ")
		line, _, _ = strings.Cut(line, " > ")
		if words, ok := strings.CutPrefix(line, "kubectl sts "); ok {
			out = append(out, split(words))
			continue
		}
		require.Regexp(t, `^($|# [A-Z]|chmod )`, line, "neither a comment nor a command")
	}
	return out
}

// split takes a line apart as a shell does with what stands in quotes.
func split(line string) []string {
	var words []string
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			words = append(words, part)
		} else {
			words = append(words, strings.Fields(part)...)
		}
	}
	return words
}

// recorded makes the record of a claim of pod web-2 that was pruned, where
// restore-pvc looks for it, and returns the file.
func recorded(t *testing.T, claim string) string {
	t.Helper()
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	dir, err := receipt.Dir("")
	require.NoError(t, err)
	server, err := (&app.Config{}).Loader().ClientConfig()
	require.NoError(t, err)
	book := &receipt.File{Dir: dir, Now: func() time.Time { return ststest.Start }}
	require.NoError(t, book.Write(receipt.Receipt{
		Claim: &corev1.PersistentVolumeClaim{
			ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: claim},
			Spec:       corev1.PersistentVolumeClaimSpec{VolumeName: "pv"},
		},
		Cluster: server.Host, ClaimUID: "c", Volume: "pv", VolumeUID: "v", Set: "web", Template: "data", Ordinal: 2,
		Before: corev1.PersistentVolumeReclaimRetain,
	}))
	path, err := book.Close()
	require.NoError(t, err)
	return path
}

// Each example of the help is a command line that the plugin takes: it gets as
// far as the API server.
func TestExamplesCanBeTyped(t *testing.T) {
	const manifest = `{"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "web"}, "spec": {"template": {"spec": {}}}}`
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("web.yaml", []byte(manifest), 0o600))
	require.NoError(t, os.WriteFile("template-patch.yaml", []byte(`{"spec": {"priority": 1}}`), 0o600))
	var asked atomic.Bool
	serve(t, func(w http.ResponseWriter, _ *http.Request) {
		asked.Store(true)
		w.WriteHeader(http.StatusTeapot)
	})
	records := recorded(t, "data-web-2")
	alone := map[string]bool{
		"completion":                    true,
		"doctor --explain A9":           true,
		"lint":                          true,
		"preset":                        true,
		"preset show redis > ours.yaml": true,
		"version --client":              true,
	} // what asks no server
	for _, verb := range verbs() {
		t.Run(verb.Name(), func(t *testing.T) {
			lines := commandLines(t, verb.Example)
			require.NotEmpty(t, lines, "no examples")
			for _, words := range lines {
				line := strings.Join(words, " ")
				if last := len(words) - 1; strings.HasPrefix(words[last], "~/") {
					words[last] = records
				}
				require.Equal(t, verb.Name(), words[0], line)
				asked.Store(false)
				got := run(t.Context(), words...)
				asks := !alone[line] && !alone[verb.Name()]
				require.Equal(t, asks, asked.Load(), "%s: whether it got to the API server: %s", line, got.Stderr)
				require.Equal(t, asks, got.Code == 1, "%s: %s", line, got.Stderr)
			}
		})
	}
}

func TestEveryVerbHasHelpOfTheSameMake(t *testing.T) {
	for _, verb := range verbs() {
		t.Run(verb.Name(), func(t *testing.T) {
			require.True(t, strings.HasPrefix(verb.UseLine(), "kubectl sts "+verb.Name()), verb.UseLine())
			require.NotEmpty(t, verb.Long)
			require.Regexp(t, `^[A-Z].*[^.]$`, verb.Short, "one line in the list of verbs")
			require.LessOrEqual(t, len(verb.Short), 66, "fits on 80 columns beside the name")
		})
	}
}
