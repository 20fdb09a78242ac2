package loop

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// Engine is what a run needs besides its plan.
type Engine struct {
	Cluster engine.Cluster
	Feed    <-chan engine.Update
	Sink    engine.Sink
	Asker   engine.Asker
	Hooks   engine.Hooks // nil for plans without
	// Measurer measures checks, nil for plans without; Baseline is what it has said about
	// the stable pods before the run.
	Measurer check.Measurer
	Baseline []check.Measurement
	// Receipts take what a claim was before it is deleted, where the change says so.
	// Without them no such claim is deleted.
	Receipts engine.Receipts
	// Notices are the warnings that came since the last call, each to be told once.
	// Nil for none.
	Notices func() []string
	// Namespace is that of the set, for commands that help, where the user's own flags
	// do not lead there.
	Namespace string
	// Looker is for a look after each answer and each hook; nil for none.
	Looker engine.Looker
	// Witness is asked about a pod that the run fails because of; nil for nobody.
	Witness engine.Witness
	// Now is the cluster's time, for what its timestamps say. Nil means the
	// machine's own clock.
	Now func() time.Time
}

const (
	// firstRetry is how long a run waits after a write whose answer got lost;
	// it doubles up to maxRetry.
	firstRetry = 500 * time.Millisecond
	maxRetry   = 10 * time.Second
	// rewrite is how long a write that met a conflict waits for the snapshot
	// that shows it.
	rewrite = 5 * time.Second
	// outOfStep is how far the watch of the set may be behind that of its pods.
	outOfStep = time.Second
)

