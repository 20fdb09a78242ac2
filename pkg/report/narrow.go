package report

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Shorten cuts a name in its middle. Names that stand below each other differ at
// their ends: an ordinal, a colour, a region.
func Shorten(name string, width int) string { return cut(name, width, (width-1)/2) }

// Brief cuts a sentence. Where it tells of trouble with this reason it keeps that and
// the end, where the name of an image or the cause often stands; else the beginning.
func Brief(text, reason string, width int) string {
	if _, words, ok := strings.Cut(text, reason+": "); ok && reason != "" {
		before := text[:len(text)-len(words)]
		if tail := width - 1 - ansi.StringWidth(before); tail >= fewWords {
			return cut(text, width, tail)
		}
	}
	return ansi.Truncate(text, max(width, 0), "…")
}

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

// KeepEnd cuts the start off: the end of a revision's name is its hash, which
// is as good as the name.
func KeepEnd(text string, width int) string {
	if over := ansi.StringWidth(text) - width; over > 0 {
		return ansi.TruncateLeft(text, over+1, "…")
	}
	return text
}

// ShortDigests leaves of each image's digest what is enough to tell it.
func ShortDigests(list string) string {
	const digest, enough = "@sha256:", 8
	images := strings.Split(list, ",")
	for i, image := range images {
		if name, sum, ok := strings.Cut(image, digest); ok && len(sum) > enough {
			images[i] = name + "@" + sum[:enough] + "…"
		}
	}
	return strings.Join(images, ",")
}

// FitImages makes a list of images narrower: registries go first, and then its
// start, for the end of an image tells it from its neighbours.
func FitImages(list string, width int) string {
	if ansi.StringWidth(list) <= width {
		return list
	}
	images := strings.Split(list, ",")
	for i, image := range images {
		if slash := strings.LastIndex(image, "/"); slash >= 0 {
			images[i] = "…" + image[slash:]
		}
	}
	return KeepEnd(strings.Join(images, ","), width)
}
