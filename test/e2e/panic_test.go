package e2e

import (
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"
)

// checkPanic fails the script where the plugin has panicked, whatever exit code the
// script wants: it does so where a plan that it runs is another one after it was
// written and read.
func checkPanic(ts *testscript.TestScript, args []string, said ...string) {
	if words := panicked(args, strings.Join(said, "\n")); words != "" {
		ts.Fatalf("%q panicked: %s", args, words)
	}
}

// panicked is what the plugin said of its panic, or "".
func panicked(args []string, said string) string {
	_, words, found := strings.Cut("\n"+said, "\npanic: ")
	if !found || !isPlugin(args) {
		return ""
	}
	return words
}

// The check must be able to fail.
func TestAPanicIsFound(t *testing.T) {
	plugin := []string{"/bin/kubectl-sts", "canary", "web"}
	require.Equal(t, "the plan is another one", panicked(plugin, "warning: x\npanic: the plan is another one"))
	require.Equal(t, "at once", panicked(plugin, "panic: at once"))
	require.Empty(t, panicked(plugin, "no panic: all is well"))
	require.Empty(t, panicked([]string{"kubectl", "get"}, "panic: elsewhere"), "it is only about the plugin")
}
