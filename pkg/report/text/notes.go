package text

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/history"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// PrintHistoryNotes says what a person must know to read the table right.
func PrintHistoryNotes(w io.Writer, mode term.ColorMode, h report.History) {
	style := report.NewStyles(w, mode)
	width := term.Width(w)
	for i := range h.Revisions {
		if r := &h.Revisions[i]; len(r.Broken) > 0 {
			_, _ = fmt.Fprintln(w, report.Each(style.Bad, report.WrapIndent(report.Clean(brokenNote(r)), width, "")))
			if change := seeChange(h, r); change != "" {
				_, _ = fmt.Fprintln(w, "  "+change)
			}
		}
	}
	for _, note := range notesOf(h) {
		_, _ = fmt.Fprintln(w, report.WrapIndent(report.Clean("note: "+note), width, "      "))
	}
}

// brokenNote is the trouble of a revision's pods, in the words of the first.
func brokenNote(r *history.Revision) string {
	b := r.Broken[0]
	note := fmt.Sprintf("trouble: %s: %s: %s", report.RevisionName(*r), b.Pod, b.Trouble.String())
	if more := len(r.Broken) - 1; more > 0 {
		note += fmt.Sprintf(" (and %d more)", more)
	}
	return note
}

// seeChange is the command that shows what a broken revision has changed.
func seeChange(h report.History, broken *history.Revision) string {
	i := slices.IndexFunc(h.Revisions, func(r history.Revision) bool { return slices.Contains(r.Roles, history.Stable) })
	if i < 0 || h.Revisions[i].Gone || broken.Gone || h.Revisions[i].Name == broken.Name {
		return ""
	}
	both := fmt.Sprintf("%d,%d", h.Revisions[i].Number, broken.Number)
	return h.Caller.Render(hint.Plugin("see what changed", "history", h.Snapshot.Name(), "--diff", both))
}

// notesOf are what is odd about the revisions.
func notesOf(h report.History) []string {
	var out []string
	var reused []string
	for i := range h.Revisions {
		r := &h.Revisions[i]
		switch {
		case r.Gone:
			out = append(out, fmt.Sprintf("%s is gone, and its template with it: nothing can go back to it", report.RevisionName(*r)))
		case r.Unreadable != nil:
			out = append(out, r.Unreadable.Error())
		case r.Reused:
			reused = append(reused, fmt.Sprint(r.Number))
		}
	}
	switch n := missing(h); {
	case len(reused) == 1:
		out = append(out, fmt.Sprintf("revision %s is older than its number: its template was used again, which gave it a new number. "+
			"A number may move like that, a name stays.", reused[0]))
	case len(reused) > 1:
		out = append(out, fmt.Sprintf("revisions %s are older than their numbers: their templates were used again, which gave them new "+
			"numbers. A number may move like that, a name stays.", strings.Join(reused, ", ")))
	case n > 0:
		out = append(out, fmt.Sprintf("there is no revision %d: it was removed, or its template was used again, which gave it a new "+
			"number. A number may move like that, a name stays.", n))
	}
	if !h.Snapshot.Observed() {
		out = append(out, "the StatefulSet controller has not seen the newest spec yet: its revision may not be here")
	}
	return out
}

// missing is the first number that is not there between two that are. Those
// before the first say nothing: old revisions are removed.
func missing(h report.History) int64 {
	last := int64(0)
	for i := range h.Revisions {
		r := &h.Revisions[i]
		if r.Gone {
			continue
		}
		if last > 0 && r.Number > last+1 {
			return last + 1
		}
		last = r.Number
	}
	return 0
}
