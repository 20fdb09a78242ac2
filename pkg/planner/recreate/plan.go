package recreate

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/saved"
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
	again := hint.Plugin("", "recreate", kept.Name)
	if n.Canary {
		again = hint.Plugin("", "recreate", "-f", n.file(), "--canary")
	}
	details = append(details, fmt.Sprintf("it is saved in %s first; if the run is killed, resume with: %s",
		kept.Where(), r.Caller.Command(again)))
	p, err := r.plan(kept, s, now, details)
	if err == nil {
		p.Resume = again
	}
	return p, err
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
		Pods: saved.Pods{}, Manifest: n.Manifest, Grown: n.Grown, Added: n.added(s),
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
