package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
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
	w.awaitWords(ts, args[0], ts.ReadFile(args[1]))
}

// awaitWords waits until the kubelet of a pod that is there says what it is to say.
func (w *world) awaitWords(ts *testscript.TestScript, pod, words string) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	want := strings.TrimSpace(words)
	for {
		got, err := w.core.Pods(w.namespace).GetLogs(pod, &corev1.PodLogOptions{}).DoRaw(ctx)
		if apierrors.IsNotFound(err) || strings.Contains(string(got), want) {
			return
		}
		select {
		case <-ctx.Done():
			ts.Fatalf("says %s: not after %s: %v", pod, patience, err)
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// criLog is text as a container runtime writes it down.
func criLog(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		_, _ = fmt.Fprintf(&out, "2030-01-02T03:04:05.000000000Z stderr F %s\n", strings.TrimSuffix(line, "\n"))
	}
	return out.String()
}
