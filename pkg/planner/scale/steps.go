package scale

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// down removes ordinals, so many at a time, from the highest on.
func (b *builder) down(p *plan.Plan) {
	for n := b.s.Replicas(); n > b.r.To; {
		left := max(n-b.r.Step, b.r.To)
		if b.s.Ordered() && len(b.unwell) > 0 {
			left = min(left, b.s.Ordinals().Index(b.unwell[0])) // see details
		}
		going := b.s.Ordinals().Slice(left, n)
		p.Steps = append(p.Steps, plan.Step{
			Title: "remove " + b.s.PodNames(going), Number: 1, Require: b.others(going), Before: b.hooks(going),
			Goes: b.goes(going), Leader: b.r.Hooks.Leader,
			Change: replicas(left), Until: b.scaled(going.First(), going.Next()),
		})
		n = left
	}
}

// others must be Available before these ordinals go. Those that go after them
// count, but for those that are not Available anyway.
func (b *builder) others(going workload.Ordinals) plan.Condition {
	if b.r.Force {
		return nil
	}
	but := slices.AppendSeq(slices.Clone(b.unwell), going.All())
	slices.Sort(but)
	return plan.Others{But: slices.Compact(but)}
}

// hooks are what is run before the ordinals go, the highest first.
func (b *builder) hooks(going workload.Ordinals) []plan.Hook {
	var out []plan.Hook
	for o := range going.Backward() {
		for _, h := range b.r.Hooks.Before {
			out = append(out, h.For(b.s, o))
		}
	}
	return out
}

// goes are the ordinals of which it is asked whether one leads.
func (b *builder) goes(going workload.Ordinals) []int {
	if b.r.Hooks.Leader == nil {
		return nil
	}
	return slices.Collect(going.Backward())
}

// after are what is run once the ordinals have come, the lowest first.
func (b *builder) after(coming workload.Ordinals) []plan.Hook {
	var out []plan.Hook
	for o := range coming.All() {
		for _, h := range b.r.Hooks.After {
			out = append(out, h.For(b.s, o))
		}
	}
	return out
}

// replicas wants so many.
func replicas(n int) plan.Edit {
	return plan.Edit{Replicas: &n, Says: fmt.Sprintf("replicas %d", n)}
}

// up adds ordinals, so many at a time, from the lowest on.
func (b *builder) up(p *plan.Plan) {
	now := b.s.Replicas()
	for n := now; n < b.r.To; n += b.r.Step {
		to := min(n+b.r.Step, b.r.To)
		coming := b.s.Ordinals().Slice(n, to)
		gone := map[types.UID]string{}
		for _, o := range b.added[n-now : to-now] {
			for _, c := range o.Claims {
				switch c.Fate {
				case plan.FateReplaced:
					p.Steps = append(p.Steps, b.deleteClaim(c, "so that "+o.Pod+" gets a new one"))
				case plan.FateGoing:
					gone[c.Claim.UID] = c.Claim.Name
				}
			}
		}
		if len(gone) > 0 {
			p.Steps = append(p.Steps, plan.Step{
				Title: "wait for claims that are being deleted", Until: plan.ClaimsGone{Claims: gone},
			})
		}
		p.Steps = append(p.Steps, plan.Step{
			Title: "add " + b.s.PodNames(coming), Number: 1, Change: replicas(to), Checks: b.r.Checks,
			Until: b.scaled(coming.First(), coming.Next()), After: b.after(coming),
		})
	}
}

func (b *builder) deleteClaim(f plan.ClaimFate, why string) plan.Step {
	c := f.Claim
	return plan.Step{
		Title:  "delete claim " + c.Name,
		Change: plan.DeleteClaim{Name: c.Name, UID: c.UID, Why: why, Receipt: b.records(f), Replaced: f.Fate == plan.FateReplaced},
		Until:  plan.ClaimsGone{Claims: map[types.UID]string{c.UID: c.Name}},
	}
}

// claims deletes those of the ordinals that went. They go last, when all else is
// well: until then the scale can be taken back and nothing is lost.
func (b *builder) claims(p *plan.Plan) {
	others := map[types.UID]string{}
	for _, o := range b.removed {
		for _, c := range o.Claims {
			switch c.Fate {
			case plan.FateByPolicy, plan.FateGoing:
				others[c.Claim.UID] = c.Claim.Name
			case plan.FateRetained:
				if c.Claim.DataDies() {
					p.Steps = append(p.Steps, plan.Step{
						Title:  "retain volume " + c.Claim.Volume,
						Change: plan.RetainVolume{Claim: c.Claim.Name, UID: c.Claim.UID, Volume: c.Claim.Volume},
						Until:  plan.Observed{},
					})
				}
				p.Steps = append(p.Steps, b.deleteClaim(c, "its volume stays"))
			case plan.FateDeleted:
				p.Steps = append(p.Steps, b.deleteClaim(c, "as answered"))
			}
		}
	}
	if len(others) > 0 {
		p.Steps = append(p.Steps, plan.Step{Title: "wait until the claims are gone", Until: plan.ClaimsGone{Claims: others}})
	}
}

// end puts back what begin changed.
func (b *builder) end(p *plan.Plan) {
	if b.record.Empty() && b.before == nil {
		return
	}
	edit := plan.Edit{Annotations: map[string]*string{note.ScaleAnnotation: nil}, Says: "remove the record"}
	if b.record.WhenScaled != "" {
		edit.Retention = ptr.To(b.record.WhenScaled)
		edit.Says = fmt.Sprintf("whenScaled %s, remove the record", b.record.WhenScaled)
	}
	p.Steps = append(p.Steps, plan.Step{Title: "end the scale", Change: edit, Until: plan.Observed{}})
}

// number counts the steps that move pods.
func (b *builder) number(p *plan.Plan) {
	n := 0
	for i := range p.Steps {
		if p.Steps[i].Number > 0 {
			n++
			p.Steps[i].Number = n
		}
	}
	for i := range p.Steps {
		if p.Steps[i].Number > 0 {
			p.Steps[i].Of = n
		}
	}
}
