package live

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/status"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/verdict"
)

// block is one set on the screen.
type block struct {
	set      report.Subject
	context  string // what the user calls the cluster
	snapshot sts.Snapshot
	waits    string    // what it waits for
	reason   string    // of the trouble that this tells of, empty for none
	since    time.Time // and since when
	until    time.Time // when that ends by itself, zero where nobody knows
	halts    time.Time // when it ends the watch, zero for never
	title    string    // what it is called among several, empty for its name
	outcome  *engine.Outcome
	ended    time.Time
}

func (b *block) name() string { return cmp.Or(b.title, b.set.Name) }

// waitWords say what is waited for, for how long, and how that ends.
func (b *block) waitWords(now time.Time) string {
	if !b.until.IsZero() {
		return fmt.Sprintf("waiting for %s: %s left", b.waits, max(0, report.Round(b.until.Sub(now))))
	}
	words := fmt.Sprintf("waiting %s for %s", duration.HumanDuration(now.Sub(b.since)), b.waits)
	if !b.halts.IsZero() {
		words += fmt.Sprintf("; ends in %s unless that moves", duration.HumanDuration(max(0, b.halts.Sub(now))))
	}
	return words
}

// block draws one set in at most so many lines: what it is, its pods, and how
// far it is.
func (s *Screen) block(b *block, now time.Time, room int) []string {
	if !b.snapshot.Exists() {
		return []string{"StatefulSet " + b.set.Name}
	}
	ops := operation.Find(b.snapshot)
	ops.Ended = s.Ended
	st := report.Status{Snapshot: b.snapshot, Ops: ops, Now: now, Context: b.context}
	head := status.Head(st, s.width)
	foot := s.foot(b, now)
	const fewest = 4 // rows, before the head has to go
	if room-len(head)-len(foot)-3 < fewest {
		head = nil
	} else {
		head, foot = append(head, ""), append([]string{""}, foot...)
	}
	lines := slices.Concat(head, status.Rows(st, s.style, s.width, room-len(head)-len(foot)-1), foot)
	return lines[max(0, len(lines)-room):]
}

// foot is how far the set is, what it waits for and for how long.
func (s *Screen) foot(b *block, now time.Time) []string {
	if b.outcome != nil && (s.closing || len(s.blocks) == 1) {
		return nil // the ending says it
	}
	if b.outcome != nil {
		look, words := s.state(b, now)
		return []string{look.Render(words)}
	}
	p := verdict.Settled{}.Check(b.snapshot, now)
	lines := []string{s.style.Bold.Render(progressWords(b.snapshot, p, now))}
	if b.waits != "" {
		lines = append(lines, strings.Split(report.WrapIndent(b.waitWords(now), s.width, "  "), "\n")...)
	}
	return lines
}

// progressWords says how far a set is, and how long it may still take.
func progressWords(s sts.Snapshot, p plan.Progress, now time.Time) string {
	words := fmt.Sprintf("%d/%d pods updated and available", p.Good, p.Want)
	if left, ok := verdict.Left(s, p, now); ok {
		words += ", " + leftWords(left)
	}
	return words
}

// leftWords rounds an estimate to what it is worth.
func leftWords(left time.Duration) string {
	switch {
	case left < 2*time.Second:
		return "almost there"
	case left < 10*time.Second:
		left = left.Round(time.Second)
	case left < 2*time.Minute:
		left = left.Round(5 * time.Second)
	default:
		left = left.Round(time.Minute)
	}
	return fmt.Sprintf("about %s left", duration.HumanDuration(left))
}
