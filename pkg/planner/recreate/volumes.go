package recreate

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/refuse"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/saved"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// Storage is what is known of what the claims of added claim templates come to.
type Storage struct {
	// Classes are the StorageClasses that they name, nil where they can't be read.
	Classes []storage.Class
	// Claims are those of the set's namespace.
	Claims []storage.Claim
}

// Adds are the StorageClasses, "" for the default, of the claim templates that are added.
// There are none where the set has no pods that lack the volume.
func (n New) Adds(s sts.Snapshot) []string {
	var out []string
	for _, t := range n.added(s) {
		out = append(out, class(t))
	}
	return out
}

// added are the claim templates whose volumes the pods that there are lack.
func (n New) added(s sts.Snapshot) []map[string]any {
	before, after, err := n.parse()
	if err != nil || s.Replicas() == 0 && len(s.Pods) == 0 {
		return nil
	}
	was := list(before.Spec()[fieldTemplates])
	return slices.DeleteFunc(list(after.Spec()[fieldTemplates]), func(t map[string]any) bool { return named(was, nameOf(t)) != nil })
}

func class(template map[string]any) string {
	return words(saved.Object(template).Map("spec")["storageClassName"])
}

// unborn refuses claim templates whose claims would not come to be.
func (n New) unborn(s sts.Snapshot) *plan.Refusal {
	for _, t := range n.added(s) {
		name := nameOf(t)
		if no := refuse.Class(name, class(t), n.Storage.Classes); no != nil {
			return no
		}
		for _, c := range n.taken(name, s) {
			if c.Deleting {
				return &plan.Refusal{
					Why: fmt.Sprintf("claim %s is being deleted: a pod would wait for it to go", c.Name),
					Try: []hint.Hint{hint.Kube("see what holds it", "describe", "persistentvolumeclaim", c.Name)},
				}
			}
		}
	}
	return nil
}

// taken are the claims that there are already of a claim template that is added, for the
// ordinals that the set wants.
func (n New) taken(template string, s sts.Snapshot) []storage.Claim {
	return slices.DeleteFunc(slices.Clone(n.Storage.Claims), func(c storage.Claim) bool {
		ordinal, of := s.ClaimOrdinal(template, c.Name)
		return !of || !s.Ordinals().Has(ordinal)
	})
}

// lacking is what is written down of the templates that are added.
func (n New) lacking(s sts.Snapshot) []saved.Added {
	var out []saved.Added
	for _, t := range n.added(s) {
		binds := slices.ContainsFunc(n.Storage.Classes, func(c storage.Class) bool { return c.Name == class(t) && c.Binds })
		out = append(out, saved.Added{Template: nameOf(t), Binds: binds})
	}
	return out
}

// upward says what it takes until the pods have the volumes.
func (n New) upward(s sts.Snapshot) []string {
	added := n.added(s)
	if len(added) == 0 {
		return nil
	}
	out := []string{
		"then each pod restarts once, the lowest ordinal first, each Available before the next; until all have, the controller makes " +
			"no pod above one that lacks the volume (kubernetes#141876)",
	}
	var there []string
	for _, t := range added {
		for _, c := range n.taken(nameOf(t), s) {
			there = append(there, c.Name)
		}
	}
	switch len(there) {
	case 0:
	case 1:
		out = append(out, plan.ClaimNames(there)+" is there already: its pod gets what is on it")
	default:
		out = append(out, plan.ClaimNames(there)+" are there already: their pods get what is on them")
	}
	return out
}

// volumes are the steps after which every pod has the volumes that it is to have. Before the
// first pod goes its new claims have to be there: what forbids those, or can't provision
// them, must not cost a pod.
func (r Request) volumes(b builder) []plan.Step {
	if len(b.kept.Added) == 0 {
		return nil
	}
	templates := b.kept.Templates()
	names := strings.Join(templates, ", ")
	if b.kept.Back {
		return []plan.Step{{
			Title:   "restart pods that are not Ready and have the volume of claim template " + names,
			Until:   plan.VolumesDropped{Templates: templates},
			Replace: &plan.Replace{Mode: plan.ReplaceRestart, AlwaysUnhealthy: true, Why: "so that it is recreated without the volume"},
		}}
	}
	return []plan.Step{
		{Title: "wait for the claims of the first pod", Until: plan.ClaimsMade{Added: b.kept.Added}},
		{
			Title: "restart the pods that lack the volume of claim template " + names, Until: plan.VolumesAdded{Templates: templates},
			Soak: r.Soak,
			Replace: &plan.Replace{
				Mode: plan.ReplaceUpward, Budgets: len(b.s.Budgets) > 0 && !r.IgnorePDB,
				Why: "so that it is recreated with the volume of claim template " + names,
			},
		},
	}
}

