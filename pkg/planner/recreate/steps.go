package recreate

import (
	"maps"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/saved"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// builder makes the steps.
type builder struct {
	kept   saved.Set
	record operation.Recreate
	s      sts.Snapshot
}

// owned reports whether a claim may go with the set or a pod. One that was left behind may
// name the set although the policies are others by now.
func (b builder) owned() bool {
	return b.record.WhenScaled != retained || b.record.WhenDeleted != retained || slices.ContainsFunc(b.s.Claims, b.owns)
}

// owns reports whether the set is among the owners of a claim.
func (b builder) owns(c storage.Claim) bool {
	return slices.ContainsFunc(c.Owners, func(o metav1.OwnerReference) bool { return o.UID == b.s.UID() })
}

// before makes sure that no claim goes with the set, and keeps other verbs away.
func (b builder) before() []plan.Step {
	edit := plan.Edit{Annotations: map[string]*string{saved.Annotation: b.record.Text()}, Says: "annotation"}
	step := plan.Step{Title: "record the recreate on the set", Until: plan.Observed{}}
	if b.owned() {
		edit.Retention, edit.WhenDeleted = ptr.To(retained), ptr.To(retained)
		edit.Says = "whenScaled and whenDeleted Retain, record"
		step.Title, step.Until = "keep the claims when the set is deleted", plan.ClaimsUnowned{}
	}
	step.Change = edit
	steps := []plan.Step{step}
	for i := range b.s.Claims {
		claim := &b.s.Claims[i]
		mounted := slices.ContainsFunc(b.s.Pods, func(p sts.Pod) bool { return p.Name == b.s.PodOf(claim.Name) })
		if !mounted && b.owns(*claim) {
			disown := plan.DisownClaim{Name: claim.Name, UID: claim.UID, Owner: b.s.UID()}
			steps = append(steps, plan.Step{Title: disown.String(), Change: disown, Until: plan.Observed{}})
		}
	}
	return steps
}

// around deletes the set and creates it again.
func (b builder) around() ([]plan.Step, error) {
	create, err := b.create()
	if err != nil {
		return nil, err
	}
	remove := plan.DeleteSet{Name: b.kept.Name, UID: b.kept.UID, ID: b.kept.ID, Before: b.kept.Before}
	return []plan.Step{
		{Title: remove.String(), Change: remove, Until: plan.SetGone{UID: b.kept.UID}},
		{Title: create.String(), Change: create, Until: b.adopted()},
	}, nil
}

func (b builder) create() (plan.CreateSet, error) {
	manifest, err := gated(b.kept.Manifest, *b.record.Text(), rolls(b.kept.Manifest), b.s.Kind().Closed())
	return plan.CreateSet{Name: b.kept.Name, Was: b.kept.UID, Mark: *b.record.Text(), Manifest: manifest}, err
}

func (b builder) adopted() plan.Adopted {
	return plan.Adopted{Revision: b.kept.Update, Pods: slices.Sorted(maps.Keys(b.kept.Pods)), Gone: len(b.kept.Added) > 0}
}

// after puts back what was changed on the way, and forgets what was written down.
func (b builder) after() []plan.Step {
	return append(append([]plan.Step{b.putBack()}, b.managers()...), b.forget())
}

// managers gives the fields back; nothing where it is not known who had them.
func (b builder) managers() []plan.Step {
	if len(b.kept.Managed) == 0 {
		return nil
	}
	restore := plan.RestoreManagers{Entries: b.kept.Managed, Ours: b.record.Managers}
	return []plan.Step{{Title: restore.String(), Change: restore, Until: plan.Observed{}}}
}

// policies gives the set its own back. The partition of a set that has not been deleted is
// as somebody wants it: a recreate closes the gate of the new one alone.
func (b builder) policies() plan.Edit {
	return plan.Edit{
		Retention: ptr.To(b.record.WhenScaled), WhenDeleted: ptr.To(b.record.WhenDeleted),
		Annotations: map[string]*string{saved.Annotation: nil}, Says: "retention policy as before, record removed",
	}
}

func (b builder) putBack() plan.Step {
	edit := b.policies()
	if b.gates() {
		edit.Partition, edit.Says = ptr.To(b.record.Partition), "partition and retention policy as before, record removed"
	}
	return plan.Step{Title: "restore what was changed", Change: edit, Until: plan.Observed{}}
}

// gates reports whether the new set has a gate: somebody may have changed its update strategy
// since it was created.
func (b builder) gates() bool {
	if b.kept.Manifest == nil || b.s.Exists() && b.s.UID() != b.kept.UID {
		return b.s.Rolls()
	}
	return rolls(b.kept.Manifest)
}

// giveUp puts back what was changed of a set that has not been deleted.
func (b builder) giveUp() plan.Step {
	return plan.Step{Title: "restore what was changed", Change: b.policies(), Until: plan.Observed{}}
}

func (b builder) forget() plan.Step {
	forget := plan.ForgetSet{Name: b.kept.Name, ID: b.kept.ID}
	return plan.Step{Title: forget.String(), Change: forget, Until: plan.Observed{}}
}

// rolls reports whether a set has a gate.
func rolls(manifest []byte) bool {
	o, err := saved.Parse(manifest)
	if err != nil {
		return false
	}
	strategy, _ := o.Map("spec", "updateStrategy")["type"].(string)
	return strategy == "" || strategy == string(appsv1.RollingUpdateStatefulSetStrategyType)
}

// number counts each of these groups as one step.
func number(groups ...[]plan.Step) []plan.Step {
	var out []plan.Step
	groups = slices.DeleteFunc(groups, func(group []plan.Step) bool { return len(group) == 0 })
	for g, group := range groups {
		for i := range group {
			step := group[i]
			step.Number, step.Of, step.Part = g+1, len(groups), i < len(group)-1
			out = append(out, step)
		}
	}
	return out
}
