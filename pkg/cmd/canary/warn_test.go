package canary

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/intent"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

func TestPaceWithoutATerminal(t *testing.T) {
	tests := []struct {
		name    string
		request Request
		want    intent.Pace
	}{
		{"holds, though nobody asked for it", Request{}, intent.Pace{Gate: plan.GateHold}},
		{"holds as asked", Request{Hold: true}, intent.Pace{Gate: plan.GateHold, Wanted: true}},
		{"goes on with --yes", Request{Run: options.RunFlags{Yes: true}}, intent.Pace{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			env := &app.Env{Streams: term.Streams{In: strings.NewReader("p\n"), Err: &strings.Builder{}}}
			require.Equal(t, test.want, pace(env, test.request))
		})
	}
}

func TestNamespace(t *testing.T) {
	tests := []struct {
		name           string
		flag, manifest string
		want, err      string
	}{
		{name: "neither says", want: ""},
		{name: "the flag says", flag: "a", want: "a"},
		{name: "the manifest says", manifest: "a", want: "a"},
		{name: "both say the same", flag: "a", manifest: "a", want: "a"},
		{
			name: "they say different things", flag: "a", manifest: "b", want: "a",
			err: `the manifest is for namespace "b", the flags say "a"`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			config := &app.Config{}
			config.Context.Namespace = test.flag
			env := &app.Env{Config: config}
			r := Request{Namespace: test.manifest}

			require.Equal(t, test.want, namespace(env, r))
			err := sameNamespace(env, r)
			if test.err == "" {
				require.NoError(t, err)
				return
			}
			var usage *options.UsageError
			require.ErrorAs(t, err, &usage)
			require.EqualError(t, err, test.err)
		})
	}
}
