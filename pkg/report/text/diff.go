package text

import (
	"io"
	"strings"

	"github.com/charmbracelet/lipgloss"

	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// Diff is a unified diff as it may be shown on a stream: with colour where
// there is colour.
func Diff(w io.Writer, mode term.ColorMode, diff string) string {
	style := report.NewStyles(w, mode)
	lines := strings.SplitAfter(report.SpellOut(diff), "\n")
	for i, line := range lines {
		text, ended := strings.CutSuffix(line, "\n")
		look := lipgloss.NewStyle()
		switch {
		case i < 2: // what is compared
			look = style.Bold
		case strings.HasPrefix(text, "@@"):
			look = style.Dim
		case strings.HasPrefix(text, "+"):
			look = style.Good
		case strings.HasPrefix(text, "-"):
			look = style.Bad
		}
		if text != "" {
			text = look.TabWidth(lipgloss.NoTabConversion).Render(text)
		}
		if ended {
			text += "\n"
		}
		lines[i] = text
	}
	return strings.Join(lines, "")
}
