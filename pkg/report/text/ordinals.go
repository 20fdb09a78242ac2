package text

import (
	"fmt"
	"io"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/table"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// printOrdinals shows what happens to each ordinal's claims. What happens comes
// before what it happens to: a narrow terminal cuts the end.
func printOrdinals(w io.Writer, mode term.ColorMode, all []plan.Ordinal, now time.Time) {
	if !slices.ContainsFunc(all, func(o plan.Ordinal) bool { return len(o.Claims) > 0 }) {
		return
	}
	style := report.NewStyles(w, mode)
	var rows [][]table.Cell
	for _, o := range all {
		pod := o.Pod
		for i := range o.Claims {
			rows = append(rows, claimRow(style, pod, &o.Claims[i], now))
			pod = "" // once is enough
		}
		if len(o.Claims) == 0 {
			rows = append(rows, []table.Cell{{Text: pod}, {Text: "-"}, {Text: "no claim"}, {}, {}, {}, {}, {}})
		}
	}
	header := []string{"POD", "CLAIM", "WHAT HAPPENS", "SIZE", "AGE", "IDLE", "CLASS", "RECLAIM"}
	width := term.Width(w)
	header, rows = columns(header, rows, func(i int) bool {
		return slices.ContainsFunc(rows, func(row []table.Cell) bool { return row[i].Text != "" })
	})
	// What happens says already whether the data dies; the rest is for a wide terminal.
	spare := []string{"CLASS", "AGE", "IDLE", "SIZE", "RECLAIM"}
	if !slices.ContainsFunc(all, func(o plan.Ordinal) bool { return len(o.Claims) == 0 }) {
		spare = append(spare, "POD") // a claim's name ends in the pod's
	}
	for _, name := range spare {
		if width > 0 && table.LineWidth(table.Widths(header, rows)) > width {
			header, rows = columns(header, rows, func(i int) bool { return header[i] != name })
		}
	}
	shortenNames(header, rows, width)
	table.Write(w, width, header, rows)
}

// shortenNames cuts the middle of names where they would break the lines.
func shortenNames(header []string, rows [][]table.Cell, width int) {
	if width <= 0 {
		return
	}
	widths := table.Widths(header, rows)
	last := len(widths) - 1
	widths[last] = min(widths[last], len("deleted for a new one, data lost")) // why may be cut
	least := slices.Clone(widths)
	for i, name := range header {
		if name == "POD" || name == "CLAIM" {
			least[i] = min(least[i], table.Shortest)
		}
	}
	for i, most := range table.Share(widths, least, table.LineWidth(widths)-width) {
		for _, row := range rows {
			row[i].Text = report.Shorten(row[i].Text, most)
		}
	}
}

// columns picks some of a table's columns.
func columns(header []string, rows [][]table.Cell, keep func(int) bool) ([]string, [][]table.Cell) {
	var names []string
	out := make([][]table.Cell, len(rows))
	for i, name := range header {
		if !keep(i) {
			continue
		}
		names = append(names, name)
		for j, row := range rows {
			out[j] = append(out[j], row[i])
		}
	}
	return names, out
}

func claimRow(style report.Styles, pod string, c *plan.ClaimFate, now time.Time) []table.Cell {
	look := &style.Good
	switch {
	case c.DataDies():
		look = &style.Bad
	case c.Fate != plan.FateKept && c.Fate != plan.FateNew:
		look = &style.Warn
	}
	return []table.Cell{
		{Text: pod},
		{Text: c.Claim.Name},
		{Text: report.Clean(fateWords(*c)), Style: look},
		{Text: report.ClaimSize(*c)},
		{Text: ageOf(c.Claim.Created, now)},
		{Text: ageOf(c.Claim.UnusedSince, now)},
		{Text: report.Clean(c.Claim.Class)},
		{Text: string(c.Claim.Reclaim)},
	}
}

func ageOf(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	return duration.HumanDuration(now.Sub(t))
}

// fateWords are what happens to a claim, and to its data.
func fateWords(c plan.ClaimFate) string {
	words := map[plan.Fate]string{
		plan.FateKept: "kept", plan.FateDeleted: "deleted", plan.FateByPolicy: "policy deletes it",
		plan.FateRetained: "deleted, volume stays", plan.FateReused: "reused, with its data",
		plan.FateReplaced: "deleted for a new one", plan.FateRenewed: "deleted for a new one",
		plan.FateGoing: "being deleted already", plan.FateNew: "new",
	}[c.Fate]
	switch {
	case c.Fate == plan.FateRetained, !c.Fate.Deletes():
	case c.Claim.Volume == "":
		words += ", was not bound"
	case !c.DataDies():
		words += ", volume stays"
	case c.Claim.Reclaim == corev1.PersistentVolumeReclaimDelete:
		words += ", data lost"
	default:
		words += ", data may be lost"
	}
	if c.Why != "" {
		words += fmt.Sprintf(" (%s)", c.Why)
	}
	return words
}
