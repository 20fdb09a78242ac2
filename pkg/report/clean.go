package report

import (
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

// Clean makes text from the cluster harmless and fit for one line: escape
// sequences go, line breaks become spaces, and so do the characters that are
// invisible or turn the direction of writing around.
func Clean(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case r == '\x1b':
			return r // Strip below takes the whole sequence, not only its start
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, text)
	text = strings.ReplaceAll(ansi.Strip(text), "\x1b", "")
	return strings.Join(strings.Fields(text), " ")
}
