package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/writeback"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/fieldmanager"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// drifted ends the run when someone else changed what it relies on. A write
// of our own whose answer got lost is no drift.
func (n *next) drifted() bool {
	if c := n.st.taken(n.p, n.s); c != nil {
		n.st = n.st.Applied(c, n.s.Set, n.now)
	}
	if n.crossed() {
		return false
	}
	what := n.st.Drift(n.p, n.s)
	if what == "" {
		n.st = n.st.accept(n.s.Set)
		return false
	}
	if n.p.ReadOnly {
		n.d.End = n.outcome(Halted, what)
		return true
	}
	o := n.outcome(Drifted, what+"; nothing more is written")
	switch {
	case n.st.replaced(n.p, n.s):
		back := *n
		back.p.Resume = hint.Hint{}
		o.Try = back.commands(Drifted)
	case n.st.opened(n.s) && len(o.Try) > 0:
		o.Try = n.afterFailure() // pods go without a soak, which the next run wants to be told
	}
	if n.st.overtaken(n.p, n.s) {
		// An abort would be of the other run, and an abort of an undo rolls out again what that left.
		o.Try = n.watchIt()
	}
	if n.s.Exists() && n.s.Set.DeletionTimestamp != nil {
		o.Try = nil
	}
	if !n.st.Follows(n.p, n.s) {
		o.Try, o.Gate = nil, "" // there is nothing left to go on with
	} else if n.s.Set.DeletionTimestamp == nil {
		o.Try = append(n.pausing(), o.Try...) // or what follows ends in the same way
	}
	n.d.End = o
	return true
}

// pausing are the commands that pause who has changed what the run relies on.
func (n *next) pausing() []hint.Hint {
	var out []hint.Hint
	known := map[string]bool{}
	n.st.changes(sts.Snapshot{Set: n.st.expected}, n.s, func(_ string, field workload.Field) string {
		w, found := fieldmanager.WriterOf(n.s.Set, field)
		if r := writeback.By(n.p.Reconcilers, w.Manager, field); found && r != nil && !known[r.Name] {
			known[r.Name] = true
			out = append(out, r.Pausing()...)
		}
		return ""
	})
	return out
}

// reconciler names who writes a field under this name, where that is known: the one that
// the plan names or, where it names none, the tool.
func reconciler(p plan.Plan, manager string, field workload.Field) string {
	name := fieldmanager.Tool(manager)
	if r := writeback.By(p.Reconcilers, manager, field); r != nil {
		name = r.Name
	}
	if name == "" || strings.EqualFold(name, manager) {
		return ""
	}
	return " (" + name + ")"
}

// Drift says what somebody else changed of what the run relies on, or "".
// Only the spec and the run's own record count: a new label is not drift.
func (st State) Drift(p plan.Plan, s sts.Snapshot) string {
	switch {
	case p.Name == "": // it is about no set
		return ""
	case !s.Exists():
		return "the StatefulSet was deleted"
	case !st.Follows(p, s):
		return st.stranger(p, s)
	case p.ReadOnly:
		return ""
	case s.Set.DeletionTimestamp != nil:
		return "the StatefulSet is being deleted"
	case st.expected == nil:
		return ""
	}
	was := sts.Snapshot{Set: st.expected}
	if over := st.tookOver(p, s); over != "" {
		said := st.changes(was, s, func(what string, _ workload.Field) string { return what })
		return strings.TrimSuffix(over+": "+strings.Join(said, "; "), ": ")
	}
	managers := slices.Concat(note.ManagersOf(was.Set.Annotations[p.Record]), note.ManagersOf(s.Set.Annotations[p.Record]))
	by := func(what string, w fieldmanager.Writer, known bool) string {
		if known {
			what += fmt.Sprintf(" by %s at %s", w.Manager, w.Time.UTC().Format("15:04:05Z"))
			if w.Own(managers...) {
				what += " (another run)"
			}
		}
		return what
	}
	said := st.changes(was, s, func(what string, field workload.Field) string {
		w, known := fieldmanager.WriterOf(s.Set, field)
		return by(what, w, known) + reconciler(p, w.Manager, field)
	})
	if st.overtaken(p, s) {
		w, known := fieldmanager.AnnotationWriter(s.Set, p.Record)
		said = append(said, by("the record of this run was changed", w, known))
	}
	return strings.Join(said, "; ")
}

// tookOver says which other run has put its record in the place of this one's, or "".
func (st State) tookOver(p plan.Plan, s sts.Snapshot) string {
	if !st.overtaken(p, s) {
		return ""
	}
	var at time.Time
	if w, ok := fieldmanager.AnnotationWriter(s.Set, p.Record); ok {
		at = w.Time
	}
	return note.TookOver(st.expected.Annotations[p.Record], s.Set.Annotations[p.Record], at)
}

