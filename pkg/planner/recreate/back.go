package recreate

import (
	"crypto/rand"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/saved"
)

// back plans the way back from a recreate that has created the set again, and whose pods are
// to get volumes: in the same way the set gets the claim templates of before. All else stays
// as it is by now: somebody may have scaled it meanwhile.
func (r Request) back(was saved.Set, record operation.Recreate, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	kept := saved.Set{
		Version: saved.Format, ID: rand.Text()[:12], Name: was.Name, Started: now.UTC().Truncate(time.Second), UID: s.UID(),
		Pods: saved.Pods{}, Update: was.Update, Managed: was.Managed, Added: was.Added, Back: true,
		Secret: was.Secret,
	}
	for i := range s.Pods {
		kept.Pods[s.Pods[i].Name] = s.Pods[i].UID
	}
	if err := r.undone(&kept, was); err != nil {
		return nil, err
	}
	b := builder{kept: kept, record: r.of(record, kept), s: s}
	if !r.untouched(b) { // whoever has written since owns what it has written
		b.kept.Managed, kept.Managed = nil, nil
	}
	save := plan.Step{Change: plan.SaveSet{Saved: kept, Instead: was.ID}, Until: plan.Observed{}}
	save.Title = save.Change.String()
	around, err := b.around()
	if err != nil {
		return nil, err
	}
	p := r.frame(kept, s, now)
	p.Details = []string{
		fmt.Sprintf("the set was created again already: with the claim templates of before it is created around its %s in the same way",
			sts.Count(len(s.Pods), "pod")),
		"pods that have the volume keep it until they are replaced; those that are not Ready restart without it",
		"claims that were made for it are not deleted; once no pod has their volume, find them with: " +
			r.Caller.Sts("prune-pvc", kept.Name),
	}
	p.Steps = number(append([]plan.Step{save}, b.before()...), around, r.volumes(b), b.after())
	p.Claims = true
	return p, nil
}

// undone writes down the set as it is, and as it is to be without what a recreate has done: its
// immutable fields are those of before, and so are the gate and the policies.
func (r Request) undone(kept *saved.Set, was saved.Set) error {
	first := was.Before
	if was.Back {
		first = was.Manifest
	}
	before, err := saved.Parse(first)
	if err != nil {
		return err
	}
	live, err := saved.Parse(r.Live)
	if err != nil {
		return err
	}
	live.Own()
	if kept.Before, err = live.Text(); err != nil {
		return err
	}
	if !reflect.DeepEqual(live.Spec()["template"], before.Spec()["template"]) {
		return &plan.Refusal{
			Why: fmt.Sprintf("the pod template of statefulset %q was changed meanwhile, and its pods have the one of before", kept.Name),
			Try: []hint.Hint{hint.Words("put the template back, as " + was.Where() + " has it")},
		}
	}
	for _, field := range append(slices.Clone(immutable), "persistentVolumeClaimRetentionPolicy") {
		if live.Spec()[field] = before.Spec()[field]; live.Spec()[field] == nil {
			delete(live.Spec(), field)
		}
	}
	if rolling := live.Map("spec", "updateStrategy", "rollingUpdate"); rolling != nil {
		if rolling["partition"] = before.Map("spec", "updateStrategy", "rollingUpdate")["partition"]; rolling["partition"] == nil {
			delete(rolling, "partition")
		}
	}
	is, err := saved.Parse(kept.Before)
	if err != nil {
		return err
	}
	for _, c := range changes(is, live) {
		kept.Changed = append(kept.Changed, c.says)
	}
	kept.Manifest, err = live.Text()
	return err
}

// same reports whether the set is still as it was written down.
func (r Request) same(kept saved.Set) bool {
	same, err := saved.Same(kept.Before, r.Live)
	return err != nil || same // the API server says what is the matter
}
