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

var errNoProm = errors.New("nobody says where Prometheus is: --prom, or PROMETHEUS_URL")

// asking is one measurement by a query.
type asking struct {
	prom      *Prometheus
	on        check.Scope
	query     *promql.Query
	condition *condition.Condition
	floor     *promql.Floor // nil for none
	window    time.Duration
	out       *check.Measurement
}

// prom measures by a query, and leaves all that is known in out.
func (m *Measurer) prom(ctx context.Context, c check.Check, on check.Scope, out *check.Measurement) {
	a, err := m.asking(c, on, out)
	if err == nil {
		out.Bound = a.condition.Bound()
		out.Warnings = a.lookBacks(c.Query)
		err = a.measure(ctx)
	}
	var early notYet
	switch {
	case errors.As(err, &early):
		out.Readings = []check.Reading{{Verdict: check.NotYet, Message: words(early.Error())}}
	case err != nil:
		out.Readings = []check.Reading{unknown("", err)}
	}
}

// notYet is why there is nothing to be told yet.
type notYet string

func (n notYet) Error() string { return string(n) }

func (m *Measurer) asking(c check.Check, on check.Scope, out *check.Measurement) (*asking, error) {
	if m.Prom == nil {
		return nil, errNoProm
	}
	a := &asking{prom: m.Prom, on: on, out: out}
	var err error
	if a.query, err = promql.Parse(c.Query); err != nil {
		return nil, err
	}
	if a.condition, err = condition.Parse(c.Condition); err != nil {
		return nil, err
	}
	if c.Min != "" {
		floor, err := promql.ParseFloor(c.Min)
		if err != nil {
			return nil, err
		}
		a.floor = &floor
	}
	if len(on.Pods) == 0 {
		return nil, errNoPods
	}
	return a, nil
}

// atRest is the longest window of a baseline: pods that have been Available for months
// would make one of months.
const atRest = 5 * time.Minute

func (a *asking) measure(ctx context.Context) error {
	youngest, _ := check.Youngest(a.on.Pods)
	window, enough := promql.WindowOf(youngest.Available, a.on.Now, a.on.Scrape)
	if !enough && (a.query.Uses(promql.Window) || a.floor != nil && a.floor.Query.Uses(promql.Window)) {
		return notYet(fmt.Sprintf("pod %s is Available for %s, and %s are wanted, two scrapes",
			youngest.Name, max(window, 0), max(2*a.on.Scrape, time.Second)))
	}
	if a.window = window; a.on.Baseline {
		a.window = min(window, max(atRest, 2*a.on.Scrape))
	}
	if err := a.enough(ctx); err != nil {
		return err
	}
	values, pods, err := a.ask(ctx, a.query, a.on.Pods)
	if err != nil {
		return err
	}
	stable, err := a.stable(ctx, values)
	if err != nil {
		return err
	}
	return a.judge(values, pods, stable)
}

// enough asks whether there is enough traffic to say anything.
func (a *asking) enough(ctx context.Context) error {
	if a.floor == nil {
		return nil
	}
	values, pods, err := a.ask(ctx, a.floor.Query, a.on.Pods)
	if err != nil {
		return fmt.Errorf("the least traffic: %w", err)
	}
	for i, v := range values {
		if math.IsNaN(v) {
			return errors.New("the least traffic: the answer is NaN")
		}
		if !a.floor.Reached(v) {
			return notYet(fmt.Sprintf("there is too little traffic%s: %s, and %s is the least",
				at(pods[i]), condition.Number(v), condition.Number(a.floor.Least)))
		}
	}
	return nil
}

func at(pod string) string {
	if pod == "" {
		return ""
	}
	return " at pod " + pod
}

// ask sends a query about these pods. It has one number as its answer, with no pod's
// name, or one for each.
func (a *asking) ask(ctx context.Context, q *promql.Query, about []check.Pod) (values []float64, pods []string, err error) {
	text, err := q.Fill(promql.Variables{
		Pods: names(about), Stable: names(a.stables()), All: names(a.on.All),
		Namespace: a.on.Namespace, Name: a.on.Set, Window: a.window,
	})
	if err != nil {
		return nil, nil, err
	}
	value, err := a.prom.query(ctx, text)
	if err != nil {
		return nil, nil, err
	}
	got, err := read(value)
	if err != nil {
		return nil, nil, err
	}
	if values, err = got.of(about); err != nil {
		return nil, nil, err
	}
	if got.byPod == nil {
		return values, []string{""}, nil
	}
	return values, names(about), nil
}

// stables are the pods to compare with: in a baseline those that are measured.
func (a *asking) stables() []check.Pod {
	if a.on.Baseline {
		return a.on.Pods
	}
	return a.on.Stables
}

func names(pods []check.Pod) []string {
	out := make([]string, 0, len(pods))
	for _, pod := range pods {
		out = append(out, pod.Name)
	}
	return out
}

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
			"it also counts the pod of that name before it; [$window] does not", r, youngest.Name, youngest.Available.UTC().Format(time.RFC3339)))
	}
	return out
}
