package options_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

// FuzzOrdinals takes any text for --ordinals.
func FuzzOrdinals(f *testing.F) {
	for _, text := range []string{
		"0", "7, 2,4-6", "4-4", "6-4", "1-2000000000", "0-9999,10000-19999", "0-9999,0-9999", "5,4-6", "1-2-3", "-1", "4-", "1,,2", "all",
		"2147483647", "2147483648", "+1", "0x1", "1_0", "\u0661", "1\n",
	} {
		f.Add(text)
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text string) {
		defer within.Input(t)()
		ordinals, err := options.ParseOrdinals(text)
		if err != nil {
			fuzztest.OneLine(t, err)
			return
		}
		require.NotEmpty(t, ordinals)
		require.LessOrEqual(t, len(ordinals), options.MostOrdinals)
		seen := map[int]bool{}
		for _, n := range ordinals {
			require.GreaterOrEqual(t, n, 0)
			require.False(t, seen[n], "ordinal %d is there twice", n)
			seen[n] = true
		}
		again, err := options.ParseOrdinals(strings.Trim(strings.ReplaceAll(fmt.Sprint(ordinals), " ", ","), "[]"))
		require.NoError(t, err)
		require.Equal(t, ordinals, again)
	})
}
