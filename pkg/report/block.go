package report

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/verdict"
)

// block is one set on the screen.
type block struct {
	set      setName
	context  string // what the user calls the cluster
	snapshot sts.Snapshot
	waits    string    // what it waits for
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
		return fmt.Sprintf("waiting for %s: %s left", b.waits, max(0, round(b.until.Sub(now))))
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
	st := Status{Snapshot: b.snapshot, Ops: operation.Find(b.snapshot), Now: now, Context: b.context, Ended: s.Ended}
	head := st.head(s.width)
	foot := s.foot(b, now)
	const fewest = 4 // rows, before the head has to go
	if room-len(head)-len(foot)-3 < fewest {
		head = nil
	} else {
		head, foot = append(head, ""), append([]string{""}, foot...)
	}
	lines := slices.Concat(head, s.pods(st, room-len(head)-len(foot)-1), foot)
	return lines[max(0, len(lines)-room):]
}

// pods are the rows of the pods, those first left out that need nobody's
// attention.
func (s *Screen) pods(st Status, room int) []string {
	all := st.view().Pods
	shown, hidden := choose(all, max(room, 1))
	table := st.podTable(s.style, shown, s.width+1)
	for i, p := range shown {
		if cells := table.rows[i]; p.State == string(sts.StateOld) && p.Reason == "" {
			cells[len(cells)-1].text = oldWords(st.Snapshot, *p.Ordinal)
		}
	}
	table.fit(s.width, "NODE", "ZONE", "AGE", "RESTARTS")
	table.getOn(s.width)
	var out bytes.Buffer
	table.write(&out, s.width)
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if hidden != "" {
		lines = append(lines, s.style.dim.Render("… "+hidden))
	}
	return lines
}

// oldWords says in few words what happens to a pod on another revision than
// wanted.
func oldWords(s sts.Snapshot, ordinal int) string {
	switch {
	case s.Strategy() == appsv1.OnDeleteStatefulSetStrategyType:
		return "to be deleted"
	case s.Gated(ordinal):
		return "not taken back" // a partition that goes up does not do it
	}
	return "to be replaced"
}

// rank orders pods by how much they need to be looked at.
func rank(p *podView) int {
	switch {
	case p.Reason != "":
		return 0
	case p.State == string(sts.StateAvailable):
		return rankGood
	case p.State == string(sts.StateOld):
		return 2
	}
	return 1
}

// choose picks the pods that there is room for, and says what the others are.
// Of equal ones it takes those that the rollout touches next or last.
func choose(all []podView, room int) (shown []podView, hidden string) {
	if len(all) <= room {
		return all, ""
	}
	// Pointers, because sorting is compiled once for all of these.
	byNeed := make([]*podView, len(all))
	for i := range all {
		byNeed[i] = &all[i]
	}
	slices.SortStableFunc(byNeed, func(a, b *podView) int {
		if ra, rb := rank(a), rank(b); ra != rb {
			return ra - rb
		}
		if rank(a) == rankGood {
			return latest(b).Compare(latest(a))
		}
		return *b.Ordinal - *a.Ordinal
	})
	left := map[int]int{}
	for _, p := range byNeed[room-1:] {
		left[rank(p)]++
	}
	chosen := byNeed[:room-1]
	slices.SortStableFunc(chosen, func(a, b *podView) int { return *a.Ordinal - *b.Ordinal })
	for _, p := range chosen {
		shown = append(shown, *p)
	}
	return shown, hiddenWords(left)
}

// rankGood is the rank of pods that are where they should be.
const rankGood = 3

func latest(p *podView) time.Time {
	if p.Created == nil {
		return time.Time{}
	}
	return *p.Created
}

func hiddenWords(left map[int]int) string {
	var parts []string
	for r, words := range []string{"in trouble", "on the way", "on another revision than wanted", "Available"} {
		if left[r] > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", sts.Count(left[r], "pod"), words))
		}
	}
	return strings.Join(parts, ", ")
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
	lines := []string{s.style.bold.Render(progressWords(b.snapshot, p, now))}
	if b.waits != "" {
		lines = append(lines, strings.Split(wrap(b.waitWords(now), s.width, "  "), "\n")...)
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
