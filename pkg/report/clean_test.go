package report_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/reporttest"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

func TestClean(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"plain text stays", `nginx: exit code 1: "no" (100%)`, `nginx: exit code 1: "no" (100%)`},
		{"other alphabets stay", "イメージが見つかりません – naïve ☃", "イメージが見つかりません – naïve ☃"},
		{"colours go", "a \x1b[1;31mred\x1b[0m word", "a red word"},
		{"moves of the cursor go", "a\x1b[2J\x1b[1;1H\x1b[1Ab", "ab"},
		{"a link keeps its text", "see \x1b]8;;http://evil.example\x1b\\here\x1b]8;;\x1b\\ now", "see here now"},
		{"nothing reaches the clipboard", "a\x1b]52;c;cm0gLXJm\x1b\\b", "ab"},
		{"nor the title", "a\x1b]0;root@prod\x1b\\b", "ab"},
		{"device control strings go", "a\x1bPq#0;2;0;0;0\x1b\\b", "ab"},
		{"so do privacy messages and the like", "a\x1b^secret\x1b\\b\x1b_more\x1b\\c", "abc"},
		{"character sets stay what they are", "a\x1b(0b", "ab"},
		{"an escape at the end goes", "a\x1b", "a"},
		{"an escape within an escape leaves none", "a\x1b\x1b[31mb", "ab"},
		{"C1 controls as runes go", "a\u009b31mb\u0090c\u009d0;d\u009c", "a31mbc0;d"},
		{"C1 controls as bytes go", "a\x9b31mb", "a31mb"},
		{"overrides of the direction go", "a\u202egnp.exe\u202c\u2066b\u2069\u200f", "agnp.exeb"},
		{"invisible characters go", "pay\u200bpal\ufeff\u00ad", "paypal"},
		{"tags go", "a\U000E0041b", "ab"},
		{"lines become one", "a\nb\r\nc\u2028d\u2029e", "a b c d e"},
		{"spaces at the ends go, and those in between are one", " \t a  \t b ", "a b"},
		{"bytes that are no UTF-8 go", "a\xff\xfe\xc3b", "ab"},
		{"so does what stands for them", "a\ufffdb", "ab"},
		{"backspaces go", "good\b\b\b\bbad\x7f", "goodbad"},
		{"the bell and zeros go", "a\x07b\x00c", "abc"},
		{"nothing is nothing", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, report.Clean(test.text))
		})
	}
}

func TestCleanTakesNoMemoryForWhatIsCleanAlready(t *testing.T) {
	require.Zero(t, testing.AllocsPerRun(10, func() { report.Clean(`not needed: web runs ordinals 0-1: "data-web-4"`) }))
}

func FuzzClean(f *testing.F) {
	for _, text := range reporttest.HostileTexts {
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
