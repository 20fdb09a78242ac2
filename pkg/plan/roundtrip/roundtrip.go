// Package roundtrip proves that plans are data: that a plan is the same after it was
// written as JSON and read again. Tests compare every plan that they make. The program
// compares what it runs only where it is built with the tag roundtrip, as test/e2e
// does, so that the plans of its scripts are compared as well.
package roundtrip

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
)

// Check compares a plan that is run, in a binary with the tag.
func Check(p plan.Plan) {
	if on {
		Same(p)
	}
}

// CheckStep compares a step of a batch, which has its steps in a stream, in a binary with
// the tag.
func CheckStep(step plan.Step) {
	if on {
		Same(plan.Plan{Steps: []plan.Step{step}})
	}
}

// Same is the plan as it is read back after it was written. It panics where that is
// another one. A plan that only watches is passed on, and all of it compared but its
// conditions: these are not kept for another time.
func Same(p plan.Plan) plan.Plan {
	was := plan.Identify(p)
	if p.ReadOnly {
		was.Steps = unconditional(was.Steps)
	}
	read, err := plan.Saved(was)
	if err != nil {
		panic(err)
	}
	if !reflect.DeepEqual(was, read) {
		panic("the plan is another one after it was saved:" + differences(was, read))
	}
	if p.ReadOnly {
		return p
	}
	return read
}

func unconditional(steps []plan.Step) []plan.Step {
	steps = slices.Clone(steps)
	for i := range steps {
		steps[i].Until = nil
	}
	return steps
}

// differences are the fields of a plan, and those of its steps, that are not the same.
func differences(was, read plan.Plan) string {
	var out strings.Builder
	compare := func(where string, was, read any) {
		a, b := reflect.ValueOf(was), reflect.ValueOf(read)
		for i := range a.NumField() {
			name := a.Type().Field(i).Name
			if was, read := a.Field(i).Interface(), b.Field(i).Interface(); name != "Steps" && !reflect.DeepEqual(was, read) {
				_, _ = fmt.Fprintf(&out, "\n%s%s was %#v, is %#v", where, name, was, read)
			}
		}
	}
	compare("", was, read)
	for i := range min(len(was.Steps), len(read.Steps)) {
		compare(fmt.Sprintf("step %d: ", i+1), was.Steps[i], read.Steps[i])
	}
	return out.String()
}
