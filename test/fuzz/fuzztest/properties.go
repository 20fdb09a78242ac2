package fuzztest

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// OneLine fails for an error that is not one line of readable text: it goes to a
// person, and to logs that are read by the line.
func OneLine(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	text := err.Error()
	if text == "" || strings.TrimSpace(text) != text {
		t.Fatalf("the error is empty, or begins or ends with white space: %q", text)
	}
	if i := strings.IndexFunc(text, controls); i >= 0 {
		t.Fatalf("the error is more than a line of text: %q", text)
	}
	if !utf8.ValidString(text) {
		t.Fatalf("the error is no text: %q", text)
	}
}

// Harmless fails for text that controls more of a terminal than its lines.
func Harmless(t *testing.T, text string) {
	t.Helper()
	if i := strings.IndexFunc(text, func(r rune) bool { return r != '\n' && controls(r) }); i >= 0 {
		t.Fatalf("the text has a control character at byte %d: %q", i, text)
	}
	if !utf8.ValidString(text) {
		t.Fatalf("the text is not UTF-8: %q", text)
	}
}

// controls reports whether a character ends a line, controls a terminal or
// turns the direction of writing around.
func controls(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) }
