package report_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

// FuzzLines tells a person about a run with any text in it.
func FuzzLines(f *testing.F) {
	for _, text := range hostileTexts {
		f.Add(text)
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text string) {
		defer within.Input(t)()
		var out strings.Builder
		tale := hostileTale(text)
		tale.to(report.NewLines(&out, term.ColorNever, false))
		report.Plan(&out, term.ColorNever, report.Human, report.DryRunClient, &tale.plan, ststest.Start)
		report.Say(&out, text)
		report.Danger(&out, term.ColorNever, text)
		fuzztest.Harmless(t, strings.ReplaceAll(out.String(), "\t", " ")) // within a diff
	})
}

// FuzzDiffText shows any text as a diff: it controls nothing, and texts that
// differ look different.
func FuzzDiffText(f *testing.F) {
	for i, text := range hostileTexts {
		f.Add(text, hostileTexts[len(hostileTexts)-1-i])
	}
	f.Add("@@ -1 +1 @@\n-a\tb\n+c\n", "\u001b")
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, one, two string) {
		defer within.Input(t)()
		show := func(text string) string { return report.Diff(&strings.Builder{}, term.ColorNever, text) }
		fuzztest.Harmless(t, strings.ReplaceAll(show(one), "\t", " "))
		require.Equal(t, strings.Count(one, "\n"), strings.Count(show(one), "\n"))
		// What spells a character out and what is one look alike only where the
		// text has a backslash of its own, as no YAML has outside of quotes.
		if one != two && !strings.Contains(one+two, `\`) && !strings.ContainsRune(one+two, unicode.ReplacementChar) {
			require.NotEqual(t, show(one), show(two))
		}
	})
}
