package status

import (
	"github.com/charmbracelet/x/ansi"

	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/table"
	"github.com/kubectl-sts/kubectl-sts/pkg/verdict"
)

// wholeRoom is how much room a sentence gets, even if it is cut.
const wholeRoom = 60

// table is the columns that a terminal of this width has room for; off a
// terminal these are all.
func (l *List) table(style report.Styles, width int) (header []string, rows [][]table.Cell) {
	columns := l.columns(style)
	if width > 0 {
		columns = table.Fit(columns, width)
		states := columns[len(columns)-1].Cells
		for i := range l.rows {
			states[i].Text = report.Clean(l.rows[i].shortState(table.Room(columns, width)))
		}
	}
	rows = make([][]table.Cell, len(l.rows))
	for _, c := range columns {
		header = append(header, c.Header)
		for i := range rows {
			rows[i] = append(rows[i], c.Cells[i])
		}
	}
	return header, rows
}

func (l *List) columns(style report.Styles) []table.Column {
	namespace := table.Column{Header: "NAMESPACE", Least: 9, Keep: true}
	name := table.Column{Header: "NAME", Least: table.Shortest, Keep: true}
	ready, updated := table.Column{Header: "READY", Keep: true}, table.Column{Header: "UPDATED", Spare: 2}
	strategy := table.Column{Header: "STRATEGY", Spare: 2}
	partition, run := table.Column{Header: "PARTITION", Spare: 3}, table.Column{Header: "RUN", Spare: 3}
	image := table.Column{Header: imageColumn, Spare: 1, Least: knownImage}
	state := table.Column{Header: "STATE", Keep: true}
	for i := range l.rows {
		r := &l.rows[i]
		look := style.Verdict(r.verdict.Result)
		namespace.Add(r.namespace, nil)
		name.Add(r.name, nil)
		readyLook := look
		if r.allReady {
			readyLook = style.Good // what holds the set is not these
		}
		ready.Add(r.ready, &readyLook)
		updated.Add(r.updated, nil)
		image.Add(r.image, nil)
		strategy.Add(r.strategy, nil)
		partition.AddRare(r.partition, &style.Warn)
		run.AddRare(r.run, &style.Warn)
		state.Add(r.state(), &look)
		state.Cells[i].Reason = report.Clean(r.verdict.Reason())
	}
	columns := []table.Column{namespace, name, ready, updated, image, strategy, partition, run, state}
	if !l.AllNamespaces {
		return columns[1:]
	}
	return columns
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
	if room < table.WantsRoom {
		return string(r.verdict.State())
	}
	return whole
}
