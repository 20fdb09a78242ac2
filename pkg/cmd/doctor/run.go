package doctor

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/labels"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice"
	"github.com/kubectl-sts/kubectl-sts/pkg/advice/world"
	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/answer"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/findings"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// Run looks at the sets.
func Run(ctx context.Context, env *app.Env, r Request) error {
	if rule, ok := advice.RuleOf(r.Explain); ok {
		findings.Explain(env.Streams.Out, term.Width(env.Streams.Out), rule)
		return nil
	}
	client, err := env.Client("")
	if err != nil {
		return err
	}
	if len(r.Names) == 1 {
		env.About(client.Namespace, r.Names[0])
	}
	if r.AllNamespaces {
		client = client.Everywhere()
	}
	v, err := r.look(ctx, env, client, false)
	if errors.Is(err, kube.ErrNoOrder) {
		v, err = r.look(ctx, env, client, true)
	}
	if err != nil {
		return err
	}
	return v.end(client.Namespace)
}

// visit is one look.
type visit struct {
	Request

	env      *app.Env
	caller   func(namespace string) hint.Caller
	selector labels.Selector
	out      answer.Advices
	parts    []func() // what is told the report
	found    map[string]bool
	kept     int // bytes
}

// look judges the sets as their namespaces come, so that what is around them need not be
// kept.
func (r Request) look(ctx context.Context, env *app.Env, client *kube.Client, atOnce bool) (*visit, error) {
	selector, _ := labels.Parse(r.Selector) // check says the error before
	v := &visit{
		Request: r, env: env, selector: selector, found: map[string]bool{},
		caller: func(string) hint.Caller { return env.Caller() },
		out:    answer.Advices{Writer: env.Answer(r.Output), Least: r.Least},
	}
	if r.AllNamespaces {
		v.caller = env.CallerIn
	}
	v.out.Total.FailOn = r.FailOn
	const perClaim = 3 << 10 // with its pod, and half as many claims that nobody uses
	client.Held = func(n int) { env.Keep(v.kept + perClaim*n) }
	defer func() { client.Held = nil }()
	began := client.Now()
	each := func(w *world.World) error {
		w.Patience = r.Limits.Patience
		v.judge(w, began)
		return nil
	}
	survey := client.Survey()
	read := survey.InTurn
	if atOnce {
		read = survey.AtOnce
	}
	err := read(ctx, each)
	v.out.Total.Now = client.Now()
	return v, err
}

// judge asks the rules about the sets of a namespace that were asked for.
func (v *visit) judge(w *world.World, began time.Time) {
	slices.SortFunc(w.Sets, func(a, b world.Set) int { return strings.Compare(a.Object.Name, b.Object.Name) })
	for i := range w.Sets {
		object := w.Sets[i].Object
		if len(v.Names) > 0 && !slices.Contains(v.Names, object.Name) || !v.selector.Matches(labels.Set(object.Labels)) {
			continue
		}
		v.found[object.Name] = len(v.Names) > 0
		a := report.Advice{Advice: advice.Judge(w, &w.Sets[i]), Caller: v.caller(object.Namespace), Now: w.Now}
		v.out.Add(a)
		v.kept += 200 * (len(a.Findings) + len(a.Silenced)) // compressed
		if len(v.env.ReportFiles) > 0 {
			v.parts = append(v.parts, func() { v.env.Report.AddAdvice(a, v.FailOn, began) })
		}
	}
}

// end writes the answer.
func (v *visit) end(namespace string) error {
	missing := v.Missing(v.found, namespace)
	if v.out.Total.Sets == 0 && v.Output == report.Human {
		if missing == nil {
			report.Say(v.env.Streams.Err, v.None(namespace))
		}
		return missing
	}
	for _, tell := range v.parts {
		tell()
	}
	if err := v.out.Print(nil); err != nil {
		return err
	}
	if missing != nil {
		return missing
	}
	if v.out.Total.Fails() {
		return app.Result(engine.Outcome{Result: engine.Halted, Message: v.out.Total.Words()})
	}
	return nil
}
