package text

import (
	"bufio"
	"io"
	"iter"
	"slices"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/table"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// reasonRoom is how much of a reason is shown on any terminal.
const reasonRoom = 40

// field is a column of the table of claims. Of its cells it has only the
// widest: that is enough to see how wide it gets.
type field struct {
	table.Column
	of func(*claims.Verdict) (string, *lipgloss.Style)
}

// printTable goes over the claims twice, once for the widths and once for the rows:
// there may be far more cells than memory should hold at once.
func printTable(w io.Writer, mode term.ColorMode, l report.Claims, wide bool) {
	fields, width := fieldsOf(l, report.NewStyles(w, mode), wide), term.Width(w)
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
		header[i], widths[i] = f.Header, f.Width()
	}
	out := bufio.NewWriter(w)
	table.WriteRows(out, width, widths, header, rowsOf(l, fields, widths))
	_ = out.Flush()
}

// measure finds the widest cell of each column. It reports whether there is
// any claim to show.
func measure(l report.Claims, fields []field) bool {
	some, most := false, make([]int, len(fields))
	for v := range l.Shown() {
		some = true
		for i := range fields {
			text, style := fields[i].of(&v)
			text = report.Clean(text)
			if width := ansi.StringWidth(text); width > most[i] {
				most[i], fields[i].Cells = width, []table.Cell{{Text: text, Style: style}}
			}
		}
	}
	return some
}

// fitFields leaves out and cuts columns where the terminal is narrow. What is
// cut is the widest cell, which the fields share with the columns.
func fitFields(fields []field, width int) []field {
	columns := make([]table.Column, len(fields))
	for i, f := range fields {
		columns[i] = f.Column
	}
	// The reason is what decides: other columns go before it is cut much.
	whole := min(columns[len(columns)-1].Width(), reasonRoom)
	columns = table.LeaveOut(columns, width, whole, func(c table.Column) bool { return c.Spare > 0 })
	columns = table.Fit(columns, width)
	return slices.DeleteFunc(fields, func(f field) bool {
		return !slices.ContainsFunc(columns, func(c table.Column) bool { return c.Header == f.Header })
	})
}

// rowsOf are the cells of one claim after the other. All but the last are cut to
// these widths.
func rowsOf(l report.Claims, fields []field, widths []int) iter.Seq[[]table.Cell] {
	return func(yield func([]table.Cell) bool) {
		row := make([]table.Cell, len(fields))
		for v := range l.Shown() {
			for i := range fields {
				text, style := fields[i].of(&v)
				text = report.Clean(text)
				if i < len(fields)-1 && len(text) > widths[i] {
					text = report.Shorten(text, widths[i])
				}
				row[i] = table.Cell{Text: text, Style: style}
			}
			if !yield(row) {
				return
			}
		}
	}
}

// fieldsOf are the columns, in their order.
func fieldsOf(l report.Claims, style report.Styles, wide bool) []field {
	plain := func(text func(*claims.Verdict) string) func(*claims.Verdict) (string, *lipgloss.Style) {
		return func(v *claims.Verdict) (string, *lipgloss.Style) { return text(v), nil }
	}
	column := func(c table.Column, text func(*claims.Verdict) string) field { return field{c, plain(text)} }
	var out []field
	if l.ShowKept {
		out = append(out, field{table.Column{Header: "VERDICT", Keep: true}, func(v *claims.Verdict) (string, *lipgloss.Style) {
			if v.Delete {
				return "delete", &style.Warn
			}
			return "keep", &style.Good
		}})
	}
	if l.AllNamespaces {
		out = append(out, column(table.Column{Header: "NAMESPACE", Least: 9, Keep: true},
			func(v *claims.Verdict) string { return v.Claim.Namespace }))
	}
	out = append(out,
		column(table.Column{Header: "CLAIM", Least: 16, Keep: true}, func(v *claims.Verdict) string { return v.Claim.Name }),
		column(table.Column{Header: "SET", Spare: 6}, func(v *claims.Verdict) string { return report.OrDash(v.Set) }),
		column(table.Column{Header: "ORDINAL", Spare: 5}, ordinalOf),
		column(table.Column{Header: "SIZE", Spare: 1}, func(v *claims.Verdict) string { return v.Claim.Size }),
		column(table.Column{Header: "CLASS", Spare: 7}, func(v *claims.Verdict) string { return report.OrDash(v.Claim.Class) }),
		column(table.Column{Header: "AGE", Spare: 2},
			func(v *claims.Verdict) string { return duration.HumanDuration(l.Now.Sub(v.Claim.Created)) }),
		column(table.Column{Header: "IDLE", Spare: 3}, func(v *claims.Verdict) string { return idle(v.Claim, l.Now) }),
		column(table.Column{Header: "VOLUME", Spare: 8}, func(v *claims.Verdict) string { return report.OrDash(v.Claim.Volume) }),
		field{table.Column{Header: "RECLAIM", Keep: true}, func(v *claims.Verdict) (string, *lipgloss.Style) {
			words, dies := reclaimWords(&style, &v.Claim)
			if !v.Delete {
				dies = nil // nothing happens to it
			}
			return words, dies
		}},
	)
	if wide {
		out = append(out, column(table.Column{Header: "UID"}, func(v *claims.Verdict) string { return string(v.Claim.UID) }))
	}
	return append(out, column(table.Column{Header: "REASON", Keep: true}, func(v *claims.Verdict) string { return v.Reason }))
}
