package hint_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
)

func TestQuote(t *testing.T) {
	for word, want := range map[string]string{
		"web-2":        "web-2",
		"/tmp/a_b.y=1": "/tmp/a_b.y=1",
		"":             "''",
		"two words":    "'two words'",
		"it's":         `'it'\''s'`,
		"$HOME":        "'$HOME'",
		"a*":           "'a*'",
		"~/x":          "'~/x'",
	} {
		require.Equal(t, want, hint.Quote(word))
	}
	require.Equal(t, `'a$b'`, hint.Quote("a$b"), "also in the middle")
}
