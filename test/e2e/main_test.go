// Package e2e runs scripts of the real plugin against a real control plane:
// the sandbox's, started for this run and ended with it. README.md lists the
// commands that the scripts have.
package e2e

import (
	"flag"
	"os"
	"testing"

	"github.com/kubectl-sts/kubectl-sts/test/controlplane"
)

// inParallel is how many scripts run at once. Most of their time they wait
// for pods, so it may be more than there are processors.
const inParallel = "12"

// clusters are those that these tests start.
const clusters controlplane.Clusters = "e2e"

func TestMain(m *testing.M) {
	controlplane.BeJanitor()
	// Nothing here may reach the developer's cluster: what would be taken from
	// this variable, or from the home directory, must fail instead.
	for _, name := range []string{"KUBECONFIG", "KUBERNETES_MASTER", "KUBERNETES_SERVICE_HOST"} {
		_ = os.Unsetenv(name)
	}
	flag.Parse()
	chosen := false
	flag.Visit(func(f *flag.Flag) { chosen = chosen || f.Name == "test.parallel" })
	if !chosen {
		_ = flag.Set("test.parallel", inParallel)
	}
	os.Exit(m.Run())
}
