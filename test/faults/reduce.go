package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/test/faults/judge"
	"github.com/kubectl-sts/kubectl-sts/test/faults/lane"
	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
)

// reduce looks for a smaller schedule that breaks one of the same rules. What
// depends on the moment may not show each time, so each is tried twice.
func reduce(ctx context.Context, plane *lane.Plane, o options, s schedule.Schedule, breaches []judge.Violation,
) (smallest schedule.Schedule, seen *judge.Evidence, tries int) {
	smallest = s
	for found := true; found; {
		found = false
		for _, candidate := range smallest.Smaller() {
			for range 2 {
				if tries >= o.reruns || ctx.Err() != nil {
					return smallest, seen, tries
				}
				tries++
				e, err := plane.Play(ctx, candidate)
				if err == nil && same(judge.Judge(e), breaches) {
					smallest, seen, found = candidate, e, true
					break
				}
			}
			if found {
				break
			}
		}
	}
	return smallest, seen, tries
}

// same reports whether one rule is among both.
func same(a, b []judge.Violation) bool {
	return slices.ContainsFunc(a, func(v judge.Violation) bool {
		return slices.ContainsFunc(b, func(other judge.Violation) bool { return v.Invariant == other.Invariant })
	})
}

// brief is a schedule in a few lines.
func brief(s schedule.Schedule) string {
	var out strings.Builder
	for _, set := range s.Sets {
		fmt.Fprintf(&out, "    %+v\n", set)
	}
	for _, a := range s.Acts {
		fmt.Fprintf(&out, "    %s\n", a)
	}
	return strings.TrimSuffix(out.String(), "\n")
}
