package report

import (
	"slices"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"github.com/kubectl-sts/kubectl-sts/pkg/verdict"
)

// listColumn is one field of all rows.
type listColumn struct {
	header string
	cells  []cell
	// spare says how well a narrow terminal does without the column: the
	// highest goes first, and 0 only when a very narrow one has to.
	spare int
	// keep is for what no terminal is too narrow for.
	keep bool
	// least is how short its texts may be cut, 0 for not at all.
	least int
}

// How much room the last column gets where there is not enough for all.
const (
	needsRoom = len(verdict.StateInProgress) // for the longest state; names are cut for it
	wantsRoom = 24                           // for some more words; columns that say little go for it
)

// add adds a row's cell.
func (c *listColumn) add(text string, style *lipgloss.Style) {
	c.cells = append(c.cells, cell{text: Clean(text), style: style})
}

// addRare adds a cell that is empty for most sets. The column is spared only
// when it is for all.
func (c *listColumn) addRare(text string, style *lipgloss.Style) {
	if text == "" {
		c.add("-", nil)
		return
	}
	c.add(text, style)
	c.spare = 0
}

// width is how wide the column is.
func (c listColumn) width() int {
	w := ansi.StringWidth(c.header)
	for _, cell := range c.cells {
		w = max(w, ansi.StringWidth(cell.text))
	}
	return w
}

// room is what the columns leave to the last one.
func room(columns []listColumn, width int) int {
	for _, c := range columns[:len(columns)-1] {
		width -= c.width() + gap
	}
	return width
}

// easyToTell is how much of a name tells it from others.
const easyToTell = 16

// fit leaves out what is of least use, then cuts names, the longest first, then
// leaves out whatever it can, and at last cuts names to what must do.
func fit(columns []listColumn, width int) []listColumn {
	columns = leaveOut(columns, width, wantsRoom, func(c listColumn) bool { return c.spare > 0 })
	cutNames(columns, width, easyToTell)
	columns = leaveOut(columns, width, needsRoom, func(c listColumn) bool { return !c.keep })
	cutNames(columns, width, 0)
	return columns
}

// cutNames cuts names, none to less than this, until the last column has room.
func cutNames(columns []listColumn, width, least int) {
	wide, few := make([]int, len(columns)), make([]int, len(columns))
	for i, c := range columns {
		wide[i], few[i] = c.width(), c.width()
		if c.least > 0 {
			few[i] = min(max(c.least, least), wide[i])
		}
	}
	for i, most := range share(wide, few, needsRoom-room(columns, width)) {
		for j := range columns[i].cells {
			columns[i].cells[j].text = shorten(columns[i].cells[j].text, most)
		}
	}
}

// leaveOut takes columns away, those that are spared best first, until there
// is enough room or no column left that may go.
func leaveOut(columns []listColumn, width, enough int, may func(listColumn) bool) []listColumn {
	for room(columns, width) < enough {
		spare := -1
		for i, c := range columns {
			if may(c) && (spare < 0 || c.spare > columns[spare].spare) {
				spare = i
			}
		}
		if spare < 0 {
			break
		}
		columns = slices.Delete(columns, spare, spare+1)
	}
	return columns
}
