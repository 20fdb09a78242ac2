package verbtest

import (
	"encoding/json"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/abort"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/restart"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/rolling"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/undo"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// Planner is what a verb does with a snapshot: go on, or begin.
type Planner func(r Request, s sts.Snapshot, now time.Time) (*plan.Plan, error)

// CanaryOf is a canary of this image.
func CanaryOf(name string) Planner {
	return func(r Request, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
		r.Template = ststest.Raw(name)
		return plantest.Saved(canary.Plan(r.Canary(), s, now))
	}
}

// GoOn is what this verb does with what it left in progress.
func GoOn(verb operation.Verb) Planner {
	return func(r Request, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
		switch verb {
		case operation.VerbUndo:
			return plantest.Saved(undo.GoOn(r.Undo(), s, now))
		case operation.VerbRestart:
			p, _, err := restart.GoOn(r.Restart(), s, now)
			return plantest.Saved(p, err)
		}
		return plantest.Saved(canary.Plan(r.Canary(), s, now))
	}
}

// NextStep promotes what is in progress by one step.
func NextStep(r Request, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	return plantest.Saved(canary.Promote(r.Promotion(false), s, now))
}

// ToRevision is an undo to this revision.
func ToRevision(name string) Planner {
	return func(r Request, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
		if p, err := plantest.Saved(undo.GoOn(r.Undo(), s, now)); p != nil || err != nil {
			return p, err
		}
		named, err := s.FindRevision(name)
		if err != nil {
			return nil, err
		}
		target, err := undo.FindTarget(s, named, now)
		if err != nil {
			return nil, err
		}
		return plantest.Saved(undo.Plan(r.Undo(), target, s, now))
	}
}

// RestartAll restarts every pod.
func RestartAll(r Request, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	if p, _, err := restart.GoOn(r.Restart(), s, now); p != nil || err != nil {
		return plantest.Saved(p, err)
	}
	r.Template = restarted(s)
	return plantest.Saved(restart.Plan(r.Restart(), s, now))
}

// restarted is the template with another time of restart.
func restarted(s sts.Snapshot) podtemplate.Template {
	typed := s.Set.Spec.Template.DeepCopy()
	typed.Annotations = map[string]string{rolling.RestartedAt: "now"}
	data, err := json.Marshal(typed)
	if err != nil {
		panic(err)
	}
	return data
}

// RestartSome restarts the pods with these ordinals.
func RestartSome(ordinals ...int) Planner {
	return func(r Request, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
		if p, _, err := restart.GoOn(r.Restart(), s, now); p != nil || err != nil {
			return plantest.Saved(p, err)
		}
		return plantest.Saved(restart.Pods(r.Restart(), ordinals, s, now))
	}
}

// Abort takes back what is in progress.
func Abort(r Request, s sts.Snapshot, _ time.Time) (*plan.Plan, error) {
	return plantest.Saved(abort.Plan(r.Abort(), s))
}

// AbortAtGate is what a person asks for at the gate of the run itself.
func AbortAtGate(r Request, s sts.Snapshot, _ time.Time) (*plan.Plan, error) {
	r.AtGate = true
	return plantest.Saved(abort.Plan(r.Abort(), s))
}
