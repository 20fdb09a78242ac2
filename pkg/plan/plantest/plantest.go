// Package plantest helps tests that make plans.
package plantest

import (
	"fmt"
	"reflect"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
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
// another one. A plan that only watches is passed on.
func Same(p plan.Plan) plan.Plan {
	if p.ReadOnly {
		return p
	}
	p = plan.Identify(p)
	saved, err := plan.Saved(p)
	if err != nil {
		panic(err)
	}
	if !reflect.DeepEqual(p, saved) {
		panic(fmt.Sprintf("the plan is another one after it was saved:\n%#v\n%#v", p, saved))
	}
	return saved
}
