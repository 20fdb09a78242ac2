package recreate

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/saved"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

const retained = appsv1.RetainPersistentVolumeClaimRetentionPolicyType

// Request is what a user wants.
type Request struct {
	Limits plan.Limits
	// Caller is how the user calls the plugin, with the flags that lead to the same set.
	Caller hint.Caller
	// Driver is the process that runs it, nil for one that leaves no word of itself.
	Driver *note.Driver
	// Manager is the name for managedFields, empty for the plugin's own.
	Manager string
	// IgnoreOwner goes ahead although an operator controls the set.
	IgnoreOwner bool
	// Secret has the manifests saved in a Secret, not in the ConfigMap.
	Secret bool
	// Live is the set as the API server has it, nil while it is away; only for one that goes
	// on or is cancelled.
	Live []byte
	// IgnorePDB restarts pods whatever PodDisruptionBudgets say.
	IgnorePDB bool
	// Soak is how long pods that were restarted must stay Available in the end.
	Soak time.Duration
}

// Filename stands for a manifest in commands where its name is not known.
const Filename = "FILENAME"

// New is a set that is to come in the place of the one that is there.
type New struct {
	ID       string          // a fresh one
	Live     []byte          // the set as the API server has it
	Manifest json.RawMessage // without what the API server sets
	Default  []byte          // what the API server would make of that
	// File is the name of the user's manifest, "" where it has none.
	File string
	// Canary says that the rest of the manifest is rolled out afterwards.
	Canary bool
	// Left are fields that the user's manifest has otherwise and that are not changed.
	Left []string
	// Grown says that the claims that there are have got the sizes, or get them before.
	Grown bool
	// Storage is about claim templates that are added.
	Storage Storage
	// Restarting says that pods may be on their way back from a restart: they are waited for
	// before anything is written.
	Restarting bool
}

// Plan plans a recreate that begins; nil where nothing would change. A *plan.Refusal as
// the error says why it can't be.
func Plan(r Request, n New, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	before, all, err := n.compare()
	switch {
	case err != nil:
		return nil, fmt.Errorf("statefulset %q: %w", s.Name(), err)
	case len(all) == 0:
		return nil, nil //nolint:nilnil // nothing would change
	}
	if no := r.refuse(s, n.Restarting, now); no != nil {
		return nil, no
	}
	if no := cmp.Or(n.swaps(s), n.unborn(s)); no != nil {
		return nil, no
	}
	selects := slices.ContainsFunc(all, func(c change) bool { return c.field == fieldSelector })
	if selects {
		if err := n.unselected(s); err != nil {
			return nil, err
		}
	}
	kept, err := n.saved(before, all, s, now)
	if err != nil {
		return nil, fmt.Errorf("statefulset %q: %w", s.Name(), err)
	}
	details := slices.Concat(n.details(all, s), n.upward(s), r.left(n), r.unused(n, s))
	if selects {
		details = append(details, n.forgotten(s)...)
	}
	kept.Secret = r.Secret
	details = append(details, fmt.Sprintf("it is saved in %s first; if the run is killed, resume with: %s",
		kept.Where(), r.Caller.Sts("recreate", kept.Name)))
	return r.plan(kept, s, now, details)
}

// compare reads the set as it is, and what would be otherwise.
func (n New) compare() (saved.Object, []change, error) {
	before, after, err := n.parse()
	if err != nil {
		return nil, nil, err
	}
	return before, changes(before, after), nil
}

// plan is that of a recreate that begins.
func (r Request) plan(kept saved.Set, s sts.Snapshot, now time.Time, details []string) (*plan.Plan, error) {
	record := operation.Recreate{
		ID: kept.ID, Started: kept.Started, By: r.Driver, UID: s.UID(), What: kept.Says(), Partition: s.Partition(),
		WhenScaled: s.WhenScaled(), WhenDeleted: s.Set.Spec.WhenDeleted, Managers: note.AddManager(nil, r.Manager),
	}
	b := builder{kept: kept, record: record, s: s}
	save := plan.Step{Change: plan.SaveSet{Saved: kept}, Until: plan.Observed{}}
	if save.Title = save.Change.String(); s.Replicas() > 0 {
		save.Require = plan.PodsGood{From: s.Ordinals().First()} // what comes before may have taken long
	}
	steps := append([]plan.Step{save}, b.before()...)
	around, err := b.around()
	if err != nil {
		return nil, err
	}
	p := r.frame(kept, s, now)
	p.Details = details
	p.Steps = number(steps, around, r.volumes(b), b.after())
	p.Claims = b.owned()
	b.follow(p)
	return p, nil
}

// saved is what is written down of the set.
func (n New) saved(before saved.Object, all []change, s sts.Snapshot, now time.Time) (saved.Set, error) {
	kept := saved.Set{
		Version: saved.Format, ID: n.ID, Name: s.Name(), Started: now.UTC().Truncate(time.Second), UID: s.UID(),
		Pods: saved.Pods{}, Manifest: n.Manifest, Grown: n.Grown, Added: n.adds(s),
	}
	for _, c := range all {
		kept.Changed = append(kept.Changed, c.says)
	}
	for o := range s.Ordinals().All() {
		if n.Restarting { // whichever they are by then
			kept.Pods[s.PodName(o)] = ""
		}
	}
	for i := range s.Pods {
		kept.Pods[s.Pods[i].Name] = s.Pods[i].UID
	}
	if len(kept.Pods) > 0 {
		kept.Update = s.UpdateRevision()
	}
	if managed, there := before.Map("metadata")["managedFields"]; there {
		var err error
		if kept.Managed, err = json.Marshal(managed); err != nil {
			return kept, err
		}
	}
	before.Own()
	var err error
	kept.Before, err = before.Text()
	return kept, err
}

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

func (r Request) frame(kept saved.Set, s sts.Snapshot, now time.Time) *plan.Plan {
	restart := ""
	switch {
	case len(kept.Added) > 0 && !kept.Back:
		restart = "; every pod has the volume"
	case renamed(kept):
		restart = "; its pods keep the old name until they are restarted"
	}
	p := &plan.Plan{
		Verb: "recreate", Name: kept.Name, UID: s.UID(), Made: now.UTC(), Record: saved.Annotation,
		Title:    fmt.Sprintf("recreate statefulset %s around its pods: %s", kept.Name, kept.Says()),
		Success:  fmt.Sprintf("statefulset %s was recreated around its pods: %s%s", kept.Name, kept.Says(), restart),
		Patience: r.Limits.Patience, Placing: r.Limits.Placing, StepTimeout: r.Limits.StepTimeout, Timeout: r.Limits.Timeout,
		Resume: hint.Plugin("", "recreate", kept.Name), Watch: hint.Plugin("", "watch", kept.Name),
	}
	if s.Exists() {
		p.Namespace = s.Set.Namespace
	} else {
		p.UID = kept.UID
	}
	if kept.Back {
		p.Title = fmt.Sprintf("cancel the recreate of statefulset %s: %s", kept.Name, kept.Says())
		p.Success = asBefore(kept.Name)
	}
	return p
}

func asBefore(name string) string {
	return fmt.Sprintf("statefulset %s is as it was before the recreate", name)
}
