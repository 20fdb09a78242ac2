package report_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

// hostileTexts are what a cluster may say to harm who reads it.
var hostileTexts = []string{
	"plain", evil, "a\x1b[31mb", "\x1b]8;;x\x07y", "\x1b\x1b[", "\u009b1m", "\x9b", "\u202e", "\n\r\t", "\xff",
	"日本\x1b", "\x1bP\x1b\\", "\x1b]\u009c",
	"\n::error::x", "a\r \u00a0::warning file=/etc/passwd::x", "##[error]", "###[",
	"##\x1b[m[", "%0A::error::", "| a |\n# b", "<img src=x>",
	"]]>", "[x](javascript:y)", "```\n`", "&lt;", "\u2028- a",
	"a: kubectl `x`", "\x00", "\U000E0041", "\ufffe", "kubectl x: kubectl y", " \t a ",
}

func FuzzClean(f *testing.F) {
	for _, text := range hostileTexts {
		f.Add(text)
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text string) {
		defer within.Input(t)()
		got := report.Clean(text)
		fuzztest.Harmless(t, got)
		require.NotContains(t, got, "\n")
		require.Equal(t, strings.TrimSpace(got), got)
		require.Equal(t, got, report.Clean(got), "cleaning twice changes it")
		require.LessOrEqual(t, len(got), len(text))
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

// commands are the lines which GitHub's runner takes for commands. It looks for
// them as its source does: :: behind white space, ##[ anywhere.
func commands(text string) []string {
	var out []string
	for _, line := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		start := strings.TrimLeftFunc(line, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) })
		if strings.HasPrefix(start, "::") || strings.Contains(line, "##[") {
			out = append(out, line)
		}
	}
	return out
}

// FuzzGuard writes any text through a guard, in two writes that are cut anywhere.
func FuzzGuard(f *testing.F) {
	for i, text := range hostileTexts {
		f.Add(text, uint16(i))
	}
	f.Add("\u3000::error::x", uint16(1))
	f.Add("::error::x", uint16(1))
	f.Add("##[error]x", uint16(2))
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text string, at uint16) {
		defer within.Input(t)()
		write := func(parts ...string) string {
			var out strings.Builder
			guard := report.NewGuard(&out)
			for _, part := range parts {
				n, err := guard.Write([]byte(part))
				require.NoError(t, err)
				require.Equal(t, len(part), n)
			}
			return out.String()
		}
		got := write(text)
		require.Empty(t, commands(got))
		requireSpaced(t, text, got)
		cut := int(at) % (len(text) + 1)
		require.Equal(t, got, write(text[:cut], text[cut:]), "cut at %d", cut)
	})
}

// requireSpaced checks that nothing but spaces was put in.
func requireSpaced(t *testing.T, text, got string) {
	t.Helper()
	rest := text
	for i := range len(got) {
		switch {
		case rest != "" && rest[0] == got[i]:
			rest = rest[1:]
		case got[i] != ' ':
			t.Fatalf("%q has become %q", text, got)
		}
	}
	require.Empty(t, rest)
}

// FuzzActions tells any text to GitHub's runner: one command a call, which says
// that text and nothing else.
func FuzzActions(f *testing.F) {
	for _, text := range hostileTexts {
		f.Add(text, "kubectl sts canary")
	}
	f.Add("100%25", "a:b,c%")
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text, title string) {
		defer within.Input(t)()
		var out strings.Builder
		actions := report.NewActions(&out)
		actions.Title(title)
		actions.Warn(text)
		actions.End(title, engine.Outcome{Result: engine.Halted, Message: text, Gate: text, Try: []string{text}})
		fuzztest.Harmless(t, out.String())
		lines := strings.Split(out.String(), "\n")
		require.Len(t, lines, 3)
		require.Empty(t, lines[2])
		level, said := runner(t, lines[0], report.Clean(title))
		require.Equal(t, "warning", level)
		require.Equal(t, report.Clean(text), said)
		level, said = runner(t, lines[1], report.Clean(title))
		require.Equal(t, "error", level)
		require.Contains(t, said, report.Clean(text))
	})
}

// runner reads a command as GitHub's runner does.
func runner(t *testing.T, line, title string) (level, said string) {
	t.Helper()
	rest, ok := strings.CutPrefix(line, "::")
	require.True(t, ok, line)
	head, message, ok := strings.Cut(rest, "::")
	require.True(t, ok, line)
	level, property, ok := strings.Cut(head, " title=")
	require.True(t, ok, line)
	require.NotContains(t, property, ",", "it would be another property")
	plain := strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%")
	require.Equal(t, title, plain.Replace(property))
	return level, strings.NewReplacer("%0D", "\r", "%0A", "\n", "%25", "%").Replace(message)
}
