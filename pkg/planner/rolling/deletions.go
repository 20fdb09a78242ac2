package rolling

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// deletions is the way of a run that deletes the pods itself: of a set with OnDelete,
// or those that are to be restarted or to get new claims.
type deletions struct {
	Rollout
	all     int                // pods that it is about
	there   func(sts.Pod) bool // whether a pod is what it is to be
	until   func(step int) plan.Condition
	replace plan.Replace
}

// updates are the deletions by which the pods of a set with OnDelete get another
// template.
func updates(r Rollout) deletions {
	return deletions{
		Rollout: r, all: r.Set.Replicas(), there: r.updated,
		until: func(step int) plan.Condition { return plan.PodsUpdated{Count: r.Counts[step]} },
		replace: plan.Replace{
			Mode: plan.ReplaceEach, Order: r.Record.Order, Budgets: r.Guarded(), AlwaysUnhealthy: r.goesBack(),
		},
	}
}

// updated reports whether the pod has the template that is rolled out. Before a new
// one is set none has.
func (r Rollout) updated(pod sts.Pod) bool {
	switch {
	case r.InPlace:
		return false
	case r.Record.Verb == operation.VerbUndo:
		return pod.Revision == r.Record.Target
	}
	return (r.begun() || r.Template == nil) && pod.Revision == r.Set.UpdateRevision()
}

// restarts are the deletions of the pods that the record names.
func restarts(r Rollout) deletions {
	return deletions{
		Rollout: r, all: len(r.Record.Pods),
		there: func(pod sts.Pod) bool {
			was, named := r.Record.Pods[pod.Ordinal]
			return !named || pod.UID != was
		},
		until:   func(int) plan.Condition { return plan.PodsRestarted{Pods: r.Record.Pods, Alone: r.Force} },
		replace: plan.Replace{Mode: plan.ReplaceRestart, Order: r.Record.Order, Budgets: r.Guarded()},
	}
}

// renewals are the deletions of the pods whose claims the record names, each after its
// claims.
func renewals(r Rollout) deletions {
	claims := r.Renewals()
	return deletions{
		Rollout: r, all: len(r.Record.Pods),
		there: func(pod sts.Pod) bool {
			return !slices.ContainsFunc(r.Set.ClaimsOf(pod.Ordinal), func(c storage.Claim) bool { return r.Record.Claims[c.Name] == c.UID })
		},
		until: func(int) plan.Condition { return plan.PodsRenewed{Claims: claims, Alone: r.Force} },
		replace: plan.Replace{
			Mode: plan.ReplaceRenew, Order: r.Record.Order, Budgets: r.Guarded(), Claims: claims,
		},
	}
}

// Renewals are the claims that the record names, those of the highest ordinal first.
func (r Rollout) Renewals() []plan.Renewal {
	var out []plan.Renewal
	for o := range r.Set.Ordinals().Backward() {
		for _, template := range r.Set.ClaimTemplates() {
			name := r.Set.ClaimName(template, o)
			uid, named := r.Record.Claims[name]
			if !named {
				continue
			}
			// Of a claim that is not known nothing says that its volume may go.
			renewal := plan.Renewal{Name: name, UID: uid, Ordinal: o, Retain: r.Record.Retain && r.Set.Claims == nil}
			i := slices.IndexFunc(r.Set.Claims, func(c storage.Claim) bool { return c.UID == uid })
			if i >= 0 {
				fate := plan.ClaimFate{Claim: r.Set.Claims[i], Fate: r.Fate()}
				if fate.Claim.Phase == corev1.ClaimLost { // there is none that could stay
					out = append(out, renewal)
					continue
				}
				renewal.Volume = fate.Claim.Volume
				renewal.Retain = r.Record.Retain && (fate.Claim.Volume == "" || fate.Claim.DataDies())
				renewal.Receipt = fate.VolumeStays() && !fate.Claim.Deleting // too late: none is written any more
			}
			out = append(out, renewal)
		}
	}
	return out
}

// Fate is what happens to the claims that the record names.
func (r Rollout) Fate() plan.Fate {
	if r.Record.Retain {
		return plan.FateRenewed
	}
	return plan.FateReplaced
}

// pods are those whose turn it would be as things stand.
func (d deletions) pods(i int) string {
	left := d.left()
	done := d.all - len(left)
	from, to := max(0, d.before(i)-done), max(0, d.Counts[i]-done)
	if from >= to {
		return sts.Count(d.Counts[i]-d.before(i), "pod")
	}
	return Names(left[from:to])
}

// left are the pods that are still to be replaced, in their order.
func (d deletions) left() []sts.Pod {
	var pods []sts.Pod
	for o := range d.Set.Ordinals().All() {
		if pod, ok := d.Set.Pod(o); ok && !d.there(pod) {
			pods = append(pods, pod)
		}
	}
	d.Record.Order.Sort(pods)
	return pods
}

func (d deletions) whole(i int) plan.Step {
	step := d.step(i, d)
	step.Until = d.until(i)
	step.Replace = &d.replace
	return d.Deleting(step, d.fresh, d.there)
}

func (d deletions) steps(i int) []plan.Step { return []plan.Step{d.whole(i)} }

// half is nothing: the step itself waits for each pod before it deletes the next.
func (deletions) half(int) (plan.Step, bool) { return plan.Step{}, false }

func (d deletions) beyond(i int) bool { return d.Record.LetThrough(d.Set) > d.Counts[i] }

// open has most of the pods tell what to go back to.
func (d deletions) open(record *operation.Rollout) { record.Stable = majority(d.Set) }

// majority is the revision that most pods run.
func majority(s sts.Snapshot) string {
	count := map[string]int{}
	best := s.UpdateRevision()
	for _, p := range s.Pods {
		count[p.Revision]++
		if count[p.Revision] > count[best] {
			best = p.Revision
		}
	}
	return best
}

// hold needs no gate: the controller leaves the pods alone.
func (deletions) hold(edit *plan.Edit, _ int) { edit.Says = "template, record" }

func (deletions) end(edit *plan.Edit) plan.Condition {
	edit.Says = "no record"
	return plan.Observed{}
}

func (deletions) atOnce() []string { return nil }
