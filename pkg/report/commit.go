package report

import (
	"encoding/json"
	"fmt"
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

// valueWords are a value as YAML would have it in one line.
func valueWords(raw json.RawMessage) string {
	if len(raw) == 0 {
		return "taken away"
	}
	var text string
	if json.Unmarshal(raw, &text) != nil || text == "" || strings.Contains(text, ": ") || strings.ContainsAny(text, "\n#\"'{}[],&*!|>%@`") {
		return string(raw)
	}
	var other any
	if json.Unmarshal([]byte(text), &other) == nil { // a number in quotes is a text
		return string(raw)
	}
	return text
}
