// Package templates brings the texts of a command's help into shape. It does what
// kubectl's package of this name does with texts without lists and markup, and
// does not bring a renderer of Markdown to the start of every command.
package templates

import "strings"

// LongDesc takes away how a text is indented and broken into lines. Between two
// paragraphs is an empty line.
func LongDesc(text string) string {
	var paragraphs []string
	for paragraph := range strings.SplitSeq(strings.TrimSpace(unindented(text)), "\n\n") {
		paragraphs = append(paragraphs, strings.Join(strings.Fields(paragraph), " "))
	}
	return strings.Join(paragraphs, "\n\n")
}

// Examples indents lines by two spaces.
func Examples(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSpace(unindented(text)), "\n", "\n  ")
}

// unindented takes the spaces around each line away.
func unindented(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimSpace(line)
	}
	return strings.Join(lines, "\n")
}
