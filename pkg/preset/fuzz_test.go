package preset_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/preset"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

// FuzzFile gives any text as the user's own preset: what is taken asks for something,
// and both its commands and its checks are good for a plan and a record.
func FuzzFile(f *testing.F) {
	for _, name := range preset.Names() {
		text, err := os.ReadFile(name + ".yaml")
		require.NoError(f, err)
		f.Add("./ours.yaml", string(text))
	}
	for _, text := range []string{
		"", "before: 'true'", "a: &a [*a]", "leads: x\nstepDown: y", "stepDown: y", "before: a\n---\nbefore: b", "before: a\nbefore: b",
		"checks: [{name: a, exec: b}]", "checks: [{<<: {name: a}}]", "prelude: \"\\x1b\"\nafter: \"\\0\"",
		"title: \"a\\nb\"\nbefore: a", "\t", "? {}\n: {}",
	} {
		f.Add("ours", text)
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, name, text string) {
		defer within.Input(t)()
		p, err := preset.Parse(name, []byte(text))
		if err != nil {
			fuzztest.OneLine(t, err)
			return
		}
		hooks, checks := p.Hooks("db"), p.Checks("db", check.Standard())
		require.True(t, len(checks) > 0 || len(hooks.All()) > 0)
		require.NoError(t, check.ValidRecord(check.Record(checks)))
		for _, h := range hooks.All() {
			require.NoError(t, check.ValidCommand(h.Command))
			require.Equal(t, p.Name, plan.PresetName(h.Preset))
		}
	})
}
