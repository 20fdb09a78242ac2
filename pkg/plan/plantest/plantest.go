// Package plantest helps tests that make plans.
package plantest

import (
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/roundtrip"
)

// Saved passes on what a planner returns. It panics where the plan is another one
// after it was written and read.
func Saved(p *plan.Plan, err error) (*plan.Plan, error) {
	if p == nil || err != nil {
		return p, err
	}
	Same(*p)
	return p, nil
}

// Same is the plan as it is read back after it was written. It panics where that is
// another one.
func Same(p plan.Plan) plan.Plan { return roundtrip.Same(p) }

// Step is the same for a step of a batch.
func Step(step plan.Step) plan.Step { return Same(plan.Plan{Steps: []plan.Step{step}}).Steps[0] }
