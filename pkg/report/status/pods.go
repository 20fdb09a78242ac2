package status

import (
	"fmt"
	"io"
	"slices"

	"github.com/charmbracelet/x/ansi"
	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/table"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// podTable is a table of pods in the making: columns may still go.
type podTable struct {
	header []string
	rows   [][]table.Cell
}

// podTable has a row for each pod.
func (st shown) podTable(style report.Styles, pods []report.StatusPod, width int) *podTable {
	t := &podTable{header: []string{"POD", "REVISION", imageColumn, "READY", "RESTARTS", "AGE", "NODE", "ZONE", "TROUBLE"}}
	for i := range pods {
		p := &pods[i]
		look := style.Pod(p.Progress)
		age := "-"
		if !p.Created.IsZero() {
			age = duration.HumanDuration(st.Now.Sub(p.Created))
		}
		t.rows = append(t.rows, []table.Cell{
			{Text: p.Progress.Pod},
			{Text: report.OrDash(p.Class)},
			{Text: report.OrDash(p.Image)},
			{Text: report.OrDash(p.Ready), Style: &look},
			{Text: fmt.Sprint(p.Restarts)},
			{Text: age},
			{Text: node(p.Node, width)},
			{Text: report.OrDash(p.Zone)},
			{Text: notes(p.Progress), Style: &look, Reason: report.Clean(p.Progress.Reason())},
		})
	}
	return t
}

// column is the place of a column, by its header.
func column(header []string, name string) int { return slices.Index(header, name) }

// drop takes a column out.
func (t *podTable) drop(i int) {
	if i < 0 {
		return
	}
	t.header = slices.Delete(slices.Clone(t.header), i, i+1)
	for n := range t.rows {
		t.rows[n] = slices.Delete(t.rows[n], i, i+1)
	}
}

// fit drops the named columns, in turn, until the last one has room enough to
// tell what is the matter. It does not look at what that one says: columns that
// come and go with every change would be hard to read.
func (t *podTable) fit(width int, names ...string) {
	t.shortenImages(width, enoughTold)
	for _, name := range names {
		used := 0
		for i, h := range t.header[:len(t.header)-1] {
			wide := ansi.StringWidth(h)
			for _, row := range t.rows {
				wide = max(wide, ansi.StringWidth(row[i].Text))
			}
			used += wide + table.Gap
		}
		if used+enoughTold <= width {
			return
		}
		t.drop(column(t.header, name))
	}
}

func (t *podTable) write(w io.Writer, width int) { table.Write(w, width, t.header, t.rows) }

// node is a node's name, which on a cloud is as long as a sentence: on a narrow
// terminal the trouble needs the room more.
func node(name string, width int) string {
	if width > 0 {
		name = ansi.Truncate(name, max(width/5, 16), "…")
	}
	return report.OrDash(name)
}

// notes is the last column: trouble, or what a pod that is not good waits for.
func notes(t sts.PodProgress) string {
	if t.Good() {
		return ""
	}
	return report.Clean(t.Says())
}

// How much of a pod's trouble is told in a table: names are cut for the words
// that are the most frequent, whole, and columns that say less go for some more.
const (
	enoughTold = len("running, not Ready")
	wellTold   = 40
)

// getOn gets a table of pods onto a terminal that is too narrow for it, where
// names are long: the named columns go, in turn, and then the middle of names.
func (t *podTable) getOn(width int, names ...string) {
	longest := 0
	for _, row := range t.rows {
		longest = max(longest, ansi.StringWidth(row[len(row)-1].Text))
	}
	short := func(widths []int, told int) int {
		return table.LineWidth(widths) - widths[len(widths)-1] + max(len("TROUBLE"), min(told, longest)) - width
	}
	t.shortenImages(width, min(wellTold, longest))
	for _, name := range names {
		if short(table.Widths(t.header, t.rows), wellTold) <= 0 {
			return
		}
		t.drop(column(t.header, name))
	}
	widths, least := table.Widths(t.header, t.rows), table.Widths(t.header, t.rows)
	image := column(t.header, imageColumn)
	least[0] = min(least[0], table.Shortest)
	if image >= 0 {
		least[image] = min(least[image], knownImage)
	}
	most := table.Share(widths, least, short(widths, enoughTold))
	for _, row := range t.rows {
		row[0].Text = report.Shorten(row[0].Text, most[0])
		if image >= 0 {
			row[image].Text = report.FitImages(row[image].Text, most[image])
		}
	}
}
