package text_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/reporttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/text"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

// FuzzLines tells a person about a run with any text in it.
func FuzzLines(f *testing.F) {
	for _, said := range reporttest.HostileTexts {
		f.Add(said)
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, said string) {
		defer within.Input(t)()
		var out strings.Builder
		tale := reporttest.HostileTale(said)
		tale.To(text.NewLines(&out, term.ColorNever, false))
		text.PrintPlan(&out, term.ColorNever, report.DryRunClient, &tale.Plan)
		report.Say(&out, said)
		report.Danger(&out, term.ColorNever, said)
		fuzztest.Harmless(t, strings.ReplaceAll(out.String(), "\t", " ")) // within a diff
	})
}

// FuzzDiffText shows any text as a diff: it controls nothing, and texts that
// differ look different.
func FuzzDiffText(f *testing.F) {
	for i, said := range reporttest.HostileTexts {
		f.Add(said, reporttest.HostileTexts[len(reporttest.HostileTexts)-1-i])
	}
	f.Add("@@ -1 +1 @@\n-a\tb\n+c\n", "\u001b")
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, one, two string) {
		defer within.Input(t)()
		show := func(said string) string { return text.Diff(&strings.Builder{}, term.ColorNever, said) }
		fuzztest.Harmless(t, strings.ReplaceAll(show(one), "\t", " "))
		require.Equal(t, strings.Count(one, "\n"), strings.Count(show(one), "\n"))
		// What spells a character out and what is one look alike only where the
		// text has a backslash of its own, as no YAML has outside of quotes.
		if one != two && !strings.Contains(one+two, `\`) && !strings.ContainsRune(one+two, unicode.ReplacementChar) {
			require.NotEqual(t, show(one), show(two))
		}
	})
}
