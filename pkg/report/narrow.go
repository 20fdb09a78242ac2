package report

import (
	"fmt"
	"io"
	"regexp"
	"slices"

	"github.com/charmbracelet/x/ansi"

	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// shorten cuts a name in its middle. Names that stand below each other differ at
// their ends: an ordinal, a colour, a region.
func shorten(name string, width int) string { return cut(name, width, (width-1)/2) }

// brief cuts a sentence. Of trouble it keeps the reason and the end, where the
// name of an image or the cause often stands; of any other the beginning.
func brief(text string, width int) string {
	at := reason.FindStringIndex(text)
	if at == nil {
		return ansi.Truncate(text, max(width, 0), "…")
	}
	tail := width - 1 - ansi.StringWidth(text[:at[1]])
	if tail < fewWords {
		return ansi.Truncate(text, max(width, 0), "…")
	}
	return cut(text, width, tail)
}

// reason is what Kubernetes calls it, before the words about it: "web-4: nginx:
// ImagePullBackOff: not found".
var reason = regexp.MustCompile(`(?:^|: )[A-Z][A-Za-z]+: `)

// fewWords is about what two or three words take.
const fewWords = 12

// cut cuts text that is wider than this before the last so many columns.
func cut(text string, width, tail int) string {
	wide := ansi.StringWidth(text)
	if wide <= width {
		return text
	}
	end := ansi.TruncateLeft(text, wide-tail, "")
	for over := 1; ansi.StringWidth(end) > tail; over++ { // a wide character in the way of the cut is kept
		end = ansi.TruncateLeft(text, wide-tail+over, "")
	}
	return ansi.Truncate(text, max(width-1-tail, 0), "") + "…" + end
}

// share says how wide columns may be that have so much less room than they
// want: the widest gives first, and none more than down to its least.
func share(widths, least []int, short int) []int {
	out := slices.Clone(widths)
	for ; short > 0; short-- {
		widest := -1
		for i, few := range least {
			if out[i] > few && (widest < 0 || out[i] > out[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		out[widest]--
	}
	return out
}

// shortest is how far a name may be cut to get a table onto a terminal.
const shortest = 10

// How much of a pod's trouble is told in a table: names are cut for the words
// that are the most frequent, whole, and columns that say less go for some more.
const (
	enoughTold = len("running, not Ready")
	wellTold   = 40
)

// getOn gets a table of pods onto a terminal that is too narrow for it, where
// names are long: the named columns go, in turn, and then the middle of names.
func (t *table) getOn(width int, names ...string) {
	longest := 0
	for _, row := range t.rows {
		longest = max(longest, ansi.StringWidth(row[len(row)-1].text))
	}
	short := func(widths []int, told int) int {
		return lineWidth(widths) - widths[len(widths)-1] + max(len("TROUBLE"), min(told, longest)) - width
	}
	t.shortenImages(width, min(wellTold, longest))
	for _, name := range names {
		if short(columnWidths(t.header, t.rows), wellTold) <= 0 {
			return
		}
		t.drop(column(t.header, name))
	}
	widths, least := columnWidths(t.header, t.rows), columnWidths(t.header, t.rows)
	image := column(t.header, imageColumn)
	least[0] = min(least[0], shortest)
	if image >= 0 {
		least[image] = min(least[image], knownImage)
	}
	most := share(widths, least, short(widths, enoughTold))
	for _, row := range t.rows {
		row[0].text = shorten(row[0].text, most[0])
		if image >= 0 {
			row[image].text = fitImages(row[image].text, most[image])
		}
	}
}

// Wrap breaks text of ours between words, so that no flag in it is torn.
func Wrap(text string, width int) string { return wrap(text, width, "") }

// Say writes a sentence, which is broken between words where the terminal ends.
func Say(w io.Writer, text string) { _, _ = fmt.Fprintln(w, Fold(w, text)) }

// Fold breaks a sentence so, for a question whose answer follows it.
func Fold(w io.Writer, text string) string { return wrap(Clean(text), term.Width(w), "") }
