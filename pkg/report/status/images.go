package status

import (
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/table"
)

// imageColumn is the header of the column of images.
const imageColumn = "IMAGE"

const (
	// knownImage is how much of an image is enough to tell it: the end of its name,
	// and its tag.
	knownImage = 14
	// wantedImage is how much of one is worth more than what a pod's node says.
	wantedImage = 30
)

// imageWords say in the head of a status what happens to images, in a line of this width at
// most, 0 for any. Of images that are too long the beginnings go, which are the same
// before and after.
func (st shown) imageWords(width int) string {
	changes := st.Images()
	if len(changes) == 0 {
		return ""
	}
	if c := changes[0]; c.From == c.To {
		to := st.Snapshot.RevisionImages(st.Snapshot.UpdateRevision())
		return report.FitImages(report.Clean(st.Snapshot.Focus(st.Stable(), st.Snapshot.UpdateRevision()).Words(to)), anyWidth(width))
	}
	words := report.Clean(podtemplate.ImageLine(changes))
	if width <= 0 || ansi.StringWidth(words) <= width {
		return words
	}
	short := slices.Clone(changes)
	for i := range short {
		short[i].From, short[i].To = lastPart(short[i].From), lastPart(short[i].To)
	}
	return report.KeepEnd(report.Clean(podtemplate.ImageLine(short)), width)
}

func anyWidth(width int) int {
	if width <= 0 {
		return 1 << 16
	}
	return width
}

// lastPart is an image without its registry, and enough of its digest.
func lastPart(image string) string {
	image = report.ShortDigests(image)
	if slash := strings.LastIndex(image, "/"); slash >= 0 {
		return "…" + image[slash:]
	}
	return image
}

// shortenImages takes the registries off the images of a table that has no room for
// them. More goes only when nothing else is left to go.
func (t *podTable) shortenImages(width, told int) {
	i := column(t.header, imageColumn)
	if i < 0 || width <= 0 {
		return
	}
	widths := table.Widths(t.header, t.rows)
	if over := table.LineWidth(widths) - widths[len(widths)-1] + told - width; over <= 0 {
		return
	}
	for _, row := range t.rows {
		row[i].Text = report.FitImages(report.ShortDigests(row[i].Text), wantedImage)
	}
}
