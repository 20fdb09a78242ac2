package report_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan/writeback"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

func TestCommitLines(t *testing.T) {
	require.Empty(t, report.CommitLines(nil))
	commit := func(path, value, who string) writeback.Commit {
		return writeback.Commit{Path: path, Value: json.RawMessage(value), Who: who}
	}
	require.Equal(t, []string{
		"commit this, or Flux puts the old value back: image: nginx:1.22",
		"commit this: replicas: 3",
		"commit this: args: [\"a\"]",
		"commit this: port: \"80\"",
		"commit this: note: \"a: b\"",
		"and 1 more (-o json tells of all)",
	}, report.CommitLines([]writeback.Commit{
		commit("image", `"nginx:1.22"`, "Flux"), commit("replicas", `3`, "Flux"), commit("args", `["a"]`, "Flux"),
		commit("port", `"80"`, "Flux"), commit("note", `"a: b"`, "Flux"), commit("command", ``, "Argo CD"),
	}))
	for _, text := range []string{
		"nginx:1.22", "registry:5000/web/app", "1.25.3", "1.25.3-alpine", "-c", "a=b", "http://x", "yesterday", "novel", "a:b", "500m",
	} {
		raw, err := json.Marshal(text)
		require.NoError(t, err)
		line := report.CommitLines([]writeback.Commit{commit("a", string(raw), "Flux")})[0]
		_, shown, _ := strings.Cut(line, ": a: ")
		var back any
		require.NoError(t, yaml.Unmarshal([]byte("a: "+shown), &back), line)
		require.Equal(t, map[string]any{"a": text}, back, line)
	}
	for _, text := range []string{
		"yes", "No", "ON", "off", "y", "N", "true", "False", "null", "NULL", "~", "", ".inf", "-.Inf", ".NaN", "1", "0x1f", "0o7", "1e3",
		"1_000", "1:30", "+1", "-.5", "2026-01-02", "2026-01-02T03:04:05Z", "- a", "? a", "a:", "a: b", "=", "<<", " a", "a ", "---", "#a",
		"1.5", ".5",
	} {
		raw, err := json.Marshal(text)
		require.NoError(t, err)
		require.Contains(t, report.CommitLines([]writeback.Commit{commit("a", string(raw), "Flux")})[0], ": a: "+`"`, text)
	}
	maybe := commit("image", `"nginx:1.22"`, "Flux")
	maybe.Maybe = true
	require.Equal(t, []string{
		"see that the source has this, or Flux puts its own value back: image: nginx:1.22", "and this: image: nginx:1.22",
	}, report.CommitLines([]writeback.Commit{maybe, maybe}))
	var many []writeback.Commit
	for i := range 7 {
		many = append(many, commit(fmt.Sprint(i), `1`, "Helm"))
	}
	lines := report.CommitLines(many)
	require.Len(t, lines, 6)
	require.Equal(t, "and 2 more (-o json tells of all)", lines[5])
}
