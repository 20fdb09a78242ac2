package watch

import (
	"context"
	"fmt"
	"sync"

	"github.com/kubectl-sts/kubectl-sts/pkg/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmdutil"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/verdict"
)

// Run watches the sets, each with an engine of its own, until all have ended.
func Run(ctx context.Context, env *cmdutil.Env, r Request) error {
	ctx, cancel := (&cmdutil.RunFlags{Limits: r.Limits}).Context(ctx)
	defer cancel()
	client, err := env.Client("")
	if err != nil {
		return err
	}
	client.KnowZones()
	names := r.Names
	if len(names) == 0 {
		if names, err = client.Names(ctx, r.Selector); err != nil {
			return err
		}
	}
	if len(names) == 0 {
		// As kubectl wait has it: with a typo in a selector a pipeline must not go on.
		return fmt.Errorf("no StatefulSets found in namespace %q", client.Namespace)
	}
	if len(names) == 1 {
		env.About(client.Namespace, names[0])
	}
	sets, err := load(ctx, client, names)
	if err != nil {
		return err
	}
	outcomes, err := watch(ctx, env, client, r, sets)
	if err != nil {
		return err
	}
	env.Protocol.End = worst(outcomes)
	return cmdutil.Result(env.Protocol.End)
}

// load reads all sets at the same time.
func load(ctx context.Context, client *kube.Client, names []string) ([]sts.Snapshot, error) {
	sets, errs := make([]sts.Snapshot, len(names)), make([]error, len(names))
	var all sync.WaitGroup
	for i, name := range names {
		all.Go(func() { sets[i], _, errs[i] = client.Load(ctx, name) })
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return sets, nil
}

// watch runs the engines; what they tell is shown by this goroutine alone.
func watch(ctx context.Context, env *cmdutil.Env, client *kube.Client, r Request, sets []sts.Snapshot) ([]rollout.Outcome, error) {
	outcomes := make([]rollout.Outcome, len(sets))
	messages := make(chan message)
	engines, stops := make([]rollout.Engine, len(sets)), make([]context.CancelFunc, len(sets))
	for i, s := range sets {
		own, stop := context.WithCancel(ctx) // Run cancels ctx, whatever becomes of this one
		feed, err := client.Watch(own, s.Set)
		if stops[i] = stop; err != nil {
			return nil, err
		}
		engines[i] = rollout.Engine{
			Cluster: client, Feed: feed, Sink: member{i, messages}, Now: client.Now, Notices: env.Notices,
			Witness: client, Command: env.Command(""),
		}
	}
	env.Running(true)
	defer env.Running(false)
	var running sync.WaitGroup
	for i, s := range sets {
		running.Go(func() {
			outcomes[i] = engines[i].Run(ctx, r.plan(s, env), s)
			stops[i]() // a set that has ended is watched no more
		})
	}
	go func() {
		running.Wait()
		close(messages)
	}()
	newShow(env, r, names(sets), client.Now).run(messages)
	return outcomes, nil
}

func names(sets []sts.Snapshot) []string {
	var out []string
	for _, s := range sets {
		out = append(out, s.Name())
	}
	return out
}

// plan is one step that changes nothing.
func (r Request) plan(s sts.Snapshot, env *cmdutil.Env) rollout.Plan {
	return rollout.Plan{
		Verb:        "watch",
		Namespace:   s.Set.Namespace,
		Name:        s.Name(),
		UID:         s.UID(),
		Context:     env.Context(),
		Title:       fmt.Sprintf("watch statefulset %s: %s", s.Name(), sts.Count(s.Replicas(), "pod")),
		Record:      canary.Annotation,
		Steps:       []rollout.Step{{Title: "watch", Until: verdict.Settled{Command: env.Command("")}}},
		ReadOnly:    true,
		Patience:    r.Limits.Patience,
		Placing:     r.Limits.Placing,
		StepTimeout: r.Limits.StepTimeout,
		Timeout:     r.Limits.Timeout,
	}
}

// byWeight are the results, from the one that weighs most.
var byWeight = []rollout.Result{
	rollout.Interrupted, rollout.Halted, rollout.Failed, rollout.TimedOut, rollout.Held, rollout.Done,
}

// worst is the outcome that the exit code is made of.
func worst(outcomes []rollout.Outcome) rollout.Outcome {
	for _, result := range byWeight {
		for _, o := range outcomes {
			if o.Result == result {
				return o
			}
		}
	}
	return outcomes[0]
}
