package arch

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// linked are the packages that the plugin is made of. A requirement in go.mod
// alone costs nobody anything.
func linked(t *testing.T) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", module+"/cmd/kubectl-sts").Output()
	require.NoError(t, err)
	require.Contains(t, string(out), module+"/pkg/report\n")
	return "\n" + string(out)
}

func TestThePluginIsFreeOfWhatTestsNeed(t *testing.T) {
	packages := linked(t)
	for _, prefix := range []string{"github.com/santhosh-tekuri", "github.com/stretchr", "github.com/rogpeppe", module + "/test"} {
		require.NotContains(t, packages, "\n"+prefix)
	}
}

// What is linked is mapped into memory, for the most part, whether it is used or
// not, and much of it does something at every start. A look at one set takes
// twice as long and half as much memory again with these.
func TestThePluginIsFreeOfWhatALookDoesNotNeed(t *testing.T) {
	packages := linked(t)
	for prefix, why := range map[string]string{
		"k8s.io/client-go/kubernetes":                "knows every API group: transport.groups has those that are needed",
		"k8s.io/client-go/applyconfigurations":       "has every type once more, for server-side apply",
		"k8s.io/client-go/testing":                   "has fakes, and all that they need; gentype imports it",
		"k8s.io/client-go/discovery":                 "finds out what kinds there are: they are known",
		"k8s.io/cli-runtime/pkg/resource":            "knows every API group, and Kustomize; genericclioptions imports it",
		"sigs.k8s.io/kustomize":                      "comes with cli-runtime's resource",
		"github.com/russross/blackfriday":            "renders Markdown, for kubectl's templates",
		"sigs.k8s.io/structured-merge-diff/v6/typed": "merges fields, as the API server does",
	} {
		at := strings.Index(packages, "\n"+prefix)
		require.Negative(t, at, "%s is linked: it %s", prefix, why)
	}
}
