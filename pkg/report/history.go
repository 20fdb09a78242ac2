package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-sts/kubectl-sts/pkg/history"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// PrintHistory prints a row for each revision.
func PrintHistory(w io.Writer, mode term.ColorMode, format Format, h History) {
	if format != Human {
		writeHistory(w, format, h)
		return
	}
	style := newStyles(w, mode)
	width := term.Width(w)
	header := []string{"REVISION", "NAME", "AGE", "PODS", "ROLE", "IMAGES", "CHANGE-CAUSE"}
	const name, images, cause = 1, 5, 6
	var rows [][]cell
	for i := range h.Revisions {
		rows = append(rows, historyRow(style, &h.Revisions[i], h.Now))
	}
	widths := columnWidths(header, rows)
	if width > 0 && lineWidth(widths) > width {
		for _, row := range rows {
			row[images].text = shortDigests(row[images].text)
		}
		widths = columnWidths(header, rows)
		squeeze(widths, lineWidth(widths)-width,
			narrowing{cause, 20}, narrowing{images, 20}, narrowing{name, 11}, narrowing{cause, 8}, narrowing{images, 8})
	}
	for _, row := range rows {
		row[name].text = keepEnd(row[name].text, widths[name])
		row[images].text = fitImages(row[images].text, widths[images])
	}
	writeTable(w, width, header, rows)
}

func historyRow(style styles, r *history.Revision, now time.Time) []cell {
	number, age := "-", "-"
	if !r.Gone {
		number, age = fmt.Sprint(r.Number), duration.HumanDuration(now.Sub(r.Created))
	}
	return []cell{
		{text: number},
		{text: Clean(r.Name)},
		{text: age},
		{text: fmt.Sprint(len(r.Pods))},
		rolesCell(style, r.Roles),
		{text: orDash(imageList(r.Images))},
		{text: orNone(Clean(r.ChangeCause))},
	}
}

// rolesCell is what a revision is to its set, in the colour of the last role, for
// trouble comes last. One that is stable and update at once is as good as stable.
func rolesCell(style styles, roles []history.Role) cell {
	if len(roles) == 0 {
		return cell{text: orDash("")}
	}
	words := make([]string, len(roles))
	for i, role := range roles {
		words[i] = string(role)
	}
	look := style.good
	switch {
	case slices.Contains(roles, history.Broken):
		look = style.bad
	case !slices.Contains(roles, history.Stable):
		look = style.warn
	}
	return cell{text: strings.Join(words, ","), style: &look}
}

// orNone is what kubectl rollout history shows.
func orNone(cause string) string {
	if cause == "" {
		return "<none>"
	}
	return cause
}

func imageList(images []sts.ContainerImage) string {
	var out []string
	for _, image := range images {
		out = append(out, Clean(image.Image))
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
