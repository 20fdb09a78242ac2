package runner

import (
	"context"
	"os"
	"strings"
	"sync"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/check/measure"
	"github.com/kubectl-sts/kubectl-sts/pkg/check/request"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/permission"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// The environment that says where Prometheus is, where no flag does.
const (
	promURL   = "PROMETHEUS_URL"
	promToken = "PROMETHEUS_TOKEN"
)

// Measure has the checks of this runner's plans measured as the flags say.
func (r *Runner) Measure(checks options.Checks) { r.checks = checks }

// measurer is what measures the plan's checks; nil for a plan without.
func (r *Runner) measurer(ctx context.Context, p *plan.Plan) (check.Measurer, error) {
	all := checksOf(p)
	if len(all) == 0 {
		return nil, nil //nolint:nilnil // it needs none
	}
	prom, err := r.prometheus(ctx, all)
	if err != nil {
		return nil, err
	}
	return scraped{&measure.Measurer{Exec: r.Client, Dial: r.Client, Prom: prom}, r.checks.Prom}, nil
}

// scraped knows how often Prometheus scrapes.
type scraped struct {
	check.Measurer
	prom options.Prom
}

// Measure measures a check once.
func (m scraped) Measure(ctx context.Context, c check.Check, on check.Scope) check.Measurement {
	on.Scrape = m.prom.Scrape
	return m.Measurer.Measure(ctx, c, on)
}

// prometheus is where queries go; nil where there are none.
func (r *Runner) prometheus(ctx context.Context, all []check.Check) (*measure.Prometheus, error) {
	address, flag := r.checks.Prom.Address, "--prom"
	if address == "" {
		address, flag = os.Getenv(promURL), "$"+promURL
	}
	queries := ""
	for _, c := range all {
		if c.Kind == check.Prom {
			queries = c.Name
		}
	}
	switch {
	case queries == "":
		return nil, nil //nolint:nilnil // it needs none
	case address == "":
		return nil, options.Usage("check %q asks Prometheus: say where that is, with --prom or $%s", queries, promURL)
	}
	at, err := request.ParsePrometheus(address)
	if err != nil {
		return nil, options.Usage("%s: %w", flag, err)
	}
	if at.Service != "" {
		if err := r.Permit(ctx, permission.Proxy(at.Namespace, at.Name())); err != nil {
			return nil, err
		}
		url, by, err := r.Client.ServiceProxy(at.Namespace, at.Name())
		if err != nil {
			return nil, err
		}
		return &measure.Prometheus{URL: url + at.Path, By: by}, nil
	}
	out := &measure.Prometheus{URL: at.URL}
	if name := r.checks.Prom.TokenFile; name != "" {
		out.Token = measure.TokenFile(name)
	} else if token := os.Getenv(promToken); token != "" {
		out.Token = func() (string, error) { return strings.TrimSpace(token), nil }
	}
	return out, nil
}

// checksOf are the checks of all steps, each once.
func checksOf(p *plan.Plan) []check.Check {
	var out []check.Check
	known := map[string]bool{}
	for i := range p.Steps {
		for _, c := range p.Steps[i].Checks {
			if !known[c.Name] {
				known[c.Name] = true
				out = append(out, c)
			}
		}
	}
	return out
}

// baseline measures the plan's checks on the pods that nothing has been done to yet. A
// check that fails there says nothing about a change, and one that is not known never
// will: both are refused before anything is written.
func (r *Runner) baseline(ctx context.Context, p *plan.Plan, s sts.Snapshot, by check.Measurer) ([]check.Measurement, error) {
	all, scope := checksOf(p), engine.Stable(*p, s, r.Client.Now())
	if len(all) == 0 || r.checks.SkipBaseline || len(scope.Pods) == 0 {
		return nil, nil
	}
	out := make([]check.Measurement, len(all))
	var measuring sync.WaitGroup
	for i, c := range all {
		measuring.Go(func() { out[i] = by.Measure(ctx, c, scope) })
	}
	measuring.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	var bad []string
	for _, m := range out {
		if m.Verdict.Refuses() {
			bad = append(bad, m.Words())
		}
	}
	if len(bad) == 0 {
		return out, nil
	}
	return nil, &plan.Refusal{
		Why: "a check is not good on the stable pods, before any change: " + strings.Join(bad, "; "),
		Try: []hint.Hint{hint.Words("mend the check or the set, or begin without this look: add --skip-baseline")},
	}
}

// measuredNow are lines about the baseline, for a plan that is only shown.
func measuredNow(all []check.Measurement) []string {
	var out []string
	for _, m := range all {
		out = append(out, report.CheckWords(check.Tally{Check: check.Check{Name: m.Check}, Last: &m}))
	}
	return out
}
