package e2e

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	coreclient "k8s.io/client-go/kubernetes/typed/core/v1"

	"github.com/kubectl-sts/kubectl-sts/test/auditlog"
)

// audit reads, out of the API server's log, what the plugin asked for in one
// namespace.
type audit struct {
	log       string
	namespace string
	core      coreclient.CoreV1Interface
	from      int64 // where the last mark was
	asked     int
}

// request is one line of the log.
type request = auditlog.Request

// plugins are the plugin's requests since the last mark.
func (a *audit) plugins() ([]request, error) {
	// The log is written after the answer, so it is only complete up to a
	// request of our own.
	if err := a.flush(); err != nil {
		return nil, err
	}
	all, err := auditlog.Requests(a.log, a.namespace, a.from)
	return slices.DeleteFunc(all, func(r request) bool { return !strings.HasPrefix(r.UserAgent, auditlog.PluginAgent) }), err
}

// moves are the requests that made or deleted pods, and those that were meant
// to and were refused, whoever's they are; and those that wrote events.
func (a *audit) moves() ([]request, error) {
	all, err := auditlog.Requests(a.log, a.namespace, 0)
	return slices.DeleteFunc(all, func(r request) bool {
		switch r.ObjectRef.Resource {
		case "pods":
			return r.ObjectRef.Subresource != "" || r.Verb != "create" && !strings.HasPrefix(r.Verb, "delete")
		case "events":
			return !r.Write()
		default:
			return true
		}
	}), err
}

// flush asks for something that does not exist and waits until the log says so.
func (a *audit) flush() error {
	a.asked++
	marker := fmt.Sprintf("%s-marker-%d", a.namespace, a.asked)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, _ = a.core.ConfigMaps(a.namespace).Get(ctx, marker, metav1.GetOptions{})
	err := auditlog.Follow(ctx, a.log, a.from, func(line string) bool { return !strings.Contains(line, marker) })
	if err != nil {
		return fmt.Errorf("%s is not in the audit log: %w", marker, err)
	}
	return nil
}

// mark forgets what was asked so far.
func (a *audit) mark() error {
	if err := a.flush(); err != nil {
		return err
	}
	info, err := os.Stat(a.log)
	if err == nil {
		a.from = info.Size()
	}
	return err
}

// cmdWrites checks how many writes the plugin sent since the last mark. Those
// of a dry run change nothing and don't count.
//
//	writes NUMBER
//	writes MIN MAX
func cmdWrites(ts *testscript.TestScript, w *world, args []string) {
	if len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: writes NUMBER | writes MIN MAX")
	}
	lowest, highest := number(ts, args[0]), number(ts, args[len(args)-1])
	all, err := w.audit.plugins()
	ts.Check(err)
	var sent []string
	for _, r := range all {
		if r.Write() {
			sent = append(sent, r.String())
		}
	}
	if n := len(sent); n < lowest || n > highest {
		ts.Fatalf("the plugin sent %d writes, want %s:\n%s", n, strings.Join(args, " to "), strings.Join(sent, "\n"))
	}
}

// cmdReads checks that the plugin asked for nothing more often than that since
// the last mark: what is watched need not be asked for again and again.
//
//	reads MAX
func cmdReads(ts *testscript.TestScript, w *world, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: reads MAX")
	}
	all, err := w.audit.plugins()
	ts.Check(err)
	counts := map[string]int{}
	for _, r := range all {
		if !r.Write() {
			counts[r.Verb+" "+r.ObjectRef.Resource]++
		}
	}
	if len(counts) == 0 && number(ts, args[0]) > 0 {
		ts.Fatalf("the plugin asked for nothing: is the user agent still %s…?", auditlog.PluginAgent)
	}
	for what, n := range counts {
		if n > number(ts, args[0]) {
			ts.Fatalf("%s: %d times, want at most %s", what, n, args[0])
		}
	}
}

func number(ts *testscript.TestScript, text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		ts.Fatalf("%q is not a number", text)
	}
	return n
}
