package scale

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/intent"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// details say how it goes, where that is not what anybody would expect.
func (b *builder) details() []string {
	var out []string
	hooks := b.r.Hooks
	if b.r.To < b.s.Replicas() {
		hooks.After = nil
	} else {
		hooks.Before, hooks.Leader = nil, nil
	}
	out = append(out, intent.HookDetails(hooks)...)
	if b.s.Ordered() && len(b.unwell) > 0 && b.unwell[0] < b.s.Ordinals().Highest(b.r.Step).First() {
		out = append(out, fmt.Sprintf("%s is not Available, and the controller takes away no pod above it while it is wanted: "+
			"%s go with one write, still one after another", b.s.PodName(b.unwell[0]), b.s.PodNames(b.s.Ordinals().From(b.unwell[0]))))
	}
	if b.record.WhenScaled != "" {
		out = append(out, fmt.Sprintf("whenScaled is %s: it is set to Retain meanwhile, so that the controller deletes no claim",
			b.record.WhenScaled))
	}
	if b.fates(plan.FateByPolicy) > 0 {
		out = append(out, "whenScaled is Delete: the controller deletes the claims of the pods that go")
	}
	return out
}

// fates counts the claims of the ordinals that go to which this happens.
func (b *builder) fates(fate plan.Fate) int {
	return b.count(func(c plan.ClaimFate) bool { return c.Fate == fate })
}

// count counts these claims of the ordinals that go.
func (b *builder) count(wanted func(plan.ClaimFate) bool) int {
	n := 0
	for _, o := range b.removed {
		for _, c := range o.Claims {
			if wanted(c) {
				n++
			}
		}
	}
	return n
}

// success is the last line of a run that got to the end.
func (b *builder) success() string {
	out := fmt.Sprintf("statefulset %s has %s, all Available", b.s.Name(), sts.Count(b.r.To, "replica"))
	if b.r.To == 0 || b.r.Force {
		out = strings.TrimSuffix(out, ", all Available")
	}
	if n := b.count(func(c plan.ClaimFate) bool { return c.Fate.Deletes() && !c.VolumeStays() }); n > 0 {
		out += fmt.Sprintf("; %s deleted", are(n))
	}
	switch n := b.count(plan.ClaimFate.VolumeStays); {
	case n == 1:
		out += "; 1 claim is deleted, its volume stays"
	case n > 1:
		out += fmt.Sprintf("; %d claims are deleted, their volumes stay", n)
	}
	if names := b.restorable(); len(names) > 0 {
		out += "; to restore: " + b.restore(names)
	}
	switch n, why := b.fates(plan.FateKept), b.prunesNone(); {
	case n > 0 && why != "":
		out += fmt.Sprintf("; %s kept, by prune-pvc as well: %s", are(n), why)
	case n > 0:
		out += fmt.Sprintf("; %s kept, to see and delete: %s", are(n), b.r.Caller.Sts("prune-pvc", b.s.Name()))
	}
	return out
}

// prunesNone says why prune-pvc deletes none of the claims that are kept, or "" where
// it deletes one.
func (b *builder) prunesNone() string {
	var out []string
	for _, o := range b.removed {
		for _, c := range o.Claims {
			if c.Fate != plan.FateKept {
				continue
			}
			why := b.r.mustKeep(b.s, c.Claim, false)
			if why == "" {
				return ""
			}
			if !slices.Contains(out, why) {
				out = append(out, why)
			}
		}
	}
	return strings.Join(out, ", ")
}

// restorable are the claims of the ordinals that go which there is a record of
// at the end, those included that an earlier part of the run has deleted.
func (b *builder) restorable() []string {
	names := map[string]bool{}
	for name, p := range b.record.Claims {
		names[name] = p.Retain
	}
	for _, o := range b.removed {
		for _, c := range o.Claims {
			if c.Fate != plan.FateGoing {
				names[c.Claim.Name] = b.records(c)
			}
		}
	}
	maps.DeleteFunc(names, func(_ string, wanted bool) bool { return !wanted })
	return slices.Sorted(maps.Keys(names))
}

// records reports whether the run deletes the claim and writes a record of it
// first. What the controller deletes is gone before.
func (b *builder) records(c plan.ClaimFate) bool {
	return c.VolumeStays() && c.Fate != plan.FateByPolicy && (!b.r.Unrecorded || c.Fate == plan.FateRetained)
}

