package hint_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
)

func TestAHintIsRenderedWithTheUsersFlags(t *testing.T) {
	there := hint.NewCaller(hint.Flag{Name: "--context", Value: "prod eu"}, hint.Flag{Name: "--insecure-skip-tls-verify"},
		hint.Flag{Name: "-n", Value: "shop"})
	for _, test := range []struct {
		name   string
		caller hint.Caller
		hint   hint.Hint
		want   string
	}{
		{"no flags", hint.NewCaller(), hint.Hint{Kind: hint.Sts, Verb: "status", Args: []string{"web"}}, "kubectl sts status web"},
		{
			"the plugin's", there,
			hint.Hint{Words: "resume", Kind: hint.Sts, Verb: "canary", Args: []string{"web"}},
			"resume: kubectl sts --context 'prod eu' --insecure-skip-tls-verify -n shop canary web",
		},
		{
			"kubectl's own", there,
			hint.Hint{Kind: hint.Kubectl, Verb: "delete", Args: []string{"pod", "web-4"}},
			"kubectl --context 'prod eu' --insecure-skip-tls-verify -n shop delete pod web-4",
		},
		{
			"what a shell would take apart", hint.NewCaller(),
			hint.Hint{Kind: hint.Sts, Verb: "scale", Args: []string{"web", "--before-cmd", "a; b"}},
			"kubectl sts scale web --before-cmd 'a; b'",
		},
	} {
		t.Run(test.name, func(t *testing.T) { require.Equal(t, test.want, test.caller.Render(test.hint)) })
	}
	require.Equal(t, "kubectl sts -n a undo web", hint.Caller("kubectl sts -n a").Sts("undo", "web"))
	require.Equal(t, "kubectl -n a get pods", hint.Caller("kubectl sts -n a").Kubectl("get", "pods"))
}

func TestAnErrorCarriesItsHints(t *testing.T) {
	cause := errors.New("no")
	hints := []hint.Hint{{Kind: hint.Kubectl, Verb: "get"}}
	err := fmt.Errorf("look: %w", &hint.Error{Err: cause, Hints: hints})
	require.EqualError(t, err, "look: no")
	require.ErrorIs(t, err, cause)
	require.Equal(t, hints, hint.Of(err))
	require.Empty(t, hint.Of(cause))
	require.Empty(t, hint.Of(nil))
}
