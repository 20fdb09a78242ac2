package report

import (
	"fmt"
	"io"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// printOrdinals shows what happens to each ordinal's claims. What happens comes
// before what it happens to: a narrow terminal cuts the end.
func printOrdinals(w io.Writer, mode term.ColorMode, all []plan.Ordinal, now time.Time) {
	if !slices.ContainsFunc(all, func(o plan.Ordinal) bool { return len(o.Claims) > 0 }) {
		return
	}
	style := newStyles(w, mode)
	var rows [][]cell
	for _, o := range all {
		pod := o.Pod
		for i := range o.Claims {
			rows = append(rows, claimRow(style, pod, &o.Claims[i], now))
			pod = "" // once is enough
		}
		if len(o.Claims) == 0 {
			rows = append(rows, []cell{{text: pod}, {text: "-"}, {text: "no claim"}, {}, {}, {}, {}, {}})
		}
	}
	header := []string{"POD", "CLAIM", "WHAT HAPPENS", "SIZE", "AGE", "IDLE", "CLASS", "RECLAIM"}
	width := term.Width(w)
	header, rows = columns(header, rows, func(i int) bool {
		return slices.ContainsFunc(rows, func(row []cell) bool { return row[i].text != "" })
	})
	// What happens says already whether the data dies; the rest is for a wide terminal.
	spare := []string{"CLASS", "AGE", "IDLE", "SIZE", "RECLAIM"}
	if !slices.ContainsFunc(all, func(o plan.Ordinal) bool { return len(o.Claims) == 0 }) {
		spare = append(spare, "POD") // a claim's name ends in the pod's
	}
	for _, name := range spare {
		if width > 0 && lineWidth(columnWidths(header, rows)) > width {
			header, rows = columns(header, rows, func(i int) bool { return header[i] != name })
		}
	}
	shortenNames(header, rows, width)
	writeTable(w, width, header, rows)
}

// shortenNames cuts the middle of names where they would break the lines.
func shortenNames(header []string, rows [][]cell, width int) {
	if width <= 0 {
		return
	}
	widths := columnWidths(header, rows)
	last := len(widths) - 1
	widths[last] = min(widths[last], len("deleted for a new one, data lost")) // why may be cut
	least := slices.Clone(widths)
	for i, name := range header {
		if name == "POD" || name == "CLAIM" {
			least[i] = min(least[i], shortest)
		}
	}
	for i, most := range share(widths, least, lineWidth(widths)-width) {
		for _, row := range rows {
			row[i].text = shorten(row[i].text, most)
		}
	}
}

// columns picks some of a table's columns.
func columns(header []string, rows [][]cell, keep func(int) bool) ([]string, [][]cell) {
	var names []string
	out := make([][]cell, len(rows))
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

func claimRow(style styles, pod string, c *plan.ClaimFate, now time.Time) []cell {
	look := &style.good
	switch {
	case c.DataDies():
		look = &style.bad
	case c.Fate != plan.FateKept && c.Fate != plan.FateNew:
		look = &style.warn
	}
	return []cell{
		{text: pod},
		{text: c.Claim.Name},
		{text: Clean(fateWords(*c)), style: look},
		{text: claimSize(*c)},
		{text: ageOf(c.Claim.Created, now)},
		{text: ageOf(c.Claim.UnusedSince, now)},
		{text: Clean(c.Claim.Class)},
		{text: string(c.Claim.Reclaim)},
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
		plan.FateReplaced: "deleted for a new one", plan.FateGoing: "being deleted already", plan.FateNew: "new",
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