// restore is the command that makes claims again.
func (b *builder) restore(names []string) string {
	words := slices.Clone(names)
	if b.r.RecordDir != "" {
		words = append(words, "--record", b.r.RecordDir)
	}
	return b.r.Caller.Sts("restore-pvc", words...)
}

func are(n int) string {
	if n == 1 {
		return "1 claim is"
	}
	return fmt.Sprintf("%d claims are", n)
}

// warnings say who or what may make it come out otherwise.
func (b *builder) warnings() []string {
	var out []string
	if len(b.r.Left) > 0 {
		out = append(out, fmt.Sprintf("new and empty, though volumes with the data of earlier ones are still there: %s; "+
			"to have that data instead, first: %s", strings.Join(b.r.Left, ", "), b.restore(b.r.Left)))
	}
	for _, a := range b.r.Autoscalers(b.s) {
		out = append(out, b.fights(a))
	}
	born := b.s.Ordinals().Added(b.r.To).From(b.s.Opened().First()) // at the update revision
	if born.Len() > 0 && !b.s.OnDelete() && b.s.CurrentRevision() != b.s.UpdateRevision() {
		out = append(out, fmt.Sprintf("at the update revision %s, which partition %d lets through: %s",
			b.s.UpdateRevision(), b.s.Partition(), b.s.PodNames(born)))
	}
	if len(b.r.Hooks.Before) > 0 && b.r.To >= b.s.Replicas() {
		out = append(out, "no pod goes, so the command before it is not run")
	}
	for _, o := range b.added {
		for _, c := range o.Claims {
			if rival, ok := b.r.index.Rival(c.Claim, b.s.Name()); ok && c.Fate == plan.FateReused {
				out = append(out, fmt.Sprintf("claim %s may be set %s's: its name fits both", c.Claim.Name, rival.Set))
			}
		}
	}
	return out
}

// fights says what an autoscaler does about the new replicas.
func (b *builder) fights(a claims.Autoscaler) string {
	switch {
	case b.r.To == 0:
		return fmt.Sprintf("%s targets statefulset %s; at 0 replicas it rests, and goes on as soon as there are any", a, b.s.Name())
	case b.r.To < a.Min, b.r.To > a.Max:
		return fmt.Sprintf("%s targets statefulset %s and will change the replicas back, which halts the run", a, b.s.Name())
	}
	return fmt.Sprintf("%s targets statefulset %s and may change the replicas again", a, b.s.Name())
}

// refuseStale refuses what can't be done about claims that are there already,
// and stops where nobody has said what to do about them.
func (r Request) refuseStale(s sts.Snapshot, added []plan.Ordinal) error {
	for _, o := range added {
		for _, c := range o.Claims {
			rival, _ := r.index.Rival(c.Claim, s.Name())
			why := ""
			switch {
			case c.Fate == plan.FateReplaced:
				why = r.mustKeep(s, c.Claim, true)
			case c.Fate == plan.FateReused && rival.Wants:
				why = fmt.Sprintf("set %s uses it", rival.Set)
			}
			if why != "" {
				return &plan.Refusal{
					Why: fmt.Sprintf("claim %s, which %s would get, can't be %s: %s", c.Claim.Name, o.Pod, c.Fate, why),
					Try: []hint.Hint{hint.Words(fmt.Sprintf("scale up to %d only, or settle whose it is", s.Ordinals().Index(o.Ordinal)))},
				}
			}
		}
	}
	stale := Stale(added)
	if r.Answer != Fail || len(stale) == 0 {
		return nil
	}
	names := make([]string, 0, len(stale))
	for i := range stale {
		names = append(names, fmt.Sprintf("%s (%s)", stale[i].Name, stale[i].Size))
	}
	return &plan.Refusal{
		Why: fmt.Sprintf("%s of earlier pods would come back with their data: %s",
			sts.Count(len(stale), "claim"), strings.Join(names, ", ")),
		Try: []hint.Hint{
			hint.Plugin("give them to the new pods", "scale", s.Name(), "--replicas", strconv.Itoa(r.To), "--pvc=reuse"),
			hint.Plugin("or delete them and start empty", "scale", s.Name(), "--replicas", strconv.Itoa(r.To), "--pvc=fresh"),
		},
	}
}
