package report

import (
	"io"
	"strings"

	"github.com/charmbracelet/lipgloss"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// Styles are the colours of one stream. They are the terminal's own sixteen,
// so that they fit a light background as well as a dark one, and nothing is
// said by colour alone.
type Styles struct {
	Good, Bad, Warn, Dim, Bold lipgloss.Style
}

// NewStyles are those of a stream: none where it has no colour.
func NewStyles(w io.Writer, mode term.ColorMode) Styles {
	r := lipgloss.NewRenderer(w)
	r.SetColorProfile(term.Profile(w, mode))
	color := func(c string) lipgloss.Style { return r.NewStyle().Foreground(lipgloss.Color(c)) }
	return Styles{
		Good: color("2"),
		Bad:  color("1").Bold(true),
		Warn: color("3"),
		Dim:  r.NewStyle().Faint(true),
		Bold: r.NewStyle().Bold(true),
	}
}

// Pod is the style for where a pod stands.
func (s Styles) Pod(t sts.PodProgress) lipgloss.Style {
	switch {
	case t.Trouble != nil:
		return s.Bad
	case t.Good():
		return s.Good
	}
	return s.Warn
}

// Each renders line by line: lipgloss would pad the short ones.
func Each(look lipgloss.Style, text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = look.Render(lines[i])
	}
	return strings.Join(lines, "\n")
}

// Verdict is the style for how a run ended.
func (s Styles) Verdict(result engine.Result) lipgloss.Style {
	switch result {
	case engine.Done:
		return s.Good
	case engine.Held:
		return s.Warn
	}
	return s.Bad
}
