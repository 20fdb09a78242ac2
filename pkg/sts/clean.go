package sts

import (
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

// Clean makes text from the cluster harmless and fit for one line: escape
// sequences go, line breaks become spaces, and so do the characters that are
// invisible or turn the direction of writing around.
func Clean(text string) string {
	if plain(text) {
		return text
	}
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case r == '\x1b' || r == '\a':
			return r // Strip below takes whole sequences, of which these are the start and an end
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, text)
	text = strings.NewReplacer("\x1b", "", "\a", "").Replace(ansi.Strip(text))
	return strings.Join(strings.Fields(text), " ")
}

// plain reports whether there is nothing to clean: so it is with nearly every
// name, of which a list may have tens of thousands.
func plain(text string) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case c > ' ' && c < 0x7f:
		case c == ' ' && i > 0 && i < len(text)-1 && text[i-1] != ' ':
		default:
			return false
		}
	}
	return true
}

// CleanError is an error that quotes what anybody may have written: in an annotation,
// on the command line.
func CleanError(err error) error { return cleanError{err} }

type cleanError struct{ error }

func (e cleanError) Error() string { return Clean(e.error.Error()) }

func (e cleanError) Unwrap() error { return e.error }
