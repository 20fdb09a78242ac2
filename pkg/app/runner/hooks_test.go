//go:build unix

package runner

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
)

// local is a hook that runs this command on this machine.
func local(command string) plan.Hook {
	return plan.Hook{Command: command, Namespace: "default", Set: "web", Pod: "web-3", Ordinal: 3}
}

func TestLocalHooks(t *testing.T) {
	tests := []struct {
		name, command string
		says          []string
		err           string
	}{
		{"says nothing", "true", nil, ""},
		{
			"knows what it is run for", `echo "$STS_NAME $STS_NAMESPACE $STS_ORDINAL $STS_POD"`,
			[]string{"web default 3 web-3"},
			"",
		},
		{"says it on both streams", "echo one; echo two >&2", []string{"one", "two"}, ""},
		{"leaves the last line without an end", "printf 'one\ntwo'", []string{"one", "two"}, ""},
		{"fails", "echo no; exit 7", []string{"no"}, "exit code 7"},
		{"is killed", "kill -9 $$", nil, "signal: killed"},
		{"says one endless line", "head -c 5000 /dev/zero | tr '\\0' x", []string{strings.Repeat("x", 5000)}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var says []string
			err := hooks{}.RunHook(t.Context(), local(tt.command), func(line string) { says = append(says, line) })
			if tt.err == "" {
				require.NoError(t, err)
			} else {
				require.EqualError(t, err, tt.err)
			}
			require.Equal(t, strings.Join(tt.says, ""), strings.Join(says, ""))
			if len(strings.Join(tt.says, "")) < 100 {
				require.Equal(t, tt.says, says)
			}
		})
	}
}

func TestALocalHookEndsWithAllThatItStarted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var last string
	// The second process holds the output open: nobody would wait for less than that.
	command := `trap 'echo asked; exit 1' TERM; sleep 60 & echo begun; while :; do sleep 0.05; done`
	err := hooks{}.RunHook(ctx, local(command), func(line string) {
		if line == "begun" {
			cancel()
		}
		last = line
	})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, "asked", last)
}

func TestAHookInAPodExportsWhatItIsRunFor(t *testing.T) {
	hook := local("nodetool decommission")
	hook.Replicas, hook.Peers = 4, "web-0 web-1"
	require.Equal(t, []string{
		"sh", "-c", "export STS_NAME=web STS_NAMESPACE=default STS_ORDINAL=3 STS_POD=web-3 STS_REPLICAS=4 'STS_PEERS=web-0 web-1'; " +
			"nodetool decommission",
	}, inPod(hook))
}
