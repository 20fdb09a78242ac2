package report

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan/writeback"
)

// mostCommits is how many of the changes to commit are told one by one.
const mostCommits = 5

// CommitLines say what to change in a source, and who puts the old value back otherwise.
func CommitLines(all []writeback.Commit) []string {
	var out []string
	said := ""
	for i, c := range all {
		if i == mostCommits {
			return append(out, fmt.Sprintf("and %d more (-o json tells of all)", len(all)-i))
		}
		line, begins := "commit this", fmt.Sprintf("commit this, or %s puts the old value back", c.Who)
		if c.Maybe {
			line, begins = "and this", fmt.Sprintf("see that the source has this, or %s puts its own value back", c.Who)
		}
		if begins != said {
			line, said = begins, begins
		}
		out = append(out, Clean(fmt.Sprintf("%s: %s: %s", line, c.Path, valueWords(c.Value))))
	}
	return out
}

// valueWords are a value as YAML would have it in one line. A text is quoted where YAML, of
// whichever version, would take it for something else.
func valueWords(raw json.RawMessage) string {
	if len(raw) == 0 {
		return "taken away"
	}
	var text string
	if json.Unmarshal(raw, &text) != nil || !plain(text) {
		return string(raw)
	}
	return text
}

// notText are the words that some YAML takes for a truth value, for nothing or for a number,
// in small letters.
var notText = []string{
	"y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", ".inf", "-.inf", "+.inf", ".nan", "=", "<<",
}

// number is what begins like a number, a time or a date: 0x1f, 1_000, 1:30, 2026-01-02.
var number = regexp.MustCompile(`^[-+]?[.]?\d`)

// version begins with a digit, and is no number.
var version = regexp.MustCompile(`^\d+(\.\d+){2,}[-+.0-9A-Za-z]*$`)

// plain reports whether a text is the same without quotes.
func plain(text string) bool {
	switch {
	case text == "" || text != strings.TrimSpace(text) || strings.ContainsAny(text, "\n\r\t#\"'{}[],&*!|>%@`"):
		return false
	case strings.Contains(text, ": ") || strings.HasSuffix(text, ":"), strings.HasPrefix(text, "- "), strings.HasPrefix(text, "? "),
		strings.HasPrefix(text, ": "), text == "-", text == "?", strings.HasPrefix(text, "---"), strings.HasPrefix(text, "..."):
		return false
	case number.MatchString(text) && !version.MatchString(text):
		return false
	}
	return !slices.Contains(notText, strings.ToLower(text))
}
