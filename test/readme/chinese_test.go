package readme

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whoever changes one README changes the other: what a translation leaves as it
// is must be the same in both.
func TestBothLanguagesSayTheSame(t *testing.T) {
	en, zh := read(t, english), read(t, chinese)
	require.Contains(t, en.Links, chinese)
	require.Contains(t, zh.Links, english)
	for _, p := range []*page{&en, &zh} {
		p.Links = slices.DeleteFunc(p.Links, func(to string) bool { return to == english || to == chinese })
		// Within a sentence the languages have an order of their own.
		slices.Sort(p.Links)
		slices.Sort(p.Codes)
	}
	require.Equal(t, en, zh)
}
