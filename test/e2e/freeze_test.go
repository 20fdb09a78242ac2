package e2e

import (
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kubectl-sts/kubectl-sts/test/controlplane"
)

// ownCluster tells of a script's name whether it breaks or freezes its cluster,
// and what the cluster is called after.
func ownCluster(script string) (string, bool) {
	for _, prefix := range []string{"apiserver_", "frozen_"} {
		if _, ok := strings.CutPrefix(script, prefix); ok {
			return strings.ReplaceAll(script, "_", ""), true
		}
	}
	return "", false
}

// cmdFreeze stops controllers, scheduler or kubelets of the script's own cluster
// where they stand: nothing happens that they would do. Kubelets that are frozen
// for more than half a minute lose their nodes.
//
//	freeze controllers|scheduler|kubelets...
func cmdFreeze(ts *testscript.TestScript, w *world, args []string) {
	w.signalComponents(ts, "freeze", args)
}

// cmdThaw lets them go on.
//
//	thaw controllers|scheduler|kubelets...
func cmdThaw(ts *testscript.TestScript, w *world, args []string) {
	w.signalComponents(ts, "thaw", args)
}

func (w *world) signalComponents(ts *testscript.TestScript, command string, names []string) {
	if len(names) == 0 || w.cluster.Name == clusters.Name() {
		ts.Fatalf("usage: %s controllers|scheduler|kubelets..., in a script whose name begins with frozen_", command)
	}
	_, err := controlplane.Sandbox(append([]string{command, "--name", w.cluster.Name}, names...)...)
	ts.Check(err)
}
