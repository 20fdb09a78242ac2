package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// Wrap breaks text of ours between words, so that no flag in it is torn.
func Wrap(text string, width int) string { return WrapIndent(text, width, "") }

// Say writes a sentence, which is broken between words where the terminal ends.
func Say(w io.Writer, text string) { _, _ = fmt.Fprintln(w, Fold(w, text)) }

// Fold breaks a sentence so, for a question whose answer follows it.
func Fold(w io.Writer, text string) string { return WrapIndent(Clean(text), term.Width(w), "") }

// Danger shows a sentence that nobody should miss.
func Danger(w io.Writer, mode term.ColorMode, text string) {
	_, _ = fmt.Fprintln(w, Each(NewStyles(w, mode).Bad, WrapIndent(Clean(text), term.Width(w), "")))
}

// Explained is a question of which "?" explains the answers, broken between words
// where the terminal ends.
func Explained(w io.Writer, question string) string { return Fold(w, question+" (? explains)") + " " }

// WrapIndent breaks a long sentence between words where the terminal ends, with
// indent before the lines that follow. Width 0 leaves it whole.
func WrapIndent(text string, width int, indent string) string {
	if width <= len(indent)+20 {
		return text
	}
	var lines []string
	line := ""
	// Only at spaces: a pod's name with a line break in it can't be copied.
	for _, word := range strings.Fields(text) {
		if line != "" && ansi.StringWidth(line)+1+ansi.StringWidth(word) > width-len(indent) {
			lines = append(lines, line)
			line = ""
		}
		line = strings.TrimSpace(line + " " + word)
	}
	return strings.Join(append(lines, line), "\n"+indent)
}
