package report

import (
	"slices"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
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
	wholeRoom = 60                           // for a sentence, even if it is cut
)

// table is the columns that a terminal of this width has room for; off a
// terminal these are all.
func (l *List) table(style styles, width int) (header []string, rows [][]cell) {
	columns := l.columns(style)
	if width > 0 {
		columns = fit(columns, width)
		states := columns[len(columns)-1].cells
		for i := range l.rows {
			states[i].text = Clean(l.rows[i].shortState(room(columns, width)))
		}
	}
	rows = make([][]cell, len(l.rows))
	for _, c := range columns {
		header = append(header, c.header)
		for i := range rows {
			rows[i] = append(rows[i], c.cells[i])
		}
	}
	return header, rows
}

func (l *List) columns(style styles) []listColumn {
	namespace, name := listColumn{header: "NAMESPACE", least: 9, keep: true}, listColumn{header: "NAME", least: shortest, keep: true}
	ready, updated := listColumn{header: "READY", keep: true}, listColumn{header: "UPDATED", spare: 2}
	strategy := listColumn{header: "STRATEGY", spare: 2}
	partition, run := listColumn{header: "PARTITION", spare: 3}, listColumn{header: "RUN", spare: 3}
	image := listColumn{header: imageColumn, spare: 1, least: knownImage}
	state := listColumn{header: "STATE", keep: true}
	for i := range l.rows {
		r := &l.rows[i]
		look := style.verdict(r.verdict.Result)
		namespace.add(r.namespace, nil)
		name.add(r.name, nil)
		readyLook := look
		if r.allReady {
			readyLook = style.good // what holds the set is not these
		}
		ready.add(r.ready, &readyLook)
		updated.add(r.updated, nil)
		image.add(r.image, nil)
		strategy.add(r.strategy, nil)
		partition.addRare(r.partition, &style.warn)
		run.addRare(r.run, &style.warn)
		state.add(r.state(), &look)
	}
	columns := []listColumn{namespace, name, ready, updated, image, strategy, partition, run, state}
	if !l.AllNamespaces {
		return columns[1:]
	}
	return columns
}

// templateImage is the image that the set wants: of its first container, with how
// many more there are.
func (st Status) templateImage() string {
	containers := sts.SpecImages(&st.Snapshot.Set.Spec.Template.Spec)
	return Clean(sts.Focus{}.Words(containers))
}

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

// state is the last column: what is the matter, unless nothing is.
func (r *listRow) state() string {
	if state := r.verdict.State(); state == verdict.StateSettled {
		return string(state)
	}
	return r.verdict.Message
}

// shortState is the same where there is not much room: of trouble, its reason
// is what a person needs first.
func (r *listRow) shortState(room int) string {
	whole := r.state()
	if room >= wholeRoom || ansi.StringWidth(whole) <= room {
		return whole
	}
	if f := r.verdict.Failed; f != nil && f.Pod != "" {
		if text := "failed: " + f.Pod + ": " + f.Reason; f.Reason != "" && ansi.StringWidth(text) <= room {
			return text
		}
	}
	if t := r.verdict.Trouble; t != nil {
		for _, text := range []string{"trouble: " + r.verdict.Pod + ": " + t.Reason, "trouble: " + t.Reason} {
			if ansi.StringWidth(text) <= room {
				return text
			}
		}
	}
	if room < wantsRoom {
		return string(r.verdict.State())
	}
	return whole
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
