package recreate

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/refuse"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/fieldmanager"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/saved"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// GoOn plans the rest of a recreate that was begun, from what was written down of it (nil
// for nothing) and the set as it is now, which may be away. It is nil where none is in
// progress. A *plan.Refusal as the error says why it can't go on.
func GoOn(r Request, kept *saved.Set, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	record, err := r.record(kept, s)
	if err != nil || kept == nil {
		return r.unsaved(record, s, now, err)
	}
	b := builder{kept: *kept, record: r.of(*record, *kept), s: s}
	p := r.frame(*kept, s, now)
	b.follow(p)
	volumes := r.volumes(b)
	switch _, marked := s.Annotation(saved.Annotation); {
	case !s.Exists():
		create, err := b.create()
		if err != nil {
			return nil, err
		}
		p.Steps = number([]plan.Step{{Title: create.String(), Change: create, Until: b.adopted()}}, volumes, b.after())
		p.Details = []string{"the set was deleted and does not exist: it is created again around its pods"}
	case s.UID() == kept.UID && s.Set.DeletionTimestamp != nil:
		create, err := b.create()
		if err != nil {
			return nil, err
		}
		p.Steps = number([]plan.Step{
			{Title: "wait until the set is gone", Until: plan.SetGone{UID: kept.UID}},
			{Title: create.String(), Change: create, Until: b.adopted()},
		}, volumes, b.after())
		p.Details = []string{"the set is being deleted, and is created again around its pods"}
	case s.UID() == kept.UID && kept.Back && !r.same(*kept): // what was changed since stays
		return r.back(*kept, *record, s, now)
	case s.UID() == kept.UID:
		if no := r.again(*kept, s, now); no != nil {
			return nil, no
		}
		around, err := b.around()
		if err != nil {
			return nil, err
		}
		p.Steps, p.Claims = number(b.before(), around, volumes, b.after()), p.Claims || b.owned()
		p.Details = []string{"it was saved at " + kept.Started.UTC().Format(time.RFC3339) + "; the set is still there"}
	default:
		if create, err := b.create(); err != nil || !marked && !create.Equal(s) {
			return nil, stranger(*kept, s, err)
		}
		p.Steps = number([]plan.Step{{Title: "check that the new set has its pods", Until: b.adopted()}}, volumes, b.after())
		p.Details = []string{"the set was created again already"}
	}
	return p, nil
}

// record is what is to be put back in the end: what the set says, or else what was written
// down of it.
func (r Request) record(kept *saved.Set, s sts.Snapshot) (*operation.Recreate, error) {
	if s.Exists() {
		if record, err := operation.FindRecreate(s); record != nil || err != nil {
			if record != nil {
				record.Managers = note.AddManager(record.Managers, r.Manager)
			}
			return record, err
		}
	}
	if kept == nil {
		return nil, nil //nolint:nilnil // there is none
	}
	was, err := was(*kept)
	if err != nil {
		return nil, err
	}
	return &operation.Recreate{
		ID: kept.ID, Started: kept.Started, By: r.Driver, UID: kept.UID, What: kept.Says(), Partition: was.Spec.Partition,
		WhenScaled: was.Spec.WhenScaled, WhenDeleted: was.Spec.WhenDeleted, Managers: note.AddManager(nil, r.Manager),
	}, nil
}

// again refuses what a recreate that begins would, but for itself. The way back takes the
// pods as they are.
func (r Request) again(kept saved.Set, s sts.Snapshot, now time.Time) *plan.Refusal {
	if kept.Back {
		return nil
	}
	set := s.Set.DeepCopy()
	delete(set.Annotations, saved.Annotation)
	s.Set = set
	return r.refuse(s, false, now)
}

// stranger refuses to touch a set that somebody else has created meanwhile.
func stranger(kept saved.Set, s sts.Snapshot, err error) error {
	if err != nil {
		return err
	}
	by := "somebody"
	if w, known := fieldmanager.WriterOf(s.Set, workload.FieldTemplate); known {
		by = sts.Clean(w.Manager)
	}
	return &plan.Refusal{
		Why: fmt.Sprintf("statefulset %q was created by %s meanwhile, with other pods or claims than those saved in %s",
			s.Name(), by, kept.Where()),
		Try: []hint.Hint{
			hint.Kube("see what was saved", "get", "configmap", saved.ConfigMap(kept.Name), "-o", "yaml"),
			hint.Kube("drop that and keep the set", "delete", "configmap", saved.ConfigMap(kept.Name)),
		},
	}
}

// unsaved is the plan where nothing is written down: nil without a record, too.
func (r Request) unsaved(record *operation.Recreate, s sts.Snapshot, now time.Time, err error) (*plan.Plan, error) {
	if err != nil || record == nil {
		return nil, err
	}
	return r.alone(*record, s, now)
}

