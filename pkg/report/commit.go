package report

import (
	"encoding/json"
	"fmt"

	"go.yaml.in/yaml/v3"

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

// plain reports whether a text is the same without quotes. The library also quotes what only
// older YAML takes for something else, such as yes, 1:30 or 0o7, but for these two words.
func plain(text string) bool {
	written, err := yaml.Marshal(text)
	return err == nil && string(written) == text+"\n" && text != "=" && text != "<<"
}
