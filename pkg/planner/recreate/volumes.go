package recreate

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

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

// adds is what is written down of the templates that are added.
func (n New) adds(s sts.Snapshot) []saved.Added {
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

// swaps refuses to add claim templates and to remove others in one go: pods that restart
// would have the new volume and not the old one, and there is no way back from that half way.
func (n New) swaps(s sts.Snapshot) *plan.Refusal {
	added := n.added(s)
	if len(added) == 0 {
		return nil
	}
	before, after, _ := n.parse() // [New.added] has read them
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
			Try: []hint.Hint{hint.Words("put the template back, as configmap " + saved.ConfigMap(kept.Name) + " has it")},
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
