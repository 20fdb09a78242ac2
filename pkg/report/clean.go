package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Clean makes text from the cluster harmless and fit for one line: [sts.Clean].
func Clean(text string) string { return sts.Clean(text) }

// SpellOut makes text of several lines harmless, and changes nothing else:
// what controls a terminal or can't be seen is spelled out, as JSON and YAML
// write it within quotes, so that nobody takes two different lines for the same.
func SpellOut(text string) string {
	var out strings.Builder
	for i, r := range text {
		if _, size := utf8.DecodeRuneInString(text[i:]); r == utf8.RuneError && size == 1 {
			_, _ = fmt.Fprintf(&out, `\x%02x`, text[i]) // a byte that is no character
			continue
		}
		if r == '\n' || r == '\t' || !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			_, _ = out.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			_, _ = fmt.Fprintf(&out, `\u%04x`, unit)
		}
	}
	return out.String()
}

// CleanAll makes each of some texts so.
func CleanAll(texts []string) []string {
	out := make([]string, 0, len(texts))
	for _, t := range texts {
		out = append(out, Clean(t))
	}
	return out
}