// alone puts back what a recreate has changed of which nothing is written down any more.
func (r Request) alone(record operation.Recreate, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	b := builder{kept: saved.Set{Name: s.Name(), ID: record.ID, UID: s.UID(), Changed: []string{record.What}}, record: record, s: s}
	p := r.frame(b.kept, s, now)
	p.Title = fmt.Sprintf("end the recreate of statefulset %s", s.Name())
	p.Details = []string{fmt.Sprintf("configmap %s, in which the set was saved, does not exist", saved.ConfigMap(s.Name()))}
	if record.UID == s.UID() && !record.Back {
		p.Details = append(p.Details, "the set is still the old one: only its retention policy is restored")
		p.Success = fmt.Sprintf("statefulset %s is as it was before the recreate; start it again with its manifest", s.Name())
		p.Steps = number([]plan.Step{b.giveUp()})
	} else {
		b.kept.Added = lacked(s)
		if len(s.Pods) < s.Replicas() && b.kept.Added == nil { // nothing else tells which revision they have
			return nil, refuse.Unsettled(s,
				fmt.Sprintf("it has %d of its %s, and the gate is closed", len(s.Pods), sts.Count(s.Replicas(), "pod")))
		}
		p.Details = append(p.Details, "the set is the new one: its partition and retention policy are restored; "+
			"managedFields of the old one are lost")
		p.Success = fmt.Sprintf("statefulset %s was recreated around its pods: %s", s.Name(), record.What)
		if record.Back && record.UID == s.UID() {
			p.Details = append(p.Details, "the set of before is not known, so it does not go back: the claim templates stay as they are")
			p.Success = fmt.Sprintf("statefulset %s keeps its claim templates, and every pod has their volumes", s.Name())
		}
		if b.kept.Added != nil {
			b.record.By, b.record.Failed = r.Driver, nil
		}
		b.follow(p)
		p.Abort = hint.Hint{} // what it was before is not known
		has := has(s)
		has.Gone = b.kept.Added != nil
		check := plan.Step{Title: "check that the new set has its pods", Until: has}
		p.Steps = number([]plan.Step{check}, r.volumes(b), []plan.Step{b.putBack()})
	}
	return p, nil
}

// Cancel plans the way out of a recreate whose set is still there: all is put back as it
// was. It is nil where none is in progress.
func Cancel(r Request, kept *saved.Set, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	record, err := r.record(kept, s)
	switch {
	case err != nil:
		return nil, err
	case kept == nil && record != nil && (record.UID != s.UID() || record.Back) && len(lacked(s)) > 0:
		return nil, &plan.Refusal{
			Why: fmt.Sprintf("configmap %s, in which statefulset %q was saved, does not exist: what it was like before is not known",
				saved.ConfigMap(s.Name()), s.Name()),
			Try: []hint.Hint{hint.Plugin("resume the recreate", "recreate", s.Name())},
		}
	case kept == nil:
		return r.unsaved(record, s, now, nil)
	case kept.Back:
		return GoOn(r, kept, s, now)
	}
	if len(kept.Added) > 0 && s.Exists() && s.UID() != kept.UID && s.Set.DeletionTimestamp == nil {
		create, err := builder{kept: *kept, record: *record, s: s}.create()
		if _, marked := s.Annotation(saved.Annotation); err != nil || !marked && !create.Equal(s) {
			return nil, stranger(*kept, s, err)
		}
		return r.back(*kept, *record, s, now)
	}
	if !s.Exists() || s.UID() != kept.UID || s.Set.DeletionTimestamp != nil {
		return nil, &plan.Refusal{
			Why: fmt.Sprintf("statefulset %q was deleted already, so the recreate can't be cancelled", kept.Name),
			Try: []hint.Hint{hint.Plugin("resume the recreate", "recreate", kept.Name)},
		}
	}
	b := builder{kept: *kept, record: *record, s: s}
	p := r.frame(*kept, s, now)
	p.Title = fmt.Sprintf("cancel the recreate of statefulset %s: %s", kept.Name, kept.Says())
	p.Success = asBefore(kept.Name)
	steps := []plan.Step{b.giveUp()}
	if r.untouched(b) {
		steps = append(steps, b.managers()...)
	}
	p.Steps = number(append(steps, b.forget()))
	return p, nil
}

// has is that the pods which there are stay when the gate is opened: what they had before
// the recreate is not known.
func has(s sts.Snapshot) plan.Adopted {
	var out plan.Adopted
	for i := range s.Pods {
		pod := &s.Pods[i]
		out.Pods = append(out.Pods, pod.Name)
		if out.Revision == "" || pod.Revision != s.UpdateRevision() {
			out.Revision = pod.Revision
		}
	}
	return out
}

// untouched reports whether nobody else has written to the set since it was written down:
// whoever has owns fields that those did not own who were written down.
func (r Request) untouched(b builder) bool {
	var before []metav1.ManagedFieldsEntry
	if json.Unmarshal(b.kept.Managed, &before) != nil {
		return false
	}
	own := note.AddManager(b.record.Managers, r.Manager)
	for _, e := range b.s.Set.ManagedFields {
		w := fieldmanager.Writer{Manager: e.Manager}
		if e.Subresource == "status" || w.Own(own...) {
			continue
		}
		same := func(o metav1.ManagedFieldsEntry) bool {
			return o.Manager == e.Manager && o.Operation == e.Operation && o.Subresource == e.Subresource && o.Time.Equal(e.Time)
		}
		if !slices.ContainsFunc(before, same) {
			return false
		}
	}
	return true
}
