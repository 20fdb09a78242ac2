package report

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
)

// cell is one field of a table: its text, already clean, and how it looks.
type cell struct {
	text  string
	style *lipgloss.Style
}

// gap stands between two columns, as in kubectl's tables.
const gap = 3

// writeTable writes rows under a header. The last column takes what is left
// of width and is cut there; with width 0 nothing is cut. Widths count
// columns of the terminal: a wide character takes two.
func writeTable(w io.Writer, width int, header []string, rows [][]cell) {
	writeRows(w, width, columnWidths(header, rows), header, slices.Values(rows))
}

// writeRows does so with columns of these widths, a row at a time.
func writeRows(w io.Writer, width int, widths []int, header []string, rows iter.Seq[[]cell]) {
	head := make([]cell, len(header))
	for i, h := range header {
		head[i] = cell{text: h}
	}
	_, _ = fmt.Fprintln(w, tableLine(head, widths, width))
	for row := range rows {
		_, _ = fmt.Fprintln(w, tableLine(row, widths, width))
	}
}

// columnWidths are the widths that the columns want.
func columnWidths(header []string, rows [][]cell) []int {
	widths := make([]int, len(header))
	for i, h := range header {
		widths[i] = ansi.StringWidth(h)
		for _, row := range rows {
			widths[i] = max(widths[i], ansi.StringWidth(row[i].text))
		}
	}
	return widths
}

// lineWidth is how wide a line gets with columns of these widths.
func lineWidth(widths []int) int {
	width := gap * (len(widths) - 1)
	for _, w := range widths {
		width += w
	}
	return width
}

func tableLine(row []cell, widths []int, width int) string {
	var line strings.Builder
	used := 0
	for i, c := range row {
		text := c.text
		last := i == len(row)-1
		if last && width > 0 {
			text = brief(text, max(width-used, 8))
		}
		padding := strings.Repeat(" ", widths[i]+gap-min(ansi.StringWidth(text), widths[i]))
		if c.style != nil && text != "" {
			text = c.style.Render(text)
		}
		line.WriteString(text)
		if !last {
			line.WriteString(padding)
			used += widths[i] + gap
		}
	}
	return strings.TrimRight(line.String(), " ")
}

// share says how wide columns may be that have so much less room than they
// want: the widest gives first, and none more than down to its least.
func share(widths, least []int, short int) []int {
	out := slices.Clone(widths)
	for ; short > 0; short-- {
		widest := -1
		for i, few := range least {
			if out[i] > few && (widest < 0 || out[i] > out[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		out[widest]--
	}
	return out
}

// shortest is how far a name may be cut to get a table onto a terminal.
const shortest = 10
