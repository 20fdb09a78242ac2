package measure

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/check/condition"
	"github.com/kubectl-sts/kubectl-sts/pkg/check/promql"
)

// stable is what the same query says about the stable pods, the median of several; and
// what it has said last when none is left.
func (a *asking) stable(ctx context.Context, measured []float64) (float64, error) {
	if !a.condition.UsesStable() {
		return math.NaN(), nil
	}
	values := measured
	switch {
	case a.on.Baseline:
	case len(a.on.Stables) > 0:
		var err error
		if values, _, err = a.ask(ctx, a.query, a.on.Stables); err != nil {
			return 0, fmt.Errorf("about the stable pods: %w", err)
		}
	default:
		last, known := a.on.Last[a.out.Check]
		if !known {
			return 0, errors.New("no stable pod is left to compare with, and none was measured before")
		}
		a.out.Stable, a.out.StableAt = &last.Value, last.At
		return last.Value, nil
	}
	if slices.ContainsFunc(values, math.IsNaN) {
		if !a.condition.TakesNaN() {
			return 0, errors.New("about the stable pods: the answer is NaN")
		}
		return math.NaN(), nil
	}
	stable := condition.Median(values)
	a.out.Stable = finite(stable)
	return stable, nil
}

// judge asks the condition about each number. The worst counts: of those whose
// condition fails the one that is furthest off, and otherwise the one that is nearest.
func (a *asking) judge(values []float64, pods []string, stable float64) error {
	if !a.condition.UsesValue() { // it is about all together
		if slices.ContainsFunc(values, math.IsNaN) && !a.condition.TakesNaN() {
			return errors.New("the answer has NaN in it")
		}
		reading, err := a.reading("", math.NaN(), stable, values)
		a.out.Readings, a.out.Reading = []check.Reading{reading}, reading
		return err
	}
	worst := -1
	for i, v := range values {
		reading := check.Reading{Pod: pods[i], Verdict: check.Unknown, Message: "the answer is NaN"}
		if !math.IsNaN(v) || a.condition.TakesNaN() {
			var err error
			if reading, err = a.reading(pods[i], v, stable, values); err != nil {
				return err
			}
		}
		a.out.Readings = append(a.out.Readings, reading)
		if worst < 0 || reading.Verdict.Worse(a.out.Readings[worst].Verdict) ||
			reading.Verdict == a.out.Readings[worst].Verdict && a.condition.Worse(v, values[worst]) {
			worst = i
		}
	}
	a.out.Reading = a.out.Readings[worst]
	return nil
}

func (a *asking) reading(pod string, v, stable float64, all []float64) (check.Reading, error) {
	holds, err := a.condition.Holds(v, stable, all)
	if err != nil {
		return check.Reading{}, err
	}
	out := check.Reading{Pod: pod, Verdict: check.Fail, Value: finite(v), Message: a.condition.Words(v, stable, holds)}
	if holds {
		out.Verdict = check.Pass
	}
	return out, nil
}

// lookBacks warns of ranges that are written out and begin before the youngest pod
// became Available: a pod keeps its name, and so do the series of the one before it.
func (a *asking) lookBacks(query string) []string {
	youngest, _ := check.Youngest(a.on.Pods)
	var out []string
	for _, r := range promql.Ranges(query) {
		if a.on.Baseline || a.on.Now.Add(-r).After(youngest.Available) {
			continue
		}
		out = append(out, fmt.Sprintf("a range of %s in the query reaches back to before pod %s became Available at %s: "+
			"it also counts the pod of that name before it; [$window] does not", r, youngest.Name, youngest.Available.UTC().Format(time.RFC3339))) //nolint:lll // one text
	}
	return out
}
