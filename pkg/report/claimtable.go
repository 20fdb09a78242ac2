package report

import (
	"bufio"
	"io"
	"iter"
	"slices"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// reasonRoom is how much of a reason is shown on any terminal.
const reasonRoom = 40

// field is a column of the table of claims. Of its cells it has only the
// widest: that is enough to see how wide it gets.
type field struct {
	listColumn
	of func(claims.Verdict) (string, *lipgloss.Style)
}

// printTable goes over the claims twice, once for the widths and once for the rows:
// there may be far more cells than memory should hold at once.
func printTable(w io.Writer, mode term.ColorMode, l Claims, wide bool) {
	fields, width := fieldsOf(l, newStyles(w, mode), wide), term.Width(w)
	if wide {
		width = 0
	}
	if !measure(l, fields) {
		return
	}
	if width > 0 {
		fields = fitFields(fields, width)
	}
	header, widths := make([]string, len(fields)), make([]int, len(fields))
	for i, f := range fields {
		header[i], widths[i] = f.header, f.width()
	}
	out := bufio.NewWriter(w)
	writeRows(out, width, widths, header, rowsOf(l, fields, widths))
	_ = out.Flush()
}

// measure finds the widest cell of each column. It reports whether there is
// any claim to show.
func measure(l Claims, fields []field) bool {
	some, most := false, make([]int, len(fields))
	for v := range l.shown() {
		some = true
		for i := range fields {
			text, style := fields[i].of(v)
			text = Clean(text)
			if width := ansi.StringWidth(text); width > most[i] {
				most[i], fields[i].cells = width, []cell{{text: text, style: style}}
			}
		}
	}
	return some
}

// fitFields leaves out and cuts columns where the terminal is narrow. What is
// cut is the widest cell, which the fields share with the columns.
func fitFields(fields []field, width int) []field {
	columns := make([]listColumn, len(fields))
	for i, f := range fields {
		columns[i] = f.listColumn
	}
	// The reason is what decides: other columns go before it is cut much.
	whole := min(columns[len(columns)-1].width(), reasonRoom)
	columns = leaveOut(columns, width, whole, func(c listColumn) bool { return c.spare > 0 })
	columns = fit(columns, width)
	return slices.DeleteFunc(fields, func(f field) bool {
		return !slices.ContainsFunc(columns, func(c listColumn) bool { return c.header == f.header })
	})
}

// rowsOf are the cells of one claim after the other. All but the last are cut to
// these widths.
func rowsOf(l Claims, fields []field, widths []int) iter.Seq[[]cell] {
	return func(yield func([]cell) bool) {
		row := make([]cell, len(fields))
		for v := range l.shown() {
			for i := range fields {
				text, style := fields[i].of(v)
				text = Clean(text)
				if i < len(fields)-1 && len(text) > widths[i] {
					text = shorten(text, widths[i])
				}
				row[i] = cell{text: text, style: style}
			}
			if !yield(row) {
				return
			}
		}
	}
}

// fieldsOf are the columns, in their order.
func fieldsOf(l Claims, style styles, wide bool) []field {
	plain := func(text func(claims.Verdict) string) func(claims.Verdict) (string, *lipgloss.Style) {
		return func(v claims.Verdict) (string, *lipgloss.Style) { return text(v), nil }
	}
	column := func(c listColumn, text func(claims.Verdict) string) field { return field{c, plain(text)} }
	var out []field
	if l.ShowKept {
		out = append(out, field{listColumn{header: "VERDICT", keep: true}, func(v claims.Verdict) (string, *lipgloss.Style) {
			if v.Delete {
				return "delete", &style.warn
			}
			return "keep", &style.good
		}})
	}
	if l.AllNamespaces {
		out = append(out, column(listColumn{header: "NAMESPACE", least: 9, keep: true},
			func(v claims.Verdict) string { return v.Claim.Namespace }))
	}
	out = append(out,
		column(listColumn{header: "CLAIM", least: 16, keep: true}, func(v claims.Verdict) string { return v.Claim.Name }),
		column(listColumn{header: "SET", spare: 6}, func(v claims.Verdict) string { return orDash(v.Set) }),
		column(listColumn{header: "ORDINAL", spare: 5}, ordinalOf),
		column(listColumn{header: "SIZE", spare: 1}, func(v claims.Verdict) string { return v.Claim.Size }),
		column(listColumn{header: "CLASS", spare: 7}, func(v claims.Verdict) string { return orDash(v.Claim.Class) }),
		column(listColumn{header: "AGE", spare: 2},
			func(v claims.Verdict) string { return duration.HumanDuration(l.Now.Sub(v.Claim.Created)) }),
		column(listColumn{header: "IDLE", spare: 3}, func(v claims.Verdict) string { return idle(v.Claim, l.Now) }),
		column(listColumn{header: "VOLUME", spare: 8}, func(v claims.Verdict) string { return orDash(v.Claim.Volume) }),
		field{listColumn{header: "RECLAIM", keep: true}, func(v claims.Verdict) (string, *lipgloss.Style) {
			words, dies := reclaimWords(style, v.Claim)
			if !v.Delete {
				dies = nil // nothing happens to it
			}
			return words, dies
		}},
	)
	if wide {
		out = append(out, column(listColumn{header: "UID"}, func(v claims.Verdict) string { return string(v.Claim.UID) }))
	}
	return append(out, column(listColumn{header: "REASON", keep: true}, func(v claims.Verdict) string { return v.Reason }))
}
