package recreate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"k8s.io/utils/ptr"

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

// AddedClasses are the StorageClasses, "" for the default, of the claim templates that are added.
// There are none where the set has no pods that lack the volume.
func (n New) AddedClasses(s sts.Snapshot) []string {
	var out []string
	for _, t := range n.addedTemplates(s) {
		out = append(out, class(t))
	}
	return out
}

// addedTemplates are the claim templates whose volumes the pods that there are lack.
func (n New) addedTemplates(s sts.Snapshot) []map[string]any {
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
	for _, t := range n.addedTemplates(s) {
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

// added is what is written down of the templates that are added.
func (n New) added(s sts.Snapshot) []saved.Added {
	var out []saved.Added
	for _, t := range n.addedTemplates(s) {
		binds := slices.ContainsFunc(n.Storage.Classes, func(c storage.Class) bool { return c.Name == class(t) && c.Binds })
		out = append(out, saved.Added{Template: nameOf(t), Binds: binds})
	}
	return out
}

// upward says what it takes until the pods have the volumes.
func (n New) upward(s sts.Snapshot) []string {
	added := n.addedTemplates(s)
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

// swaps refuses to add claim templates and to remove others in one go: pods that restart
// would have the new volume and not the old one, and there is no way back from that half way.
func (n New) swaps(s sts.Snapshot) *plan.Refusal {
	added := n.addedTemplates(s)
	if len(added) == 0 {
		return nil
	}
	before, after, _ := n.parse() // [New.addedTemplates] has read them
	goes := removed(list(before.Spec()[fieldTemplates]), list(after.Spec()[fieldTemplates]))
	if len(goes) == 0 {
		return nil
	}
	return &plan.Refusal{
		Why: fmt.Sprintf("claim template %s is added and %s is removed: pods would restart with the one volume and without the other",
			sts.Clean(nameOf(added[0])), sts.Clean(goes[0])),
		Try: swapping(),
	}
}

// swapping is how one claim template takes the place of another.
func swapping() []hint.Hint {
	return []hint.Hint{
		hint.Plugin("first give a manifest that has both", "recreate").With("-f", Filename),
		hint.Plugin("roll out what uses the new one, once it has the data", "canary").With("-f", Filename),
		hint.Plugin("then give one without the old one", "recreate").With("-f", Filename),
	}
}

// volumes are the steps after which every pod has the volumes that it is to have. The record is
// on the set before the first pod goes, also where somebody else has created it, and says who
// drives it: whoever did before leaves it. The controller, which waits longer each time that it
// could not add a volume to a pod, looks at once then.
func (r Request) volumes(b builder) []plan.Step {
	if len(b.kept.Added) == 0 {
		return nil
	}
	edit := plan.Edit{
		Annotations: map[string]*string{saved.Annotation: b.record.Text()}, Retention: ptr.To(retained), WhenDeleted: ptr.To(retained),
		Says: "record, gate closed",
	}
	if b.gates() {
		edit.Partition = ptr.To(b.s.Kind().Closed())
	}
	templates := b.kept.Templates()
	names := strings.Join(templates, ", ")
	step := plan.Step{
		Title: "restart the pods that lack the volume of claim template " + names, Until: plan.VolumesAdded{Added: b.kept.Added},
		Soak: r.Soak,
		Replace: &plan.Replace{
			Mode: plan.ReplaceUpward, Budgets: len(b.s.Budgets) > 0 && !r.IgnorePDB,
			Why: "so that it is recreated with the volume of claim template " + names,
		},
	}
	if b.kept.Back {
		step = plan.Step{
			Title:   "restart pods that are not Ready and have the volume of claim template " + names,
			Until:   plan.VolumesDropped{Templates: templates},
			Replace: &plan.Replace{Mode: plan.ReplaceUpward, AlwaysUnhealthy: true, Why: "so that it is recreated without the volume"},
		}
	}
	return []plan.Step{{Title: "record who restarts pods", Change: edit, Until: plan.Observed{}}, step}
}

// Lacked reports whether pods of the set lack the volume of one of its claim templates.
func Lacked(s sts.Snapshot) bool { return len(lacked(s)) > 0 }

// lacked are the claim templates of a set whose volumes some of its pods lack.
func lacked(s sts.Snapshot) []saved.Added {
	var out []saved.Added
	for _, pod := range s.Pods {
		for _, template := range s.Lacks(pod) {
			if added := (saved.Added{Template: template}); s.Ordinals().Has(pod.Ordinal) && !slices.Contains(out, added) {
				out = append(out, added)
			}
		}
	}
	return out
}

// of is the record of a recreate as what is written down has it: a way back may not be on the
// set yet.
func (r Request) of(record operation.Recreate, kept saved.Set) operation.Recreate {
	if record.ID != kept.ID || len(kept.Added) > 0 {
		record.By, record.Failed = r.Driver, nil
	}
	record.ID, record.Started, record.UID, record.What, record.Back = kept.ID, kept.Started, kept.UID, kept.Says(), kept.Back
	return record
}

// follow has a plan look at claims where volumes are added, and know the way back.
func (b builder) follow(p *plan.Plan) {
	if len(b.kept.Added) == 0 {
		return
	}
	p.Claims = true
	if !b.kept.Back && b.s.Exists() && b.s.Set.DeletionTimestamp == nil {
		p.Abort = hint.Plugin("", "recreate", b.kept.Name).With("--cancel")
	}
}

// parse reads the set as it is, and as it would be.
func (n New) parse() (before, after saved.Object, err error) {
	before, err = saved.Parse(n.Live)
	after, err2 := saved.Parse(n.Default)
	return before, after, cmp.Or(err, err2)
}
