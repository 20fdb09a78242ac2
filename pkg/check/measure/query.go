package measure

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
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
	// A baseline asks however young the pods are and however little traffic there is: a
	// query that has no answer is to be known before anything is written.
	early := a.reach()
	if early != nil && !a.on.Baseline {
		return early
	}
	if err := a.enough(ctx); err != nil {
		if !a.on.Baseline || !errors.As(err, new(notYet)) {
			return err
		}
		early = cmp.Or(early, err)
	}
	values, pods, err := a.ask(ctx, a.query, a.on.Pods)
	if err != nil || early != nil {
		return cmp.Or(err, early)
	}
	stable, err := a.stable(ctx, values)
	if err != nil {
		return err
	}
	return a.judge(values, pods, stable)
}

// reach sets the window: since the youngest pod is Available. Where that is too short,
// it says so, and a baseline's reaches back to what pods of that name did before.
func (a *asking) reach() error {
	youngest, _ := check.Youngest(a.on.Pods)
	least, most := max(2*a.on.Scrape, time.Second), max(atRest, 2*a.on.Scrape)
	window, enough := promql.WindowOf(youngest.Available, a.on.Now, a.on.Scrape)
	if a.window = window; a.on.Baseline {
		a.window = min(window, most)
	}
	if enough || !a.query.Uses(promql.Window) && (a.floor == nil || !a.floor.Query.Uses(promql.Window)) {
		return nil
	}
	a.window = most
	return notYet(fmt.Sprintf("pod %s is Available for %s, and %s are wanted, two scrapes", youngest.Name, max(window, 0), least))
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
