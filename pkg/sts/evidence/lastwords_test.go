package evidence_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/evidence"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

func TestLastWords(t *testing.T) {
	lines := func(n int, line string) string { return strings.Repeat(line+"\n", n) }
	tests := []struct {
		name, log string
		want      []string
	}{
		{"no log", "", nil},
		{"nothing but space", "\n \n\t\r\n", nil},
		{"a line without an end", "starting\nFATAL: no config", []string{"starting", "FATAL: no config"}},
		{
			"the last eight", "one\n" + lines(7, "more") + "error: disk full\n",
			append(strings.Split(strings.Repeat("more ", 7), " ")[:7], "error: disk full"),
		},
		{
			"the line that says why comes before a trace", "starting\npanic: no config\n" + lines(20, "\tmain.go:12 +0x1d"),
			append([]string{"panic: no config"}, strings.Split(strings.TrimSuffix(strings.Repeat("main.go:12 +0x1d|", 7), "|"), "|")...),
		},
		{
			"the last of several that say why", "error: one\nerror: two\n" + lines(9, "at x"),
			append([]string{"error: two"}, strings.Split(strings.TrimSuffix(strings.Repeat("at x|", 7), "|"), "|")...),
		},
		{"what would harm a terminal", "\x1b[31mred\x1b[0m \x07\u202egnp\n::error::x\n", []string{"red gnp", "::error::x"}},
		{"bytes that are no text", "a\xff\xfeb\n", []string{"ab"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, evidence.LastWords(tt.log)) })
	}
}

func TestALongLineKeepsItsEnd(t *testing.T) {
	got := evidence.LastWords("begin " + strings.Repeat("ü", 1000) + " end of it")
	require.Len(t, got, 1)
	require.LessOrEqual(t, len(got[0]), 400)
	require.True(t, utf8.ValidString(got[0]))
	require.True(t, strings.HasPrefix(got[0], "begin ü"))
	require.True(t, strings.HasSuffix(got[0], "ü end of it"))
	require.Contains(t, got[0], " … ")
}

func FuzzLastWords(f *testing.F) {
	f.Add("a\nb\n\x1b[1m", 10)
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, log string, most int) {
		defer within.Input(t)()
		words := evidence.LastWords(log)
		require.LessOrEqual(t, len(words), 8)
		for _, line := range words {
			require.LessOrEqual(t, len(line), 400)
			require.NotContains(t, line, "\x1b")
			require.True(t, utf8.ValidString(line))
		}
		if most = min(max(most, 5), 1<<16); utf8.ValidString(log) {
			require.LessOrEqual(t, len(evidence.CutMiddle(log, most)), max(most, 5))
			require.True(t, utf8.ValidString(evidence.CutMiddle(log, most)))
		}
	})
}
