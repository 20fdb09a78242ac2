package table

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// Cell is one field of a table: its text, already clean, and how it looks.
type Cell struct {
	Text  string
	Style *lipgloss.Style
	// Reason is that of the trouble which the text tells of, empty for none.
	Reason string
}

// Gap stands between two columns, as in kubectl's tables.
const Gap = 3

// Write writes rows under a header. The last column takes what is left
// of width and is cut there; with width 0 nothing is cut. Widths count
// columns of the terminal: a wide character takes two.
func Write(w io.Writer, width int, header []string, rows [][]Cell) {
	WriteRows(w, width, Widths(header, rows), header, slices.Values(rows))
}

// WriteRows does so with columns of these widths, a row at a time.
func WriteRows(w io.Writer, width int, widths []int, header []string, rows iter.Seq[[]Cell]) {
	head := make([]Cell, len(header))
	for i, h := range header {
		head[i] = Cell{Text: h}
	}
	_, _ = fmt.Fprintln(w, tableLine(head, widths, width))
	for row := range rows {
		_, _ = fmt.Fprintln(w, tableLine(row, widths, width))
	}
}

// Widths are the widths that the columns want.
func Widths(header []string, rows [][]Cell) []int {
	widths := make([]int, len(header))
	for i, h := range header {
		widths[i] = ansi.StringWidth(h)
		for _, row := range rows {
			widths[i] = max(widths[i], ansi.StringWidth(row[i].Text))
		}
	}
	return widths
}

// LineWidth is how wide a line gets with columns of these widths.
func LineWidth(widths []int) int {
	width := Gap * (len(widths) - 1)
	for _, w := range widths {
		width += w
	}
	return width
}

func tableLine(row []Cell, widths []int, width int) string {
	var line strings.Builder
	used := 0
	for i, c := range row {
		text := c.Text
		last := i == len(row)-1
		if last && width > 0 {
			text = report.Brief(text, c.Reason, max(width-used, 8))
		}
		padding := strings.Repeat(" ", widths[i]+Gap-min(ansi.StringWidth(text), widths[i]))
		if c.Style != nil && text != "" {
			text = c.Style.Render(text)
		}
		line.WriteString(text)
		if !last {
			line.WriteString(padding)
			used += widths[i] + Gap
		}
	}
	return strings.TrimRight(line.String(), " ")
}

// Share says how wide columns may be that have so much less room than they
// want: the widest gives first, and none more than down to its least.
func Share(widths, least []int, short int) []int {
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

// Shortest is how far a name may be cut to get a table onto a terminal.
const Shortest = 10
