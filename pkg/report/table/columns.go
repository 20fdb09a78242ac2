package table

import (
	"slices"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/verdict"
)

// Column is one field of all rows.
type Column struct {
	Header string
	Cells  []Cell
	// Spare says how well a narrow terminal does without the column: the
	// highest goes first, and 0 only when a very narrow one has to.
	Spare int
	// Keep is for what no terminal is too narrow for.
	Keep bool
	// Least is how short its texts may be cut, 0 for not at all.
	Least int
}

// How much room the last column gets where there is not enough for all.
const (
	needsRoom = len(verdict.StateInProgress) // for the longest state; names are cut for it
	WantsRoom = 24                           // for some more words; columns that say little go for it
)

// Add adds a row's cell.
func (c *Column) Add(text string, style *lipgloss.Style) {
	c.Cells = append(c.Cells, Cell{Text: report.Clean(text), Style: style})
}

// AddRare adds a cell that is empty for most sets. The column is spared only
// when it is for all.
func (c *Column) AddRare(text string, style *lipgloss.Style) {
	if text == "" {
		c.Add("-", nil)
		return
	}
	c.Add(text, style)
	c.Spare = 0
}

// Width is how wide the column is.
func (c Column) Width() int {
	w := ansi.StringWidth(c.Header)
	for _, cell := range c.Cells {
		w = max(w, ansi.StringWidth(cell.Text))
	}
	return w
}

// Room is what the columns leave to the last one.
func Room(columns []Column, width int) int {
	for _, c := range columns[:len(columns)-1] {
		width -= c.Width() + Gap
	}
	return width
}

// easyToTell is how much of a name tells it from others.
const easyToTell = 16

// Fit leaves out what is of least use, then cuts names, the longest first, then
// leaves out whatever it can, and at last cuts names to what must do.
func Fit(columns []Column, width int) []Column {
	columns = LeaveOut(columns, width, WantsRoom, func(c Column) bool { return c.Spare > 0 })
	cutNames(columns, width, easyToTell)
	columns = LeaveOut(columns, width, needsRoom, func(c Column) bool { return !c.Keep })
	cutNames(columns, width, 0)
	return columns
}

// cutNames cuts names, none to less than this, until the last column has room.
func cutNames(columns []Column, width, least int) {
	wide, few := make([]int, len(columns)), make([]int, len(columns))
	for i, c := range columns {
		wide[i], few[i] = c.Width(), c.Width()
		if c.Least > 0 {
			few[i] = min(max(c.Least, least), wide[i])
		}
	}
	for i, most := range Share(wide, few, needsRoom-Room(columns, width)) {
		for j := range columns[i].Cells {
			columns[i].Cells[j].Text = report.Shorten(columns[i].Cells[j].Text, most)
		}
	}
}

// LeaveOut takes columns away, those that are spared best first, until there
// is enough room or no column left that may go.
func LeaveOut(columns []Column, width, enough int, may func(Column) bool) []Column {
	for Room(columns, width) < enough {
		spare := -1
		for i, c := range columns {
			if may(c) && (spare < 0 || c.Spare > columns[spare].Spare) {
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
