//go:build unix

package hint_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

// FuzzQuote gives any word to a shell, which must take it for this one word.
func FuzzQuote(f *testing.F) {
	for _, word := range []string{
		"web", "", "it's", "'", "a b", "$HOME", "`id`", "a\nb", "-n", "--", "\\", "!!", "*", "~", "#x",
		"\xff", "\u00a0", "a=b", "%s", "\x1b[31m", "{a,b}",
	} {
		f.Add(word)
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, word string) {
		if strings.Contains(word, "\x00") || len(word) > 1<<16 {
			t.Skip("no word of a command line")
		}
		defer within.Input(t)()
		quoted := hint.Quote(word)
		out, err := exec.CommandContext(t.Context(), "sh", "-c", "printf '%s|' x "+quoted+" y").Output()
		require.NoError(t, err)
		require.Equal(t, "x|"+word+"|y|", string(out), "%s", quoted)
		if quoted == word {
			require.Equal(t, word, strings.TrimSpace(word))
		}
	})
}
