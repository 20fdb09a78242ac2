package scale

import (
	"fmt"
	"slices"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// Plan makes a plan of the request. It needs a snapshot that knows the claims,
// unless the set has none. Without an answer it is what happens if nobody asks.
func Plan(r Request, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	r.index = r.World.Index()
	record, err := operation.FindScale(s)
	if err != nil {
		return nil, err
	}
	if err := r.refuse(s, record, now); err != nil {
		return nil, err
	}
	b := &builder{r: r, s: s, now: now, before: record}
	b.removed, b.added = r.removed(s, record), r.added(s)
	if no := r.refuseStale(s, b.added); no != nil {
		return nil, no
	}
	b.findOut()
	p := b.frame()
	b.begin(p)
	b.down(p)
	b.up(p)
	b.claims(p)
	b.end(p)
	b.number(p)
	return p, nil
}

// builder makes the parts of a plan.
type builder struct {
	r              Request
	s              sts.Snapshot
	now            time.Time
	before         *operation.Scale // of the scale that this one goes on with, or takes up
	record         operation.Scale
	removed, added []plan.Ordinal
	unwell         []int // ordinals that go and are not Available, ascending
	policy         bool  // the whenScaled policy stands in the way
}

// findOut looks at what has to be written besides the replicas.
func (b *builder) findOut() {
	b.record = operation.Scale{
		Version: note.FormatGoing, From: b.s.Replicas(), To: b.r.To, Claims: map[string]operation.Pending{},
	}
	b.record.Runs(b.r.Hooks)
	b.record.Driver = b.r.Driver
	if b.before != nil {
		b.record.Managers = b.before.Managers
		b.resume()
	}
	b.record.Managers = note.AddManager(b.record.Managers, b.r.Manager)
	spared := false
	for _, o := range b.removed {
		for _, c := range o.Claims {
			spared = spared || c.Fate != plan.FateByPolicy && c.Fate != plan.FateGoing
			if c.Fate == plan.FateDeleted || c.Fate == plan.FateRetained {
				b.record.Claims[c.Claim.Name] = operation.Pending{UID: c.Claim.UID, Retain: c.Fate == plan.FateRetained}
			}
		}
	}
	if spared && b.s.WhenScaled() == appsv1.DeletePersistentVolumeClaimRetentionPolicyType {
		b.policy = true
		b.record.WhenScaled = b.s.WhenScaled()
	}
	for o := range b.s.Ordinals().Removed(b.r.To).All() {
		if !b.s.PodProgress(o, "", b.now).Good() {
			b.unwell = append(b.unwell, o)
		}
	}
}

// resume takes over what the record of the scale that this one goes on with says,
// but for claims whose fate is decided anew.
func (b *builder) resume() {
	b.record.From, b.record.WhenScaled = b.before.From, b.before.WhenScaled
	b.record.Hooks = append(b.record.Hooks, b.before.Missing(b.r.Hooks)...)
	for name, p := range b.before.Claims {
		i := slices.IndexFunc(b.s.Claims, func(c storage.Claim) bool { return c.Name == name && c.UID == p.UID })
		if i < 0 && b.s.Claims != nil || i >= 0 && b.s.Claims[i].Deleting {
			b.record.Claims[name] = p
		}
	}
}

func (b *builder) frame() *plan.Plan {
	s, r := b.s, b.r
	p := &plan.Plan{
		Verb: "scale", Namespace: s.Set.Namespace, Name: s.Name(), UID: s.UID(), Made: b.now.UTC(),
		Title:    fmt.Sprintf("scale statefulset %s from %d to %s", s.Name(), s.Replicas(), sts.Count(r.To, "replica")),
		Details:  b.details(),
		Warnings: b.warnings(),
		Record:   note.ScaleAnnotation,
		Note:     *b.record.Text(),
		Scales:   true,
		Claims:   len(s.ClaimTemplates()) > 0 && s.Claims != nil,
		Ordinals: slices.Concat(b.removed, b.added),
		Patience: r.Limits.Patience, Placing: r.Limits.Placing, StepTimeout: r.Limits.StepTimeout, Timeout: r.Limits.Timeout,
		Resume: r.again(s), Stay: b.record.Stay(s), From: b.record.From, Instead: b.instead(),
		Watch: hint.Plugin("", "watch", s.Name(), "--follow"),
	}
	if r.To == s.Replicas() {
		p.Title = fmt.Sprintf("statefulset %s has %s already", s.Name(), sts.Count(r.To, "replica"))
	}
	p.Success = b.success()
	return p
}

// begin checks that the pods are well, and makes the policy harmless. Where pods
// are on their way out already, their claims can't wait for that.
func (b *builder) begin(p *plan.Plan) {
	next, top := b.s.Ordinals().Next(), above(b.s)
	check := plan.Step{Title: "check that the pods are well", Until: b.scaled(next, top)}
	keep := b.keep()
	switch {
	case keep == nil:
		p.Steps = append(p.Steps, check)
	case top > next:
		p.Steps = append(p.Steps, *keep, check)
	default:
		p.Steps = append(p.Steps, check, *keep)
	}
}

func (b *builder) scaled(from, to int) plan.Scaled {
	return plan.Scaled{From: from, To: to, Spare: b.unwell, Alone: b.r.Force}
}

// keep notes what is to be done and takes the policy out of the way; nil when
// replicas are all that is written.
func (b *builder) keep() *plan.Step {
	text := b.record.Text()
	now, _ := b.s.Annotation(note.ScaleAnnotation)
	retries := b.before != nil && b.before.Failed != nil && further(*b.before, b.r.To, b.s.Replicas())
	if b.record.Empty() && !retries || b.record.WhenScaled == "" && now == *text {
		return nil
	}
	edit := plan.Edit{Annotations: map[string]*string{note.ScaleAnnotation: text}, Says: "record"}
	step := &plan.Step{Title: "note what happens to the claims", Until: plan.Observed{}}
	if b.record.Empty() {
		step.Title = "try again"
	}
	if b.policy {
		edit.Retention = ptr.To(appsv1.RetainPersistentVolumeClaimRetentionPolicyType)
		edit.Says = "whenScaled Retain, record"
	}
	if b.record.WhenScaled != "" {
		step.Title = "keep the controller from deleting the claims"
		step.Until = plan.ClaimsFree{Names: b.names()}
	}
	step.Change = edit
	return step
}

// names are the claims of the ordinals that go.
func (b *builder) names() []string {
	var out []string
	for _, o := range b.removed {
		for _, c := range o.Claims {
			out = append(out, c.Claim.Name)
		}
	}
	return out
}
