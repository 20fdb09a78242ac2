package e2e

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
)

// leading are the flags that decide on which cluster, in which namespace and as
// whom a command acts, and how the plugin writes them.
var leading = map[string]string{
	"-n": "-n", "--namespace": "-n", "--context": "--context", "--kubeconfig": "--kubeconfig", "--cluster": "--cluster",
	"--user": "--user", "--server": "--server", "--as": "--as", "--as-group": "--as-group", "--as-uid": "--as-uid",
}

// checkOffered holds every command that the plugin offers against the flags that
// it was called with: pasted without them it would act elsewhere.
func checkOffered(ts *testscript.TestScript, args []string, said ...string) {
	if astray := astray(args, strings.Join(said, "\n")); len(astray) > 0 {
		ts.Fatalf("commands that act elsewhere than %q:\n%s", args, strings.Join(astray, "\n"))
	}
}

// astray are the offered commands that lack one of the flags of the plugin's own
// command line.
func astray(args []string, said string) []string {
	if !isPlugin(args) {
		return nil
	}
	all := leadingFlags(args)
	var found []string
	for line := range strings.Lines(said) {
		flags := all
		_, command, offers := strings.Cut(line, ": kubectl ")
		if _, flux, is := strings.Cut(line, ": flux "); is { // in a namespace of its own
			command, offers = flux, true
			flags = slices.DeleteFunc(slices.Clone(all), func(flag string) bool { return strings.HasPrefix(flag, "-n ") })
		}
		if !offers || strings.HasPrefix(line, "{") || strings.Contains(line, "did you mean: ") {
			continue
		}
		for _, flag := range flags {
			if !strings.Contains(" "+command, " "+flag+" ") {
				found = append(found, fmt.Sprintf("%s lacks %s", strings.TrimSpace(line), flag))
			}
		}
	}
	return found
}

func isPlugin(args []string) bool {
	name := filepath.Base(args[0])
	return name == "kubectl-sts" || strings.HasPrefix(name, "kubectl") && len(args) > 1 && args[1] == "sts"
}

func leadingFlags(args []string) []string {
	all := slices.Contains(args, "-A") || slices.Contains(args, "--all-namespaces")
	var flags []string
	for i, arg := range args {
		name, value, joined := strings.Cut(arg, "=")
		flag, leads := leading[name]
		switch {
		case !leads || all && flag == "-n":
			continue
		case !joined && i+1 < len(args):
			value = args[i+1]
		}
		flags = append(flags, flag+" "+hint.Quote(value))
	}
	return flags
}

// The check must be able to fail.
func TestACommandThatActsElsewhereIsFound(t *testing.T) {
	args := []string{"/bin/kubectl-sts", "status", "web", "-n", "prod", "--as=jo doe"}
	require.Empty(t, astray(args, "resume: kubectl sts --as 'jo doe' -n prod canary web\nsettled\n"))
	require.Len(t, astray(args, "  look closer: kubectl describe pod web-4\n"), 2)
	require.Equal(t, []string{"resume: kubectl sts --as 'jo doe' canary web lacks -n prod"},
		astray(args, "resume: kubectl sts --as 'jo doe' canary web\n"))
	require.Empty(t, astray(args, "pause it: flux --as 'jo doe' -n flux-system suspend kustomization shop\n"))
	require.Len(t, astray(args, "pause it: flux -n flux-system suspend kustomization shop\n"), 1)
	require.Empty(t, astray([]string{"kubectl", "get", "-n", "prod"}, "x: kubectl get\n"), "it is only about the plugin")
}