// check looks whether a set that was created already has its pods. Where they are to restart
// the record says who does that from now on: whoever did before leaves it. The controller,
// which waits longer after each pod that it could not add a volume to, looks at once then.
func (r Request) check(b builder) plan.Step {
	step := plan.Step{Title: "check that the new set has its pods", Until: b.stillAdopted()}
	if len(b.kept.Added) > 0 {
		record := b.record
		record.By, record.Failed = r.Driver, nil
		step.Title = "record who resumes the recreate"
		step.Change = plan.Edit{Annotations: map[string]*string{saved.Annotation: record.Text()}, Says: "record"}
	}
	return step
}

// back plans the way back from a recreate that has created the set again, and whose pods are
// to get volumes: the set of before is created around them in the same way.
func (r Request) back(was saved.Set, record operation.Recreate, live []byte, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	kept := saved.Set{
		Version: saved.Format, ID: rand.Text()[:12], Name: was.Name, Started: now.UTC().Truncate(time.Second), UID: s.UID(),
		Pods: saved.Pods{}, Update: was.Update, Managed: was.Managed, Manifest: was.Before, Added: was.Added, Back: true,
	}
	for _, template := range was.Templates() {
		kept.Changed = append(kept.Changed, "claim template "+template+" is removed again")
	}
	for i := range s.Pods {
		kept.Pods[s.Pods[i].Name] = s.Pods[i].UID
	}
	object, err := saved.Parse(live)
	if err != nil {
		return nil, fmt.Errorf("statefulset %q: %w", s.Name(), err)
	}
	object.Own()
	if kept.Before, err = object.Text(); err != nil {
		return nil, err
	}
	b := builder{kept: kept, record: of(record, kept), s: s}
	save := plan.Step{Change: plan.SaveSet{Saved: kept, Instead: was.ID}, Until: plan.Observed{}}
	save.Title = save.Change.String()
	around, err := b.around()
	if err != nil {
		return nil, err
	}
	p := r.frame(kept, s, now)
	p.Details = []string{
		fmt.Sprintf("the set was created again already: the one of before is created around its %s in the same way",
			sts.Count(len(s.Pods), "pod")),
		"pods that have the volume keep it until they are replaced; those that are not Ready restart without it",
		"claims that were made for it are not deleted; once no pod has their volume, find them with: " +
			r.Caller.Sts("prune-pvc", kept.Name),
	}
	p.Steps = number(append([]plan.Step{save}, b.before()...), around, r.volumes(b), b.after())
	p.Claims = true
	return p, nil
}

// lacked are the claim templates of a set whose volumes some of its pods lack.
func lacked(s sts.Snapshot) []saved.Added {
	var out []saved.Added
	for _, template := range s.ClaimTemplates() {
		lacks := func(pod sts.Pod) bool { return s.Ordinals().Has(pod.Ordinal) && !s.Mounts(pod, template) }
		if slices.ContainsFunc(s.Pods, lacks) {
			out = append(out, saved.Added{Template: template})
		}
	}
	return out
}

// of is the record of a recreate as what is written down has it: a way back from one that
// was cancelled may not be on the set yet.
func of(record operation.Recreate, kept saved.Set) operation.Recreate {
	record.ID, record.Started, record.UID, record.What = kept.ID, kept.Started, kept.UID, kept.Says()
	return record
}

// follow has a plan look at claims where volumes are added, and know the way back.
func (b builder) follow(p *plan.Plan) {
	if len(b.kept.Added) == 0 {
		return
	}
	p.Claims = true
	if !b.kept.Back {
		p.Abort = hint.Plugin("", "recreate", b.kept.Name).With("--cancel")
	}
}

// parse reads the set as it is, and as it would be.
func (n New) parse() (before, after saved.Object, err error) {
	before, err = saved.Parse(n.Live)
	after, err2 := saved.Parse(n.Default)
	return before, after, cmp.Or(err, err2)
}
