package ci

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// Markdown is the report as a page: what was to happen, a row for each step,
// how it ended, and the commands that help.
func Markdown(p *Report) string {
	var out strings.Builder
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(&out, format, args...) }
	about := ""
	if p.About.Name != "" {
		about = " of " + escapeMarkdown(p.About.String())
	}
	say("### %s%s: %s\n\n", escapeMarkdown(p.Command), about, report.EndWord(p.End.Result))
	for _, part := range p.Parts {
		say("%s\n\n", escapeMarkdown(part.Title))
		for _, w := range part.Warnings {
			say("- ⚠️ %s\n", escapeMarkdown(w))
		}
		if len(part.Warnings) > 0 {
			say("\n")
		}
		say("| step | result | took |\n| --- | --- | ---: |\n")
		cases := slices.Concat(part.Cases, part.Checks)
		for i := range cases {
			c := &cases[i]
			say("| %s | %s | %s |\n", escapeMarkdown(c.Title), c.markdown(), tookWords(c))
		}
		say("\n")
		if part.End != nil && report.EndWords(*part.End) != report.EndWords(p.End) {
			say("%s%s\n\n", mark(part.End.Result), escapeMarkdown(report.EndWords(*part.End)))
		}
	}
	say("**%s%s**\n", mark(p.End.Result), escapeMarkdown(report.EndWords(p.End)))
	if all := report.Facts(p.End, "", time.Time{}); len(all) > 0 {
		say("\n%s", factMarkdown(all))
	}
	for _, line := range report.CommitLines(p.End.Commits) {
		say("\n%s\n", escapeMarkdown(line))
	}
	for _, place := range report.EndPlace(p.End) {
		say("\n%s\n", escapeMarkdown(place))
	}
	if p.End.Result == engine.Done || len(p.End.Try) == 0 {
		return out.String() + "\n"
	}
	say("\nWhat helps:\n\n")
	for _, try := range p.End.Try {
		say("- %s\n", tryMarkdown(p.Caller, try))
	}
	return out.String() + "\n"
}

// factMarkdown is a list of facts. A container's words are code.
func factMarkdown(all []report.Fact) string {
	var out strings.Builder
	for _, f := range all {
		_, _ = fmt.Fprintf(&out, "- %s: %s\n", f.Label, escapeMarkdown(f.Text))
		for _, line := range f.Said {
			_, _ = fmt.Fprintf(&out, "  - %s\n", codeMarkdown(line))
		}
	}
	return out.String()
}

// mark is a result that shows from afar.
func mark(r engine.Result) string {
	switch r {
	case engine.Done:
		return "✅ "
	case engine.Held, engine.AbortAsked:
		return "⏸️ "
	}
	return "❌ "
}

func (c *Case) markdown() string {
	switch c.Result {
	case Passed:
		return "✅ done"
	case Broke:
		if !c.alone { // why is below the table
			return "❌ " + report.EndWord(c.End)
		}
		return "❌ " + escapeMarkdown(c.Words)
	case Waits:
		return "⏸️ " + escapeMarkdown(c.Words)
	case Skipped:
		return "⏭️ skipped: " + escapeMarkdown(c.Words)
	case NotRun, Running:
	}
	return string(NotRun)
}

func tookWords(c *Case) string {
	if c.Result == NotRun || c.alone && c.Took == 0 {
		return ""
	}
	unit := 10 * time.Millisecond
	if c.Took > time.Second {
		unit = 100 * time.Millisecond
	}
	return c.Took.Round(unit).String()
}

// tryMarkdown shows what helps with its command ready to be copied.
func tryMarkdown(caller hint.Caller, try hint.Hint) string {
	words, command := escapeMarkdown(try.Words), report.Clean(caller.Command(try))
	switch {
	case command == "":
		return words
	case words == "":
		return codeMarkdown(command)
	}
	return words + ": " + codeMarkdown(command)
}

// codeMarkdown is text between backticks, more of them than it has itself.
func codeMarkdown(text string) string {
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if len(fence) > 1 {
		text = " " + text + " "
	}
	return fence + text + fence
}

// escapeMarkdown makes text stand as it is: in a cell, and wherever it came from
// it is no link, no HTML and no heading.
func escapeMarkdown(text string) string {
	var out strings.Builder
	for _, r := range report.Clean(text) {
		switch {
		case r == '<':
			_, _ = out.WriteString("&lt;")
			continue
		case r == '&':
			_, _ = out.WriteString("&amp;")
			continue
		case strings.ContainsRune("\\`*_{}[]>#|~", r):
			_, _ = out.WriteRune('\\')
		}
		_, _ = out.WriteRune(r)
	}
	return out.String()
}
