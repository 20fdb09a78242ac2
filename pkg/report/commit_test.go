package report_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

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
