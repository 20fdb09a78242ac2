package report

import (
	"io"
	"strings"

	"github.com/charmbracelet/lipgloss"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// styles are the colours of one stream. They are the terminal's own sixteen,
// so that they fit a light background as well as a dark one, and nothing is
// said by colour alone.
type styles struct {
	good, bad, warn, dim, bold lipgloss.Style
}

func newStyles(w io.Writer, mode term.ColorMode) styles {
	r := lipgloss.NewRenderer(w)
	r.SetColorProfile(term.Profile(w, mode))
	color := func(c string) lipgloss.Style { return r.NewStyle().Foreground(lipgloss.Color(c)) }
	return styles{
		good: color("2"),
		bad:  color("1").Bold(true),
		warn: color("3"),
		dim:  r.NewStyle().Faint(true),
		bold: r.NewStyle().Bold(true),
	}
}

// standing is the style for where a pod stands.
func (s styles) standing(t sts.Standing) lipgloss.Style {
	switch {
	case t.Trouble != nil:
		return s.bad
	case t.Good():
		return s.good
	}
	return s.warn
}

// each renders line by line: lipgloss would pad the short ones.
func each(look lipgloss.Style, text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = look.Render(lines[i])
	}
	return strings.Join(lines, "\n")
}

func (s styles) verdict(result engine.Result) lipgloss.Style {
	switch result {
	case engine.Done:
		return s.good
	case engine.Held:
		return s.warn
	}
	return s.bad
}
