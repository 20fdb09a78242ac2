package text

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-sts/kubectl-sts/pkg/history"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/table"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// PrintHistory prints a row for each revision.
func PrintHistory(w io.Writer, mode term.ColorMode, h report.History) {
	style := report.NewStyles(w, mode)
	width := term.Width(w)
	header := []string{"REVISION", "NAME", "AGE", "PODS", "ROLE", "IMAGES", "CHANGE-CAUSE"}
	const name, images, cause = 1, 5, 6
	var rows [][]table.Cell
	for i := range h.Revisions {
		rows = append(rows, historyRow(style, &h.Revisions[i], h.Now))
	}
	widths := table.Widths(header, rows)
	if width > 0 && table.LineWidth(widths) > width {
		for _, row := range rows {
			row[images].Text = report.ShortDigests(row[images].Text)
		}
		widths = table.Widths(header, rows)
		squeeze(widths, table.LineWidth(widths)-width,
			narrowing{cause, 20}, narrowing{images, 20}, narrowing{name, 11}, narrowing{cause, 8}, narrowing{images, 8})
	}
	for _, row := range rows {
		row[name].Text = report.KeepEnd(row[name].Text, widths[name])
		row[images].Text = report.FitImages(row[images].Text, widths[images])
	}
	table.Write(w, width, header, rows)
}

func historyRow(style report.Styles, r *history.Revision, now time.Time) []table.Cell {
	number, age := "-", "-"
	if !r.Gone {
		number, age = fmt.Sprint(r.Number), duration.HumanDuration(now.Sub(r.Created))
	}
	return []table.Cell{
		{Text: number},
		{Text: report.Clean(r.Name)},
		{Text: age},
		{Text: fmt.Sprint(len(r.Pods))},
		rolesCell(style, r.Roles),
		{Text: report.OrDash(imageList(r.Images))},
		{Text: orNone(report.Clean(r.ChangeCause))},
	}
}

// rolesCell is what a revision is to its set, in the colour of the last role, for
// trouble comes last. One that is stable and update at once is as good as stable.
func rolesCell(style report.Styles, roles []history.Role) table.Cell {
	if len(roles) == 0 {
		return table.Cell{Text: report.OrDash("")}
	}
	words := make([]string, len(roles))
	for i, role := range roles {
		words[i] = string(role)
	}
	look := style.Good
	switch {
	case slices.Contains(roles, history.Broken):
		look = style.Bad
	case !slices.Contains(roles, history.Stable):
		look = style.Warn
	}
	return table.Cell{Text: strings.Join(words, ","), Style: &look}
}

// orNone is what kubectl rollout history shows.
func orNone(cause string) string {
	if cause == "" {
		return "<none>"
	}
	return cause
}

func imageList(images []podtemplate.ContainerImage) string {
	var out []string
	for _, image := range images {
		out = append(out, report.Clean(image.Image))
	}
	return strings.Join(out, ",")
}

// narrowing is a column that may get narrower, and how far.
type narrowing struct{ column, least int }

// squeeze takes what a line has too much away from columns, in this order.
func squeeze(widths []int, over int, columns ...narrowing) {
	for _, c := range columns {
		cut := max(0, min(over, widths[c.column]-c.least))
		widths[c.column] -= cut
		over -= cut
	}
}
