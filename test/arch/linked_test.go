package arch

import (
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestThePluginIsFreeOfWhatTestsNeed looks at what is linked: a requirement in
// go.mod alone costs nobody anything.
func TestThePluginIsFreeOfWhatTestsNeed(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", module+"/cmd/kubectl-sts").Output()
	require.NoError(t, err)
	require.Contains(t, string(out), module+"/pkg/report\n")
	for _, prefix := range []string{"github.com/santhosh-tekuri", "github.com/stretchr", "github.com/rogpeppe", module + "/test"} {
		require.NotContains(t, string(out), "\n"+prefix)
	}
}
