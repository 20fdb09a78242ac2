package hint_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
)

func TestAHintIsRenderedWithTheUsersFlags(t *testing.T) {
	there := hint.NewCaller(hint.Flag{Name: "--context", Value: "prod eu"}, hint.Flag{Name: "--insecure-skip-tls-verify"}).In("shop")
	elsewhere := hint.Plugin("resume", "canary", "web")
	elsewhere.Namespace = "my shop"
	path := hint.Plugin("bring them back", "restore-pvc", "-f")
	path.Path = "~/records"
	for _, test := range []struct {
		name   string
		caller hint.Caller
		hint   hint.Hint
		want   string
	}{
		{"no flags", hint.NewCaller(), hint.Plugin("", "status", "web"), "kubectl sts status web"},
		{
			"the plugin's", there, hint.Plugin("resume", "canary", "web"),
			"resume: kubectl sts --context 'prod eu' --insecure-skip-tls-verify -n shop canary web",
		},
		{
			"kubectl's own", there, hint.Kube("", "delete", "pod", "web-4"),
			"kubectl --context 'prod eu' --insecure-skip-tls-verify -n shop delete pod web-4",
		},
		{
			"about an object of another namespace", there, elsewhere,
			"resume: kubectl sts --context 'prod eu' --insecure-skip-tls-verify -n 'my shop' canary web",
		},
		{"about an object of the namespace that the flags lead to", hint.NewCaller().At("my shop"), elsewhere, "resume: kubectl sts canary web"}, //nolint:lll // one text
		{
			"about an object of another one than that", hint.NewCaller().At("shop"), elsewhere,
			"resume: kubectl sts -n 'my shop' canary web",
		},
		{
			"which the user has named", there.At("my shop"), elsewhere,
			"resume: kubectl sts --context 'prod eu' --insecure-skip-tls-verify -n 'my shop' canary web",
		},
		{
			"what a shell would take apart", hint.NewCaller(), hint.Plugin("", "scale", "web", "--before-cmd", "a; b"),
			"kubectl sts scale web --before-cmd 'a; b'",
		},
		{"a file of the user's", hint.NewCaller(), path, "bring them back: kubectl sts restore-pvc -f ~/records"},
		{"words alone", there, hint.Words("or leave --last out: it's no use"), "or leave --last out: it's no use"},
		{"none", there, hint.Hint{}, ""},
	} {
		t.Run(test.name, func(t *testing.T) { require.Equal(t, test.want, test.caller.Render(test.hint)) })
	}
	require.Equal(t, "kubectl sts -n a undo web", hint.Caller{}.In("a").Sts("undo", "web"))
	require.Equal(t, []string{"so", "a: kubectl sts b"}, hint.Caller{}.RenderAll([]hint.Hint{hint.Words("so"), hint.Plugin("a", "b")}))
}

func TestAHintMadeOfAnother(t *testing.T) {
	args := append(make([]string, 0, 4), "web")
	first := hint.Plugin("", "scale", args...)
	two, three := first.With("--replicas", "2"), first.With("--replicas", "3")
	require.Equal(t, []string{"web", "--replicas", "2"}, two.Args)
	require.Equal(t, []string{"web", "--replicas", "3"}, three.Args)
	require.Equal(t, hint.Plugin("go on", "scale", "web"), first.Saying("go on"))
	require.True(t, two.Same(hint.Plugin("", "scale", "web", "--replicas", "2")))
	for name, other := range map[string]hint.Hint{
		"arguments": three, "words": two.Saying("so"),
		"verb": hint.Plugin("", "canary", two.Args...), "program": hint.Kube("", "scale", two.Args...),
	} {
		require.False(t, two.Same(other), name)
	}
	require.True(t, hint.Hint{}.IsZero())
	require.False(t, hint.Words("so").IsZero())
	require.False(t, first.IsZero())

	named := first
	named.Namespace = "stock"
	list := []hint.Hint{first, named}
	there := first
	there.Namespace = "shop"
	require.Equal(t, []hint.Hint{there, named}, hint.In("shop", list), "what names a namespace itself keeps it")
	require.Equal(t, list, hint.In("", list))
	require.Empty(t, list[0].Namespace)
}

func TestHowManyMakeAnotherTry(t *testing.T) {
	again := hint.Hint{Words: "try again", Again: true}
	for _, test := range []struct {
		list []hint.Hint
		want int
	}{
		{nil, 0},
		{[]hint.Hint{again, hint.Words("roll back")}, 0},
		{[]hint.Hint{hint.Words("roll back"), again}, 1},
		{[]hint.Hint{again, hint.Words("roll back"), again, again}, 2},
		{[]hint.Hint{again}, 1},
	} {
		require.Equal(t, test.want, hint.Tries(test.list))
	}
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
