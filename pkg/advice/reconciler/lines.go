package reconciler

import (
	"fmt"
	"maps"
	"slices"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/writeback"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// mostLines is how many lines stand before a question: more are not read there.
const mostLines = 3

// Told are those of whom a person has to know before the run: who rests writes nothing
// back, and what an earlier run has written was told then.
func Told(all []writeback.Reconciler) []writeback.Reconciler {
	return slices.DeleteFunc(slices.Clone(all), func(r writeback.Reconciler) bool { return !r.Writes() || earlier(r.Fields) })
}

// earlier reports whether this run writes none of these fields.
func earlier(fields []writeback.Field) bool {
	return len(fields) > 0 && !slices.ContainsFunc(fields, func(f writeback.Field) bool { return !f.Earlier })
}

// Lines tell them, at most three: who, when, and what pauses it, as this user types it.
// What could not be read is told in one line, the last.
func Lines(all []writeback.Reconciler, unread []string, caller hint.Caller) []string {
	told := Told(all)
	if len(told) == 0 {
		return nil
	}
	room := mostLines - min(len(unread), 1)
	var out []string
	for i, r := range told {
		line := r.Says
		if len(r.Stop) > 0 {
			line += "; " + Pause(r.Stop[0], caller)
		}
		if rest := len(told) - i - 1; len(out) == room-1 && rest > 0 {
			return append(append(out, fmt.Sprintf("%s; and %d more (-o json tells of all)", line, rest)), notRead(unread)...)
		}
		out = append(out, line)
	}
	return append(out, notRead(unread)...)
}

// notRead is one line about what could not be read.
func notRead(unread []string) []string {
	switch len(unread) {
	case 0:
		return nil
	case 1:
		return []string{"not known when it is put back: " + unread[0]}
	}
	return []string{fmt.Sprintf("not known when it is put back: %s; and %d more", unread[0], len(unread)-1)}
}

// Pause is a hint that pauses somebody, in a sentence.
func Pause(h hint.Hint, caller hint.Caller) string {
	switch {
	case h.Kind == "":
		return h.Words
	case h.Words != "":
		return fmt.Sprintf("pause it (%s): %s", h.Words, caller.Command(h))
	}
	return "pause it: " + caller.Command(h)
}

// Unread are the reasons why objects could not be read, each once.
func Unread(read map[Ref]Object) []string {
	reasons := map[string]bool{}
	for _, o := range read {
		if o.Unread != "" {
			reasons[sts.Clean(o.Unread)] = true
		}
	}
	return slices.Sorted(maps.Keys(reasons))
}
