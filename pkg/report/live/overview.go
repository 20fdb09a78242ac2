package live

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/lipgloss"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/table"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/verdict"
)

// overview is a row for each set, those first left out that are done.
func (s *Screen) overview(now time.Time, room int) []string {
	blocks := slices.Clone(s.blocks)
	hidden := ""
	if len(blocks)+1 > room {
		slices.SortStableFunc(blocks, func(a, b *block) int { return urgency(a) - urgency(b) })
		n := max(room-2, 1)
		hidden = fmt.Sprintf("… %s more", sts.Count(len(blocks)-n, "set"))
		blocks = blocks[:n]
	}
	var rows [][]table.Cell
	for _, b := range blocks {
		look, state := s.state(b, now)
		good := "-"
		if b.snapshot.Exists() {
			p := verdict.Settled{}.Check(b.snapshot, now)
			good = fmt.Sprintf("%d/%d", p.Good, p.Want)
		}
		rows = append(rows, []table.Cell{{Text: b.name()}, {Text: good}, {Text: state, Style: &look, Reason: report.Clean(b.trouble())}})
	}
	var out bytes.Buffer
	table.Write(&out, s.width, []string{"STATEFULSET", "GOOD", "STATE"}, rows)
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if hidden != "" {
		lines = append(lines, s.style.Dim.Render(hidden))
	}
	return lines
}

// urgency puts what is in trouble before what is on its way, and that before
// what is over.
func urgency(b *block) int {
	switch {
	case b.outcome == nil:
		return 1
	case b.outcome.Result == engine.Done:
		return 3
	case b.outcome.Result == engine.Held:
		return 2
	}
	return 0
}

// trouble is the reason of what the set is in trouble with, "" for none.
func (b *block) trouble() string {
	switch {
	case b.outcome == nil:
		return b.reason
	case b.outcome.Trouble != nil:
		return b.outcome.Trouble.Reason
	}
	return b.outcome.Reason
}

// state is what there is to say about a set in one line.
func (s *Screen) state(b *block, now time.Time) (lipgloss.Style, string) {
	if o := b.outcome; o != nil {
		return s.style.Verdict(o.Result), string(o.Result) + ": " + report.Clean(o.Message)
	}
	words := ""
	if b.snapshot.Exists() {
		if left, ok := verdict.Left(b.snapshot, verdict.Settled{}.Check(b.snapshot, now), now); ok {
			words = leftWords(left)
		}
	}
	if b.waits != "" {
		words = strings.TrimPrefix(words+", waiting for "+b.waits, ", ")
	}
	return s.style.Warn, words
}