// changes are what is otherwise in the spec than the run relies on. by adds who
// wrote the field.
func (State) changes(was, s sts.Snapshot, by func(what string, field workload.Field) string) []string {
	var said []string
	say := func(what string, field workload.Field) { said = append(said, by(what, field)) }
	if !podtemplate.SameTemplate(&was.Set.Spec.Template, &s.Set.Spec.Template) {
		say("the template was changed", workload.FieldTemplate)
	}
	if was.Strategy() != s.Strategy() {
		say(fmt.Sprintf("the update strategy was changed from %s to %s", was.Strategy(), s.Strategy()),
			workload.FieldStrategy)
	}
	if was.Partition() != s.Partition() {
		say(fmt.Sprintf("the partition was changed from %d to %d", was.Partition(), s.Partition()),
			workload.FieldPartition)
	}
	if !was.Ordinals().Equal(s.Ordinals()) {
		field := workload.FieldReplicas
		if was.Replicas() == s.Replicas() {
			field = workload.FieldOrdinals
		}
		say(fmt.Sprintf("the replicas were changed from %s to %s", span(was), span(s)), field)
	}
	if was.WhenScaled() != s.WhenScaled() {
		say(fmt.Sprintf("the whenScaled policy was changed from %s to %s", was.WhenScaled(), s.WhenScaled()),
			workload.FieldWhenScaled)
	}
	if was.Set.Spec.WhenDeleted != s.Set.Spec.WhenDeleted {
		say(fmt.Sprintf("the whenDeleted policy was changed from %s to %s", was.Set.Spec.WhenDeleted, s.Set.Spec.WhenDeleted),
			workload.FieldWhenDeleted)
	}
	return said
}

// replaced reports whether what was rolled out is another thing by now, or
// another run's: then there is nothing to go on with.
func (st State) replaced(p plan.Plan, s sts.Snapshot) bool {
	if !s.Exists() || st.expected == nil {
		return true
	}
	return !podtemplate.SameTemplate(&st.expected.Spec.Template, &s.Set.Spec.Template) || st.overtaken(p, s)
}

// overtaken reports whether the record is another run's by now, or nobody's.
func (st State) overtaken(p plan.Plan, s sts.Snapshot) bool {
	return p.Record != "" && s.Exists() && st.expected != nil &&
		st.expected.Annotations[p.Record] != s.Set.Annotations[p.Record]
}

// opened reports whether somebody else lets more pods through than the run has.
func (st State) opened(s sts.Snapshot) bool {
	return s.Exists() && st.expected != nil && s.Partition() < sts.Snapshot{Set: st.expected}.Partition()
}

func span(s sts.Snapshot) string {
	switch o := s.Ordinals(); {
	case len(o.Reserved) > 0:
		return fmt.Sprintf("%d (ordinals %s)", o.Len(), o)
	case o.First() > 0:
		return fmt.Sprintf("%d (from ordinal %d)", o.Len(), o.First())
	}
	return fmt.Sprint(s.Replicas())
}

// accept takes the snapshot's set as what the run relies on from now on:
// changes to other fields, or the run's own write whose answer got lost.
func (st State) accept(set *workload.Set) State {
	st.expected = set
	return st
}

// crossed takes what the snapshot shows of the gap: nothing yet, or the set on its other
// side. It reports whether that is as the plan has it, and nothing else counts.
func (n *next) crossed() bool {
	if n.st.unseen && n.s.UID() == n.st.uid {
		n.st.unseen = false
	}
	create, open := n.st.Gap(n.p)
	switch {
	case !open:
		return false
	case !n.s.Exists(), n.s.UID() == create.Was && n.s.Set.DeletionTimestamp != nil:
		return true
	case create.Done(n.s):
		n.st.uid, n.st.expected = n.s.UID(), n.s.Set
	}
	return false
}

// stranger says who has created a set in the place of the one that was deleted.
func (st State) stranger(p plan.Plan, s sts.Snapshot) string {
	create, open := st.Gap(p)
	if !open || s.UID() == create.Was {
		return "the StatefulSet was deleted and recreated"
	}
	by := "somebody"
	if w, known := fieldmanager.WriterOf(s.Set, workload.FieldTemplate); known {
		by = w.Manager
	}
	return fmt.Sprintf("statefulset %s was created by %s meanwhile, with other pods or claims than the saved ones", s.Name(), sts.Clean(by))
}
