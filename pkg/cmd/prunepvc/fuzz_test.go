package prunepvc_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

// FuzzOlderThan takes any text for --older-than.
func FuzzOlderThan(f *testing.F) {
	for _, text := range []string{
		"12h", "30d", "4w", "1h30m", "-1h", "1.5d", "65536d", "65535w", "d", "1D", "+1d", "0", "9223372036854775807ns", "1e3s",
	} {
		f.Add(text)
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text string) {
		if text == "" {
			t.Skip("an empty flag is refused before it is read")
		}
		defer within.Input(t)()
		got, err := parse(t, "--older-than="+text)
		if err != nil {
			fuzztest.OneLine(t, err)
			require.Nil(t, got)
			return
		}
		require.GreaterOrEqual(t, got.OlderThan, time.Duration(0))
		if count, ok := strings.CutSuffix(text, "d"); ok {
			hours, err := parse(t, "--older-than="+count+"h")
			require.NoError(t, err)
			require.Equal(t, 24*hours.OlderThan, got.OlderThan)
		}
	})
}
