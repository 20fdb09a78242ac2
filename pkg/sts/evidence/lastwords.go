package evidence

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

const (
	// MostLog is how many bytes of a log's end are looked at.
	MostLog = 16 << 10
	// mostLines is how many lines of it are kept, and mostLine how long one may be.
	mostLines, mostLine = 8, 400
)

// telling are the words of a line that says why a program ends. What follows it
// is often a trace of the stack, which says less.
var telling = regexp.MustCompile(
	`(?i)\b(fatal|panic|exception|error|err|failed|failure|cannot|can't|unable|denied|refused|invalid|no such)\b`)

// LastWords are what a container said last: the last few lines of its log that
// say anything. Where none of these says why, the last line before them that does
// comes first. They are harmless, and long ones are cut in their middle.
func LastWords(log string) []string {
	var all []string
	for line := range strings.Lines(log) {
		if line = sts.Clean(strings.ToValidUTF8(line, "\uFFFD")); line != "" {
			all = append(all, line)
		}
	}
	last := slices.Clone(all[max(0, len(all)-mostLines):])
	if before := all[:len(all)-len(last)]; !slices.ContainsFunc(last, telling.MatchString) {
		for _, line := range slices.Backward(before) {
			if telling.MatchString(line) {
				last[0] = line
				break
			}
		}
	}
	for i := range last {
		last[i] = CutMiddle(last[i], mostLine)
	}
	return last
}

// CutMiddle makes text no longer than so many bytes: what stands in the middle
// is left out, for the beginning says what it is about, and the end how it ends.
func CutMiddle(text string, most int) string {
	const left = " … "
	if len(text) <= most {
		return text
	}
	room := max(most-len(left), 0)
	head, tail := room*2/5, len(text)-(room-room*2/5)
	for !utf8.RuneStart(text[head]) {
		head--
	}
	for tail < len(text) && !utf8.RuneStart(text[tail]) {
		tail++
	}
	return text[:head] + left + text[tail:]
}
