package report

import (
	"fmt"
	"slices"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
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
func (l List) table(style styles, width int) (header []string, rows [][]cell) {
	columns := l.columns(style)
	if width > 0 {
		columns = fit(columns, width)
		states := columns[len(columns)-1].cells
		for i, st := range l.Statuses {
			states[i].text = Clean(st.shortState(room(columns, width)))
		}
	}
	rows = make([][]cell, len(l.Statuses))
	for _, c := range columns {
		header = append(header, c.header)
		for i := range rows {
			rows[i] = append(rows[i], c.cells[i])
		}
	}
	return header, rows
}

func (l List) columns(style styles) []listColumn {
	namespace, name := listColumn{header: "NAMESPACE", least: 9, keep: true}, listColumn{header: "NAME", least: shortest, keep: true}
	ready, updated := listColumn{header: "READY", keep: true}, listColumn{header: "UPDATED", spare: 2}
	strategy := listColumn{header: "STRATEGY", spare: 2}
	partition, run := listColumn{header: "PARTITION", spare: 3}, listColumn{header: "RUN", spare: 3}
	image := listColumn{header: imageColumn, spare: 1, least: knownImage}
	state := listColumn{header: "STATE", keep: true}
	for _, st := range l.Statuses {
		look := style.verdict(st.Verdict.Result)
		namespace.add(st.Snapshot.Set.Namespace, nil)
		name.add(st.Snapshot.Name(), nil)
		good, fresh := st.pods()
		readyLook := look
		if good == st.Snapshot.Replicas() {
			readyLook = style.good // what holds the set is not these
		}
		ready.add(fmt.Sprintf("%d/%d", good, st.Snapshot.Replicas()), &readyLook)
		updated.add(fmt.Sprint(fresh), nil)
		if st.Snapshot.Uncountable != nil {
			ready.cells[len(ready.cells)-1] = cell{text: fmt.Sprintf("-/%d", *st.Snapshot.Set.Spec.Replicas), style: &look}
		}
		if !st.Snapshot.Observed() || st.Snapshot.Uncountable != nil {
			updated.cells[len(updated.cells)-1].text = "-" // which revision that is, only the controller knows
		}
		image.add(dash(st.templateImage()), nil)
		strategy.add(string(st.Snapshot.Strategy()), nil)
		partition.addRare(st.partitionWords(), &style.warn)
		run.addRare(st.runWords(), &style.warn)
		state.add(st.state(), &look)
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
func (st Status) state() string {
	if state := st.Verdict.State(); state == verdict.StateSettled {
		return string(state)
	}
	return st.Verdict.Message
}

// shortState is the same where there is not much room: of trouble, its reason
// is what a person needs first.
func (st Status) shortState(room int) string {
	whole := st.state()
	if room >= wholeRoom || ansi.StringWidth(whole) <= room {
		return whole
	}
	if f := st.Verdict.Failed; f != nil && f.Pod != "" {
		if text := "failed: " + f.Pod + ": " + f.Reason; f.Reason != "" && ansi.StringWidth(text) <= room {
			return text
		}
	}
	if t := st.Verdict.Trouble; t != nil {
		for _, text := range []string{"trouble: " + st.Verdict.Pod + ": " + t.Reason, "trouble: " + t.Reason} {
			if ansi.StringWidth(text) <= room {
				return text
			}
		}
	}
	if room < wantsRoom {
		return string(st.Verdict.State())
	}
	return whole
}

func (s styles) verdict(result rollout.Result) lipgloss.Style {
	switch result {
	case rollout.Done:
		return s.good
	case rollout.Held:
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
