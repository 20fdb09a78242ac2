package resize

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/health"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/intent"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/refuse"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/rolling"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/podorder"
)

// The values of --restart.
const (
	RestartNever = "never"
	RestartAuto  = "auto"
)

// Restarts says how pods are restarted whose file systems grow only then. No record of it
// is on the set: which pods have to restart, and which have, their claims tell.
type Restarts struct {
	intent.Run
	Order podorder.Order
	Soak  time.Duration
}

func (b *builder) restarts() bool { return b.r.Restarts != nil }

// rollout is what the steps have in common with those of a restart.
func (b *builder) rollout() rolling.Rollout { return rolling.Rollout{Run: b.r.Restarts.Run, Set: b.s} }

// canaryRestarts reports whether the pod of the highest ordinal restarts before any other
// claim grows. Where somebody says which pods go first or last, that counts.
func (b *builder) canaryRestarts() bool {
	return b.restarts() && b.r.Restarts.Order.IsZero() && b.r.Restarts.Hooks.Leader == nil
}

// refuseRestarts refuses an order that can't be had, and restarts that would be updates.
func (b *builder) refuseRestarts() *plan.Refusal {
	if !b.restarts() {
		return nil
	}
	if no := refuse.Pods(b.r.Restarts.Order, b.s); no != nil {
		return no
	}
	pods := map[int]types.UID{}
	for _, c := range b.open(func(plan.Resize) bool { return true }) {
		if pod, there := b.s.Pod(c.Ordinal); there {
			pods[c.Ordinal] = pod.UID
		}
	}
	why := rolling.Updating(b.s, pods, b.now)
	if why == "" {
		return nil
	}
	no := refuse.Unsettled(b.s, why)
	no.Try = append(no.Try, hint.Words("or resize without restarts: leave --restart=auto out"))
	return no
}

// restartOthers restarts the pods of all claims but those of the first ordinal, or of those
// as well where its pod has not had its turn.
func (b *builder) restartOthers(p *plan.Plan, others []plan.Resize) {
	b.begun -= len(others)
	all := others
	if !b.canaryRestarts() {
		all = b.open(func(plan.Resize) bool { return true })
		b.begun -= len(all) - len(others)
	}
	b.restart(p, all, 2)
	b.begun += len(all)
}

// restart restarts the pods for which the file systems of these claims wait.
func (b *builder) restart(p *plan.Plan, claims []plan.Resize, number int) {
	var pods []sts.Pod
	for _, o := range b.ordinals() {
		meant := slices.ContainsFunc(claims, func(c plan.Resize) bool { return c.Ordinal == o })
		if meant && b.s.Ordinals().Has(o) { // one that is not there comes back, and may have to go again
			pods = append(pods, sts.Pod{Name: b.s.PodName(o), Ordinal: o})
		}
	}
	if len(pods) == 0 {
		return
	}
	title := fmt.Sprintf("restart %s if a file system waits for that", rolling.Names(pods))
	if len(pods) > 1 {
		title = fmt.Sprintf("restart those of %s for which a file system waits, one by one", rolling.Names(pods))
	}
	rollout, r := b.rollout(), b.r.Restarts
	step := plan.Step{
		Title: title, Number: number, Until: plan.FileSystemsGrown{ClaimsResized: b.until(claims, 0, false)},
		Soak: r.Soak, Checks: r.Checks,
		Replace: &plan.Replace{
			Mode: plan.ReplaceRestart, Order: r.Order, Budgets: rollout.Guarded(), Why: "so that its file system grows",
		},
	}
	p.Steps = append(p.Steps, rollout.Deleting(step, !b.resumed, func(sts.Pod) bool { return true }))
}

// settle waits at the end for a pod that a run before this one has restarted: nothing of its
// claims may tell.
func (b *builder) settle(p *plan.Plan) {
	if !b.restarts() || !b.resumed || len(p.Steps) == 0 && health.Unhealthy(b.s, nil, b.now) == "" {
		return
	}
	p.Steps = append(p.Steps, plan.Step{Title: "wait until every pod is Available", Number: 2, Until: plan.Others{}})
}

// UnderWay reports whether a run before this one has asked for these sizes: pods that are
// not Available may be those that it has restarted.
func UnderWay(s sts.Snapshot, sizes map[string]string) bool {
	b := &builder{s: s, of: map[string]string{}}
	for i := range s.Claims {
		for template, size := range sizes {
			if o, of := s.ClaimOrdinal(template, s.Claims[i].Name); of {
				b.of[s.Claims[i].Name] = template
				claim := plan.Resize{Claim: s.Claims[i], Ordinal: o, Wanted: size}
				if claim.Fate = b.fate(claim); b.shows(claim) {
					return true
				}
			}
		}
	}
	return false
}

// restartDetails say which pods may restart, and how.
func (b *builder) restartDetails() []string {
	if !b.restarts() || b.due == 0 {
		return nil
	}
	r, when := b.r.Restarts, ""
	if b.rollout().Guarded() {
		when = ", when the PodDisruptionBudget allows it"
	}
	out := []string{fmt.Sprintf("a pod restarts where its file system does not grow while it runs: one at a time, %s%s, "+
		"each Available and its file system grown before the next", r.Order, when)}
	if !b.canaryRestarts() {
		out = append(out, "none restarts before all volumes have grown, for the order says which goes first")
	}
	return append(out, intent.HookDetails(r.Hooks)...)
}

// again has a command restart pods in the same way.
func (r *Restarts) again(h hint.Hint, s sts.Snapshot) hint.Hint {
	h = h.With("--restart", RestartAuto)
	switch o := r.Order; {
	case o.Ascending:
		h = h.With("--order", "ascending")
	case len(o.First) > 0:
		var first []string
		for _, ordinal := range o.First {
			first = append(first, strconv.Itoa(ordinal))
		}
		h = h.With("--order", strings.Join(first, ","))
	}
	if r.Order.Last != "" {
		h = h.With("--last", r.Order.Last)
	}
	if r.Soak != operation.DefaultSoak {
		h = h.With("--soak", r.Soak.String())
	}
	rollout := rolling.Rollout{Run: r.Run, Set: s}
	return intent.WithHooks(rollout.MeasuredAgain(h), r.Hooks)
}
