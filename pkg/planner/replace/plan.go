package replace

import (
	"cmp"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/health"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/intent"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/refuse"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/rolling"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/podorder"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// Request is what a user wants of a replace.
type Request struct {
	intent.Run
	intent.Resume
	ID        string // a fresh one
	Soak      time.Duration
	SoakGiven bool // on the command line
	Order     podorder.Order
	Force     bool     // go ahead whatever the pods are like, and where nobody else has the data
	Ordinals  []int    // nil for all
	All       bool     // every ordinal is asked for, and not only what is in progress
	Templates []string // of the claims, nil for all
	// Delete lets the volumes go as their reclaim policy says. Without it they are set to
	// Retain before.
	Delete      bool
	DeleteGiven bool // on the command line, either way
	// World is what else may want the claims, in the set's namespace.
	World claims.World
	// Classes are the StorageClasses of the new claims, nil where they can't be read.
	Classes []storage.Class
}

// start is a replace in one step.
func (r Request) start() intent.Start {
	return intent.Start{
		ID: r.ID, Steps: operation.AllAtOnce(), Soak: r.Soak, Given: intent.Given{Soak: r.SoakGiven}, Order: r.Order,
	}
}

// GoOn plans the rest of a replace in progress; nil when there is none. Another verb in
// progress is a refusal, and so are other pods or claims than it began with.
func GoOn(r Request, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	rollout := rolling.Rollout{Run: r.Run, Set: s, Force: r.Force}
	p, record, err := rollout.GoOn(operation.VerbReplace, r.Resume, r.start(), now)
	if err != nil || p == nil {
		return nil, err
	}
	if no := cmp.Or(r.same(record, s), r.unasked(record, s)); no != nil {
		return nil, no
	}
	rollout.Record = *record
	asked := r.Delete
	p.Made = now.UTC()
	p.Ordinals = ordinals(rollout.Fate(), record.Claims, s)
	p.Details = slices.Concat(p.Details, r.born(s, record.Claims))
	p.Success = success(p)
	if r.DeleteGiven && asked == record.Retain {
		p.Warnings = append(p.Warnings, "the replace in progress goes on with its own --pvc="+answer(!record.Retain))
	}
	return p, nil
}

// Plan plans new claims for ordinals. The snapshot has to know the claims.
func Plan(r Request, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	if no := cmp.Or(refuse.Rollout(s), noTemplates(s), operation.RefuseBeside(s), r.noTemplate(s)); no != nil {
		return nil, no
	}
	wanted := r.Ordinals
	if wanted == nil {
		for o := range s.Ordinals().All() {
			wanted = append(wanted, o)
		}
	}
	pods, renewed := map[int]types.UID{}, map[string]types.UID{}
	for _, o := range wanted {
		if no := cmp.Or(refuse.Ordinal(o, s), r.unready(o, s)); no != nil {
			return nil, no
		}
		pod, _ := s.Pod(o)
		pods[o] = pod.UID
		for _, c := range r.claims(s, o) {
			renewed[c.Name] = c.UID
		}
	}
	if no := cmp.Or(refuse.Pods(r.Order, s), r.refuse(s, renewed), r.alone(s, pods)); no != nil {
		return nil, no
	}
	rollout := rolling.Rollout{Run: r.Run, Set: s, Force: r.Force}
	if no := cmp.Or(broken(s, pods, now),
		rollout.RefuseUnless(cmp.Or(health.Unhealthy(s, wanted, now), rolling.Updating(s, pods, now)))); no != nil {
		return nil, no
	}
	rollout.Record = rollout.NewRecord(operation.VerbReplace, r.start(), now)
	rollout.Record.Pods, rollout.Record.Claims, rollout.Record.Retain = pods, renewed, !r.Delete
	rollout.Counts = []int{len(pods)}
	p := rollout.Frame("replace")
	p.Made = now.UTC()
	p.Details = slices.Concat(p.Details, r.born(s, renewed), rolling.Moved(s, pods), rolling.Held(s, pods, now))
	p.Ordinals = ordinals(rollout.Fate(), renewed, s)
	p.Warnings = slices.Concat(p.Warnings, going(p.Ordinals, !r.Delete), r.warnings(s, pods))
	p.Steps = []plan.Step{rollout.Note("note which claims are to be replaced"), rollout.Whole(0), rollout.Finish()}
	p.Success = success(p)
	return p, nil
}

// claims are those of an ordinal that are to be replaced.
func (r Request) claims(s sts.Snapshot, ordinal int) []storage.Claim {
	return slices.DeleteFunc(s.ClaimsOf(ordinal), func(c storage.Claim) bool {
		return r.Templates != nil && !slices.ContainsFunc(r.Templates, func(t string) bool { return s.ClaimName(t, ordinal) == c.Name })
	})
}

// ordinals are what happens to the claims of each ordinal that has one to be replaced, the
// highest first.
func ordinals(fate plan.Fate, renewed map[string]types.UID, s sts.Snapshot) []plan.Ordinal {
	var out []plan.Ordinal
	for o := range s.Ordinals().Backward() {
		ordinal := plan.Ordinal{Ordinal: o, Pod: s.PodName(o)}
		replaces := false
		for _, c := range s.ClaimsOf(o) {
			f := plan.ClaimFate{Claim: c, Fate: plan.FateKept}
			if renewed[c.Name] == c.UID {
				replaces, f.Fate = true, fate
				if c.Phase == corev1.ClaimLost { // it has lost its volume: none stays
					f.Fate = plan.FateReplaced
				}
			}
			if c.Deleting {
				f.Fate = plan.FateGoing
			}
			ordinal.Claims = append(ordinal.Claims, f)
		}
		if replaces {
			out = append(out, ordinal)
		}
	}
	return out
}
