package report

import (
	"github.com/charmbracelet/x/ansi"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/verdict"
)

// wholeRoom is how much room a sentence gets, even if it is cut.
const wholeRoom = 60

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