// Run runs a plan to its end. The first snapshot is the one that the plan was
// made from. It returns when the plan is done or can't go on, when the context
// ends, when the plan's timeout passes or when the feed ends; the last event
// that the sink gets is the outcome.
func (e Engine) Run(ctx context.Context, p plan.Plan, s sts.Snapshot) engine.Outcome {
	if e.Now == nil {
		e.Now = time.Now
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p = plan.Identify(p)
	r := &run{
		Engine: e, ctx: ctx, plan: p, state: engine.Begin(p, s, e.Now()), seen: s,
		answers: make(chan reply, 1), measured: make(chan measurement),
	}
	e.Sink.Handle(engine.Event{Type: engine.EventPlan, Time: e.Now(), Plan: &p})
	r.view()
	for _, w := range p.Warnings {
		e.Sink.Handle(engine.Event{Type: engine.EventWarning, Time: e.Now(), Message: w})
	}
	for _, m := range e.Baseline {
		r.state = r.state.Remembering(m)
		e.Sink.Handle(
			engine.Event{Type: engine.EventCheck, Time: e.Now(), Check: &check.Tally{Check: check.Check{Name: m.Check}, Last: &m}},
		)
	}
	o := r.loop()
	r.stopHook()
	r.stopAsking()
	r.stopMeasuring()
	r.heed()
	r.closeGap(&o)
	r.describe(&o)
	r.noteFailure(&o)
	if !p.ReadOnly { // its condition has told the hints already
		o.Try = slices.Concat(cures(o), o.Try)
	}
	o.Try = hint.In(e.Namespace, o.Try)
	e.Sink.Handle(engine.Event{Type: engine.EventOutcome, Time: e.Now(), Step: o.Step, Outcome: &o})
	return o
}

// cures are what the trouble or the error itself says, which comes first.
func cures(o engine.Outcome) []hint.Hint {
	out := slices.Clone(hint.Of(o.Err))
	if o.Trouble != nil {
		out = append(out, o.Trouble.Hints...)
	}
	return out
}

type reply struct {
	answer plan.Answer
	err    error
}

// run is one run under way. Only Run's goroutine touches it.
type run struct {
	Engine
	ctx     context.Context //nolint:containedctx // a run lives exactly as long as its context
	plan    plan.Plan
	state   engine.State
	seen    sts.Snapshot
	asked   bool
	answers chan reply
	retry   time.Duration // how long to wait after a lost answer, grows
	notNow  time.Time     // no write before this
	looked  bool          // a snapshot came since the last conflict
	again   time.Time     // when to write all the same: the preconditions still hold or they don't
	cut     time.Time     // since when the watch has been cut, zero when it is not
	doubted time.Time     // until when an end is doubted, zero when none is
	back    bool          // the watch is back, and its first snapshot on the way
	hook    *hooking      // the hook that runs, nil for none
	asking  *asking       // the question who leads that is under way, nil for none

	measuring measuring
	measured  chan measurement
	warned    map[[2]string]bool // by the step's ID and the words

	reminder reminder
	ends     time.Time // when the whole run has had its time, zero for never

	mustLook  bool          // nothing is decided before another look
	look      *sts.Snapshot // what it showed, until the feed shows as much
	lookAt    time.Time     // the next try of it
	lookRetry time.Duration // how long after one that failed, grows
	lookSince time.Time     // since when it has failed, zero when it has not
}

func (r *run) loop() engine.Outcome {
	var timeout <-chan time.Time
	if r.plan.Timeout > 0 {
		timer := time.NewTimer(r.plan.Timeout)
		defer timer.Stop()
		timeout, r.ends = timer.C, r.Now().Add(r.plan.Timeout)
	}
	r.looked = true
	if end := r.newest(); end != nil {
		return *end
	}
	for {
		wake, end := r.decide()
		heard, stop := r.heed()
		switch {
		case end != nil:
			return *end
		case stop != nil:
			return *stop
		case heard:
			continue
		}
		if end = r.wait(engine.Earlier(wake, r.remind()), timeout); end != nil {
			return *end
		}
	}
}

// decide asks Next until there is nothing more to do at once, and returns
// when to ask again at the latest.
func (r *run) decide() (time.Time, *engine.Outcome) {
	if !r.cut.IsZero() {
		return r.blind()
	}
	if r.mustLook {
		if wake, end := r.lookAgain(); !wake.IsZero() || end != nil {
			return wake, end
		}
	}
	for {
		state, d := engine.Next(r.plan, r.state, r.seen, r.Now())
		r.state = state
		for _, event := range d.Events {
			r.reminder.note(event)
			r.Sink.Handle(event)
		}
		for _, m := range d.Measure {
			r.measure(m)
		}
		if !r.looked && !r.Now().Before(r.again) {
			r.looked = true
		}
		switch {
		case r.doubts(d.End):
			return r.doubted, nil
		case d.End != nil:
			return time.Time{}, d.End
		case d.Do != nil && r.ctx.Err() != nil:
			return time.Time{}, nil // wait says how it ends
		case d.Do != nil && !r.looked:
			return engine.Earlier(d.WakeAt, r.again), nil
		case d.Do != nil && r.Now().Before(r.notNow):
			return engine.Earlier(d.WakeAt, r.notNow), nil
		case d.Do != nil:
			if end := r.apply(d.Do); end != nil {
				return time.Time{}, end
			}
		case d.Hook != nil:
			if r.hook == nil && r.ctx.Err() == nil {
				r.startHook(*d.Hook)
			}
			return d.WakeAt, nil
		case d.Find != nil:
			if r.asking == nil && r.ctx.Err() == nil {
				r.find(d.Find)
			}
			return d.WakeAt, nil
		case d.Ask != nil && !r.asked:
			r.ask(*r.step())
			return d.WakeAt, nil
		default:
			return d.WakeAt, nil
		}
	}
}

// unsettle keeps writes back until there is a new snapshot, or for a while
// when none comes.
func (r *run) unsettle() {
	r.looked, r.again = false, r.Now().Add(rewrite)
}

// apply sends a write. After a conflict nothing is sent before a new snapshot.
func (r *run) apply(c plan.Change) *engine.Outcome {
	ctx, cancel := context.WithTimeoutCause(r.ctx, engine.AnswerWithin, engine.ErrNoAnswer)
	defer cancel()
	var set *workload.Set
	err := r.keepReceipt(ctx, c)
	if err == nil {
		set, err = r.Cluster.Apply(ctx, c, r.seen)
	}
	switch {
	case err == nil:
		r.state, r.retry = r.state.Applied(c, set, r.Now()), 0
		change := engine.Event{Type: engine.EventChange, Time: r.Now(), Step: r.step(), Change: c}
		r.reminder.note(change)
		r.Sink.Handle(change)
	case r.ctx.Err() != nil:
		// Interrupted in the middle of a write; the next run finds out.
		r.state = r.state.Unsure(c)
	case errors.Is(err, engine.ErrConflict):
		r.state = r.state.Conflicted(c)
		r.unsettle()
	case errors.Is(err, engine.ErrLost), ctx.Err() != nil:
		r.state = r.state.Unsure(c)
		r.retry = min(max(2*r.retry, firstRetry), maxRetry)
		r.notNow = r.Now().Add(r.retry)
		if r.retry < maxRetry { // said often enough by then
			r.notice(fmt.Sprintf("%v; looking again in %s", err, r.retry))
		}
	default:
		return r.end(engine.Failed, fmt.Sprintf("%s: %v", r.step().Title, err), err)
	}
	return nil
}

func (r *run) step() *plan.Step { return r.state.Step(r.plan) }

// end is an outcome that Next does not decide.
func (r *run) end(result engine.Result, message string, err error) *engine.Outcome {
	o := r.state.End(r.plan, r.seen, r.Now(), result, message)
	o.Err = err
	return o
}
