package watch

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/loop"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/roundtrip"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/verdict"
)

// Run watches the sets, each with an engine of its own, until all have ended.
func Run(ctx context.Context, env *app.Env, r Request) error {
	ctx, cancel := (&options.RunFlags{Limits: r.Limits}).Context(ctx)
	defer cancel()
	client, err := env.Client("")
	if err != nil {
		return err
	}
	client.KnowZones()
	if r.AllNamespaces {
		client = client.Everywhere()
		env.ShowFor(env.Everywhere()) // each set's commands name its namespace
	}
	sets, err := r.find(ctx, client)
	if err != nil {
		return err
	}
	if len(sets) == 1 {
		env.About(sets[0].client.Namespace, sets[0].name)
	}
	if err := load(ctx, sets, len(r.Names) == 1); err != nil {
		return err
	}
	if err := watch(ctx, env, r, sets); err != nil {
		return err
	}
	return env.Conclude(worst(sets))
}

// watched is one of the sets.
type watched struct {
	client   *kube.Client // of its namespace
	name     string
	snapshot sts.Snapshot
	absurd   error // why it is not looked at, nil for all but a set that wants more pods than can be
	outcome  engine.Outcome
}

// find is which sets there are to be watched.
func (r Request) find(ctx context.Context, client *kube.Client) ([]*watched, error) {
	var out []*watched
	for _, name := range r.Names {
		out = append(out, &watched{client: client, name: name})
	}
	if len(out) > 0 {
		return out, nil
	}
	found, err := client.Sets(ctx, r.Selector)
	switch {
	case err != nil:
		return nil, err
	case len(found) == 0 && r.AllNamespaces:
		return nil, errors.New("no StatefulSets found in any namespace")
	case len(found) == 0:
		// As kubectl wait has it: with a typo in a selector a pipeline must not go on.
		return nil, fmt.Errorf("no StatefulSets found in namespace %q", client.Namespace)
	}
	for _, set := range found {
		out = append(out, &watched{client: client.In(set.Namespace), name: set.Name})
	}
	return out, nil
}

// load reads all sets at the same time. One of several that wants more pods than
// can be counted does not hide the others; one that is alone is an error.
func load(ctx context.Context, sets []*watched, alone bool) error {
	errs := make([]error, len(sets))
	var all sync.WaitGroup
	for i, w := range sets {
		all.Go(func() { w.snapshot, _, errs[i] = w.client.Load(ctx, w.name) })
	}
	all.Wait()
	for i, err := range errs {
		switch {
		case err != nil && !alone && errors.Is(err, sts.ErrUncountable):
			sets[i].absurd = err
		case err != nil:
			return err
		}
	}
	return nil
}

// watch runs the engines; what they tell is shown by this goroutine alone.
func watch(ctx context.Context, env *app.Env, r Request, sets []*watched) error {
	messages := make(chan message)
	engines, stops := make([]loop.Engine, len(sets)), make([]context.CancelFunc, len(sets))
	for i, w := range sets {
		own, stop := context.WithCancel(ctx) // Run cancels ctx, whatever becomes of this one
		stops[i] = stop
		if w.absurd != nil {
			continue
		}
		feed, err := w.client.Watch(own, w.snapshot.Set)
		if err != nil {
			stop()
			return err
		}
		engines[i] = loop.Engine{
			Cluster: w.client, Feed: feed, Sink: member{i, messages}, Now: w.client.Now, Notices: env.Notices,
			Witness: w.client, Namespace: r.elsewhere(w),
		}
	}
	env.Running(true)
	defer env.Running(false)
	var running sync.WaitGroup
	for i, w := range sets {
		running.Go(func() {
			if w.absurd != nil {
				w.outcome = uncounted(env, w, r, member{i, messages})
			} else {
				p := r.plan(w, env)
				roundtrip.Check(p)
				w.outcome = engines[i].Run(ctx, p, w.snapshot)
			}
			stops[i]() // a set that has ended is watched no more
		})
	}
	go func() {
		running.Wait()
		close(messages)
	}()
	newShow(env, r, r.titles(sets), sets[0].client.Now).run(messages)
	return nil
}

// uncounted tells the end of a set whose pods can't be gone through.
func uncounted(env *app.Env, w *watched, r Request, sink engine.Sink) engine.Outcome {
	p, now := r.plan(w, env), w.client.Now()
	o := engine.Outcome{
		Result: engine.Halted, Message: w.absurd.Error(), Step: &p.Steps[0], Try: hint.In(r.elsewhere(w), hint.Of(w.absurd)),
	}
	sink.Handle(engine.Event{Type: engine.EventPlan, Time: now, Plan: &p})
	sink.Handle(engine.Event{Type: engine.EventOutcome, Time: now, Step: o.Step, Outcome: &o})
	return o
}

// titles are what the sets are called where there are several.
func (r Request) titles(sets []*watched) []string {
	var out []string
	for _, w := range sets {
		title := w.name
		if r.AllNamespaces {
			title = w.client.Namespace + "/" + w.name
		}
		out = append(out, title)
	}
	return out
}

// elsewhere is the namespace of the set where the user's flags do not lead there.
func (r Request) elsewhere(w *watched) string {
	if r.AllNamespaces {
		return w.client.Namespace
	}
	return ""
}

// plan is one step that changes nothing.
func (r Request) plan(w *watched, env *app.Env) plan.Plan {
	var until plan.Condition = verdict.Settled{}
	if r.Follow {
		until = verdict.Follow{}
	}
	title := "watch statefulset " + w.name
	if w.absurd == nil {
		title += ": " + sts.Count(w.snapshot.Replicas(), "pod")
	}
	return plan.Plan{
		Verb:        "watch",
		Namespace:   w.client.Namespace,
		Name:        w.name,
		UID:         w.snapshot.UID(),
		Context:     env.Context(),
		Title:       title,
		Record:      note.RolloutAnnotation,
		Steps:       []plan.Step{{Title: "watch", Until: until}},
		ReadOnly:    true,
		Patience:    r.Limits.Patience,
		Placing:     r.Limits.Placing,
		StepTimeout: r.Limits.StepTimeout,
		Timeout:     r.Limits.Timeout,
	}
}

// byWeight are the results, from the one that weighs most.
var byWeight = []engine.Result{
	engine.Interrupted, engine.Halted, engine.Failed, engine.TimedOut, engine.Held, engine.Done,
}

// worst is the outcome that the exit code is made of.
func worst(sets []*watched) engine.Outcome {
	for _, result := range byWeight {
		for _, w := range sets {
			if w.outcome.Result == result {
				return w.outcome
			}
		}
	}
	return sets[0].outcome
}
