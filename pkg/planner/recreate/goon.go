package recreate

import (
	"fmt"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/fieldmanager"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/saved"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// GoOn plans the rest of a recreate that was begun, from what was written down of it (nil
// for nothing) and the set as it is now, which may be away. It is nil where none is in
// progress. A *plan.Refusal as the error says why it can't go on.
func GoOn(r Request, kept *saved.Set, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	record, err := r.record(kept, s)
	switch {
	case err != nil:
		return nil, err
	case kept == nil && record == nil:
		return nil, nil //nolint:nilnil // none is in progress
	case kept == nil:
		return r.alone(*record, s, now), nil
	}
	b := builder{kept: *kept, record: *record, s: s}
	p := r.frame(*kept, s, now)
	switch _, marked := s.Annotation(saved.Annotation); {
	case !s.Exists():
		create, err := b.create()
		if err != nil {
			return nil, err
		}
		p.Steps = number([]plan.Step{{Title: create.String(), Change: create, Until: b.adopted()}}, b.after())
		p.Details = []string{"the set is away: it was deleted, and is created again around its pods"}
	case s.Set.DeletionTimestamp != nil && s.UID() == kept.UID, s.UID() == kept.UID:
		if no := r.again(s, now); no != nil {
			return nil, no
		}
		around, err := b.around()
		if err != nil {
			return nil, err
		}
		p.Steps, p.Claims = number(b.before(), around, b.after()), b.owned()
		p.Details = []string{"it was written down at " + kept.Started.UTC().Format(time.RFC3339) + "; the set is still there"}
	default:
		if create, err := b.create(); err != nil || !marked && !create.Equal(s) {
			return nil, stranger(*kept, s, err)
		}
		p.Steps = number([]plan.Step{{Title: "see that the new set has its pods", Until: b.adopted()}}, b.after())
		p.Details = []string{"the set was created again already"}
	}
	return p, nil
}

// record is what is to be put back in the end: what the set says, or else what was written
// down of it.
func (r Request) record(kept *saved.Set, s sts.Snapshot) (*operation.Recreate, error) {
	if s.Exists() {
		if record, err := operation.FindRecreate(s); record != nil || err != nil {
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
		ID: kept.ID, Started: kept.Started, By: r.Driver, UID: kept.UID, What: kept.Said, Partition: was.Spec.Partition,
		WhenScaled: was.Spec.WhenScaled, WhenDeleted: was.Spec.WhenDeleted,
	}, nil
}

// again refuses what a recreate that begins would, but for itself.
func (r Request) again(s sts.Snapshot, now time.Time) *plan.Refusal {
	if s.Set.DeletionTimestamp != nil {
		return nil // it goes
	}
	set := s.Set.DeepCopy()
	delete(set.Annotations, saved.Annotation)
	s.Set = set
	return r.refuse(s, now)
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
		Why: fmt.Sprintf("%s has created statefulset %q since, and it wants other pods or claims than what was written down "+
			"in configmap %s", by, s.Name(), saved.ConfigMap(kept.Name)),
		Try: []hint.Hint{
			hint.Kube("see what was written down", "get", "configmap", saved.ConfigMap(kept.Name), "-o", "yaml"),
			hint.Kube("drop that, and keep the set as it is", "delete", "configmap", saved.ConfigMap(kept.Name)),
		},
	}
}

// alone puts back what a recreate has changed of which nothing is written down any more.
func (r Request) alone(record operation.Recreate, s sts.Snapshot, now time.Time) *plan.Plan {
	b := builder{kept: saved.Set{Name: s.Name(), ID: record.ID, UID: s.UID(), Said: record.What}, record: record, s: s}
	p := r.frame(b.kept, s, now)
	step := b.putBack()
	p.Title = fmt.Sprintf("end the recreate of statefulset %s", s.Name())
	p.Details = []string{fmt.Sprintf("configmap %s, in which the set was written down, is not there", saved.ConfigMap(s.Name()))}
	if record.UID == s.UID() {
		p.Details = append(p.Details, "the set is the one from before: its policies are put back, and no more")
		p.Success = fmt.Sprintf("statefulset %s is as it was before the recreate; begin it again with its manifest", s.Name())
	} else {
		p.Details = append(p.Details, "the set is the new one: its partition and policies are put back as they were; "+
			"the managers of its fields are not known any more")
		p.Success = fmt.Sprintf("statefulset %s was recreated around its pods: %s", s.Name(), record.What)
	}
	p.Steps = number([]plan.Step{step})
	return p
}

// Cancel plans the way out of a recreate whose set is still there: all is put back as it
// was. It is nil where none is in progress.
func Cancel(r Request, kept *saved.Set, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	record, err := r.record(kept, s)
	switch {
	case err != nil:
		return nil, err
	case kept == nil && record == nil:
		return nil, nil //nolint:nilnil // none is in progress
	case kept == nil:
		return r.alone(*record, s, now), nil
	case !s.Exists() || s.UID() != kept.UID || s.Set.DeletionTimestamp != nil:
		return nil, &plan.Refusal{
			Why: fmt.Sprintf("the set that was written down of statefulset %q has been deleted already: there is nothing to go back to",
				kept.Name),
			Try: []hint.Hint{hint.Plugin("go on with the recreate", "recreate", kept.Name)},
		}
	}
	b := builder{kept: *kept, record: *record, s: s}
	p := r.frame(*kept, s, now)
	p.Title = fmt.Sprintf("give the recreate of statefulset %s up: %s", kept.Name, kept.Said)
	p.Success = fmt.Sprintf("statefulset %s is as it was before the recreate", kept.Name)
	step := b.putBack()
	step.Title = "put back what was changed"
	p.Steps = number(append(append([]plan.Step{step}, b.managers()...), b.forget()))
	return p, nil
}
