package status

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Rows are the rows of the pods for a terminal of this width, as many as there is
// room for: those are left out first that need nobody's attention.
func Rows(st report.Status, style report.Styles, width, room int) []string {
	chosen, hidden := choose(st.Pods(), max(room, 1))
	t := shown{st}.podTable(style, chosen, width+1)
	for i, p := range chosen {
		if cells := t.rows[i]; p.Progress.State == sts.StateOld && p.Progress.Trouble == nil {
			cells[len(cells)-1].Text = oldWords(st.Snapshot, p.Progress.Ordinal)
		}
	}
	t.fit(width, "NODE", "ZONE", "AGE", "RESTARTS")
	t.getOn(width)
	var out bytes.Buffer
	t.write(&out, width)
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if hidden != "" {
		lines = append(lines, style.Dim.Render("… "+hidden))
	}
	return lines
}

// oldWords says in few words what happens to a pod on another revision than
// wanted.
func oldWords(s sts.Snapshot, ordinal int) string {
	switch {
	case s.OnDelete():
		return "to be deleted"
	case s.Gated(ordinal):
		return "not taken back" // a partition that goes up does not do it
	}
	return "to be replaced"
}

// rank orders pods by how much they need to be looked at.
func rank(p *report.StatusPod) int {
	switch {
	case p.Progress.Trouble != nil:
		return 0
	case p.Progress.State == sts.StateAvailable:
		return rankGood
	case p.Progress.State == sts.StateOld:
		return 2
	}
	return 1
}

// choose picks the pods that there is room for, and says what the others are.
// Of equal ones it takes those that the rollout touches next or last.
func choose(all []report.StatusPod, room int) (shown []report.StatusPod, hidden string) {
	if len(all) <= room {
		return all, ""
	}
	// Pointers, because sorting is compiled once for all of these.
	byNeed := make([]*report.StatusPod, len(all))
	for i := range all {
		byNeed[i] = &all[i]
	}
	slices.SortStableFunc(byNeed, func(a, b *report.StatusPod) int {
		if ra, rb := rank(a), rank(b); ra != rb {
			return ra - rb
		}
		if rank(a) == rankGood {
			return b.Created.Compare(a.Created)
		}
		return b.Progress.Ordinal - a.Progress.Ordinal
	})
	left := map[int]int{}
	for _, p := range byNeed[room-1:] {
		left[rank(p)]++
	}
	chosen := byNeed[:room-1]
	slices.SortStableFunc(chosen, func(a, b *report.StatusPod) int { return a.Progress.Ordinal - b.Progress.Ordinal })
	for _, p := range chosen {
		shown = append(shown, *p)
	}
	return shown, hiddenWords(left)
}

// rankGood is the rank of pods that are where they should be.
const rankGood = 3

func hiddenWords(left map[int]int) string {
	var parts []string
	for r, words := range []string{"in trouble", "on the way", "on another revision than wanted", "Available"} {
		if left[r] > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", sts.Count(left[r], "pod"), words))
		}
	}
	return strings.Join(parts, ", ")
}
