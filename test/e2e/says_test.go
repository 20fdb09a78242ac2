package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// cmdSays has a pod's containers say what is in a file, now and before their last
// restart.
//
//	says POD FILE
func cmdSays(ts *testscript.TestScript, w *world, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: says POD FILE")
	}
	log := ts.MkAbs(args[0] + ".log")
	ts.Check(os.WriteFile(log, []byte(criLog(ts.ReadFile(args[1]))), 0o600))
	manifest, err := json.Marshal(map[string]any{
		"apiVersion": "kwok.x-k8s.io/v1alpha1",
		"kind":       "Logs",
		"metadata":   map[string]any{"name": args[0], "namespace": w.namespace},
		"spec":       map[string]any{"logs": []any{map[string]any{"logsFile": log, "previousLogsFile": log}}},
	})
	ts.Check(err)
	file := ts.MkAbs(args[0] + ".json")
	ts.Check(os.WriteFile(file, manifest, 0o600))
	ts.Check(ts.Exec("kubectl", "apply", "--validate=false", "-f", file))
}

// criLog is text as a container runtime writes it down.
func criLog(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		_, _ = fmt.Fprintf(&out, "2030-01-02T03:04:05.000000000Z stderr F %s\n", strings.TrimSuffix(line, "\n"))
	}
	return out.String()
}
