package batch

import (
	"context"
	"iter"
	"sync"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/receipt"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// Engine is what a batch needs besides its plan.
type Engine struct {
	Cluster Cluster
	Judge   Judge
	// Step is the deletion of a claim as a step of the plan.
	Step func(claims.Verdict) plan.Step
	Sink engine.Sink
	// Asked reports whether the claim is one that was asked for: its labels may
	// have changed since. Nil means that all are.
	Asked func(storage.Claim) bool
	// Receipts is the file that takes them; the run closes it. Without one there are none.
	Receipts *receipt.File
	// Retain keeps the volumes of deleted claims, whatever their policy.
	Retain bool
	// Concurrency is how many claims share a look and are deleted together.
	Concurrency int
	// Help are the commands that help after an outcome; nil for none.
	Help func(engine.Outcome) []hint.Hint
	// Notices are the warnings that came since the last call, each to be told once.
	// Nil for none.
	Notices func() []string
	// News has an item when there may be notices while requests are under way. Nil for
	// none then: they are told in between.
	News <-chan struct{}
	// Now is the cluster's time. Nil means the machine's own clock.
	Now func() time.Time
}

// Run runs a plan whose steps are the deletions of these verdicts' claims, a few at
// a time. Just before, the sets, the pods and the autoscalers of their namespaces
// are looked up again: a claim that something wants by now is skipped, and where a
// set has been changed, so are the rest of its claims. It ends where nothing can be
// looked up any more, and when the context does. The last event is the outcome.
func (e Engine) Run(ctx context.Context, p plan.Plan, verdicts iter.Seq[claims.Verdict]) engine.Outcome {
	if e.Now == nil {
		e.Now = time.Now
	}
	e.Sink.Handle(engine.Event{Type: engine.EventPlan, Time: e.Now(), Plan: &p, Batch: Steps(verdicts, e.Step)})
	for _, w := range p.Warnings {
		e.warn(w)
	}
	r := &run{Engine: e, stoppedSets: map[claims.Key]string{}}
	o := r.loop(ctx, verdicts)
	r.heed()
	if e.Receipts != nil {
		var err error
		if o.Receipts, err = e.Receipts.Close(); err != nil {
			e.warn(err.Error())
		}
	}
	if e.Help != nil {
		o.Try = e.Help(o)
	}
	e.Sink.Handle(engine.Event{Type: engine.EventOutcome, Time: e.Now(), Outcome: &o})
	return o
}

// Steps are the steps of a batch about these verdicts, each made when it is come to.
func Steps(verdicts iter.Seq[claims.Verdict], step func(claims.Verdict) plan.Step) iter.Seq[plan.Step] {
	return func(yield func(plan.Step) bool) {
		for v := range verdicts {
			if !yield(step(v)) {
				return
			}
		}
	}
}

func (e Engine) warn(message string) {
	e.Sink.Handle(engine.Event{Type: engine.EventWarning, Time: e.Now(), Message: message})
}

// run is one run under way. Only Run's goroutine touches it, and tells the sink.
type run struct {
	Engine
	counts      engine.ClaimCounts
	stoppedSets map[claims.Key]string // why the rest of a set's claims are skipped
}

// loop goes through the claims to their end, or to that of the context.
func (r *run) loop(ctx context.Context, verdicts iter.Seq[claims.Verdict]) engine.Outcome {
	next, stop := iter.Pull(verdicts)
	defer stop()
	for blind := false; ctx.Err() == nil && !blind; {
		some := take(next, max(r.Concurrency, 1))
		if len(some) == 0 {
			break
		}
		var ends []end
		r.heeding(func() { ends, blind = r.some(ctx, some) })
		for _, e := range ends {
			r.note(e)
		}
	}
	for _, more := next(); more; _, more = next() {
		r.counts.Left++
	}
	stopped := engine.Result("")
	if r.counts.Left > 0 && ctx.Err() != nil {
		stopped = engine.StoppedBy(ctx)
	}
	return outcome(r.counts, stopped)
}

// note counts and tells what became of a claim.
func (r *run) note(e end) {
	if set := setOf(e.verdict); e.changed != "" && r.stoppedSets[set] == "" {
		r.stoppedSets[set] = e.changed
		r.counts.Stopped = append(r.counts.Stopped, e.changed)
	}
	count(&r.counts, e.ClaimEnd)
	if e.Result != engine.ClaimLeft {
		step := r.Step(e.verdict)
		r.Sink.Handle(engine.Event{Type: engine.EventClaim, Time: r.Now(), Step: &step, Claim: &e.ClaimEnd})
	}
}

// heed tells what else there is to know.
func (r *run) heed() {
	if r.Notices == nil {
		return
	}
	for _, message := range r.Notices() {
		r.warn(message)
	}
}

// heeding does something that takes long, and tells meanwhile what there is to know,
// such as that the API server does not answer.
func (r *run) heeding(do func()) {
	if r.Notices == nil {
		do()
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	for {
		select {
		case <-done:
			r.heed()
			return
		case <-r.News:
			r.heed()
		}
	}
}

// take is the next n of the verdicts, or fewer at their end.
func take(next func() (claims.Verdict, bool), n int) []claims.Verdict {
	var out []claims.Verdict
	for len(out) < n {
		v, more := next()
		if !more {
			break
		}
		out = append(out, v)
	}
	return out
}

func setOf(v claims.Verdict) claims.Key { return claims.Key{Namespace: v.Claim.Namespace, Name: v.Set} }

// some deletes claims at the same time, in one look. It is blind when no
// namespace could be looked at.
func (r *run) some(ctx context.Context, verdicts []claims.Verdict) (out []end, blind bool) {
	looks := r.look(ctx, verdicts)
	blind = true
	for _, l := range looks {
		blind = blind && l.err != nil
	}
	out = make([]end, len(verdicts))
	var busy sync.WaitGroup
	for i, v := range verdicts {
		if why := r.stoppedSets[setOf(v)]; why != "" {
			out[i] = begin(v).stop(why)
			continue
		}
		now := looks[v.Claim.Namespace]
		if out[i] = r.check(ctx, v, now); !out[i].over() {
			busy.Go(func() { out[i] = r.one(ctx, v, now.at) })
		}
	}
	busy.Wait()
	return out, blind
}
