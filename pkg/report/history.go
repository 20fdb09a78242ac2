package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/history"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// History is all that the history of one set shows.
type History struct {
	Snapshot  sts.Snapshot
	Revisions []history.Revision
	Command   hint.Caller // how the user calls the plugin
	Now       time.Time
}

// PrintHistory prints a row for each revision.
func PrintHistory(w io.Writer, mode term.ColorMode, format Format, h History) {
	if format != Human {
		writeObject(w, format, h.view())
		return
	}
	style := newStyles(w, mode)
	width := term.Width(w)
	header := []string{"REVISION", "NAME", "AGE", "PODS", "ROLE", "IMAGES", "CHANGE-CAUSE"}
	const name, images, cause = 1, 5, 6
	var rows [][]cell
	for i := range h.Revisions {
		rows = append(rows, h.row(style, &h.Revisions[i]))
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

func (h History) row(style styles, r *history.Revision) []cell {
	number, age := "-", "-"
	if !r.Gone {
		number, age = fmt.Sprint(r.Number), duration.HumanDuration(h.Now.Sub(r.Created))
	}
	return []cell{
		{text: number},
		{text: Clean(r.Name)},
		{text: age},
		{text: fmt.Sprint(len(r.Pods))},
		style.roles(r.Roles),
		{text: dash(imageList(r.Images))},
		{text: orNone(Clean(r.ChangeCause))},
	}
}

// roles is what a revision is to its set, in the colour of the last role, for
// trouble comes last. One that is stable and update at once is as good as stable.
func (s styles) roles(roles []history.Role) cell {
	if len(roles) == 0 {
		return cell{text: dash("")}
	}
	words := make([]string, len(roles))
	for i, role := range roles {
		words[i] = string(role)
	}
	look := s.good
	switch {
	case slices.Contains(roles, history.Broken):
		look = s.bad
	case !slices.Contains(roles, history.Stable):
		look = s.warn
	}
	return cell{strings.Join(words, ","), &look}
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

// keepEnd cuts the start off: the end of a revision's name is its hash, which
// is as good as the name.
func keepEnd(text string, width int) string {
	if over := ansi.StringWidth(text) - width; over > 0 {
		return ansi.TruncateLeft(text, over+1, "…")
	}
	return text
}

// shortDigests leaves of each image's digest what is enough to tell it.
func shortDigests(list string) string {
	const digest, enough = "@sha256:", 8
	images := strings.Split(list, ",")
	for i, image := range images {
		if name, sum, ok := strings.Cut(image, digest); ok && len(sum) > enough {
			images[i] = name + "@" + sum[:enough] + "…"
		}
	}
	return strings.Join(images, ",")
}

// fitImages makes a list of images narrower: registries go first, and then its
// start, for the end of an image tells it from its neighbours.
func fitImages(list string, width int) string {
	if ansi.StringWidth(list) <= width {
		return list
	}
	images := strings.Split(list, ",")
	for i, image := range images {
		if slash := strings.LastIndex(image, "/"); slash >= 0 {
			images[i] = "…" + image[slash:]
		}
	}
	return keepEnd(strings.Join(images, ","), width)
}
