package cli

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

// FuzzNear compares any two words.
func FuzzNear(f *testing.F) {
	for _, seed := range [][2]string{
		{"cannary", "canary"}, {"nudo", "undo"}, {"", "scale"}, {"sta", "status"}, {"ſcale", "scale"}, {"\xff", "\xfe"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Add(strings.Repeat("x", 100_000), "canary")
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, one, two string) {
		defer within.Input(t)()
		require.True(t, near(one, one))
		_ = near(one, "prune-pvc")
		if max(len(one), len(two)) > 100 {
			near(one, two)
			return // no more than that is ever compared letter by letter
		}
		steps := distance(one, two)
		require.Equal(t, steps, distance(two, one))
		require.Equal(t, one == two, steps == 0)
		require.LessOrEqual(t, steps, max(len(one), len(two)))
		require.GreaterOrEqual(t, steps, max(len(one), len(two))-min(len(one), len(two)))
		require.LessOrEqual(t, distance(one, two+"x"), steps+1)
	})
}

// FuzzArguments gives any words to the command line, behind a verb that is none or
// a flag that is none, and looks at what is said: nothing harmful, and exit code 2.
func FuzzArguments(f *testing.F) {
	for _, text := range []string{
		"cannary", "--setps 1", "-image a=b", "\x1b[31m", "::error::x", "-o json", "--\xff", "-=", "canary --x=\n::y", "--output=yaml",
	} {
		f.Add(text)
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "__complete") {
			t.Skip("a completion looks at the cluster")
		}
		defer within.Input(t)()
		args := strings.Split(text, " ")
		var stdout, stderr strings.Builder
		env := &app.Env{
			Streams: term.Streams{In: strings.NewReader(""), Out: &stdout, Err: report.NewGuard(&stderr)},
			Config:  &app.Config{}, Color: term.ColorAuto,
		}
		root := New(env)
		for _, verb := range root.Commands() {
			verb.RunE = nil // only what the words mean is of interest
			verb.Run = nil
		}
		root.SetArgs(append(args, "--no-such-flag"))
		root.SetOut(&stdout)
		root.SetErr(env.Streams.Err)
		cmd, err := root.ExecuteContextC(t.Context())
		end(env, cmd, args, err, func() error { return nil })
		fuzztest.Harmless(t, stdout.String())
		fuzztest.Harmless(t, stderr.String())
		if err != nil && strings.HasPrefix(stderr.String(), "error: ") {
			require.Equal(t, 2, ending(err).ExitCode())
		}
	})
}
