package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// ErrConflict is what Apply returns, wrapped, when the set is no longer what
// the snapshot showed. It is no failure: the run looks again.
var ErrConflict = errors.New("the object changed meanwhile")

// ErrLost is what Apply returns, wrapped, when the API server could not be
// reached or its answer got lost: the write may have been taken. The run
// looks again and repeats it if need be.
var ErrLost = errors.New("no answer from the API server")

// ErrTimedOut is the cause of a context that ends because the user's own --timeout
// has passed. No connection's timeout is one.
var ErrTimedOut = fmt.Errorf("--timeout has passed: %w", context.DeadlineExceeded)

// errNoAnswer is the cause of a write that nobody answered for [answerWithin].
var errNoAnswer = fmt.Errorf("no answer within %s", answerWithin)

// ErrDenied is what is returned, wrapped, where the user lacks a permission.
var ErrDenied = errors.New("not allowed")

// Cluster is what the engine needs to write.
type Cluster interface {
	// Apply sends one change, on condition that the set is still what the
	// snapshot shows. It returns the set as the write left it, or nil when
	// the change was to another object. Errors: ErrConflict, ErrLost, and
	// whatever else the API server says, which ends the run.
	Apply(ctx context.Context, c plan.Change, seen sts.Snapshot) (*appsv1.StatefulSet, error)
}

// Asker asks the person at the terminal. It returns when there is an answer
// or the context ends.
type Asker interface {
	Ask(ctx context.Context, step plan.Step) (plan.Answer, error)
}

// Engine is what a run needs besides its plan.
type Engine struct {
	Cluster Cluster
	Feed    <-chan Update
	Sink    Sink
	Asker   Asker
	Hooks   Hooks // nil for plans without
	// Records take what a claim was before it is deleted, where the change says so.
	// Without them no such claim is deleted.
	Records Records
	// Notices are the warnings that came since the last call, each to be told once.
	// Nil for none.
	Notices func() []string
	// Command is how the user calls the plugin for the set, for commands that
	// the trouble itself or the error brings. Empty for none of these.
	Command hint.Caller
	// Looker is for a look after each answer and each hook; nil for none.
	Looker Looker
	// Witness is asked about a pod that the run fails because of; nil for nobody.
	Witness Witness
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
	// answerWithin is how long an answer to a write is waited for.
	answerWithin = 30 * time.Second
)

// Run runs a plan to its end. The first snapshot is the one that the plan was
// made from. It returns when the plan is done or can't go on, when the context
// ends, when the plan's timeout passes or when the feed ends; the last event
// that the sink gets is the outcome.
func (e Engine) Run(ctx context.Context, p plan.Plan, s sts.Snapshot) Outcome {
	if e.Now == nil {
		e.Now = time.Now
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p = plan.Identify(p)
	r := &run{Engine: e, ctx: ctx, plan: p, state: begin(p, s, e.Now()), seen: s, answers: make(chan reply, 1)}
	e.Sink.Handle(Event{Type: EventPlan, Time: e.Now(), Plan: &p})
	r.view()
	for _, w := range p.Warnings {
		e.Sink.Handle(Event{Type: EventWarning, Time: e.Now(), Message: w})
	}
	o := r.loop()
	r.stopHook()
	r.heed()
	r.describe(&o)
	r.noteFailure(&o)
	if !p.ReadOnly { // its condition has told the hints already
		e.help(&o)
	}
	e.Sink.Handle(Event{Type: EventOutcome, Time: e.Now(), Step: o.Step, Outcome: &o})
	return o
}

// help puts first what the trouble or the error itself says about its cure.
func (e Engine) help(o *Outcome) {
	if e.Command == "" {
		return
	}
	hints := hint.Of(o.Err)
	if o.Trouble != nil {
		hints = append(hints, o.Trouble.Hints...)
	}
	var try []string
	for _, h := range hints {
		try = append(try, e.Command.Render(h))
	}
	o.Try = append(try, o.Try...)
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
	state   State
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

	reminder reminder
	ends     time.Time // when the whole run has had its time, zero for never

	mustLook  bool          // nothing is decided before another look
	lookAt    time.Time     // the next try of it
	lookRetry time.Duration // how long after one that failed, grows
	lookSince time.Time     // since when it has failed, zero when it has not
}

func (r *run) loop() Outcome {
	var timeout <-chan time.Time
	if r.plan.Timeout > 0 {
		timer := time.NewTimer(r.plan.Timeout)
		defer timer.Stop()
		timeout, r.ends = timer.C, r.Now().Add(r.plan.Timeout)
	}
	r.looked = true
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
		if end = r.wait(earlier(wake, r.remind()), timeout); end != nil {
			return *end
		}
	}
}

// decide asks Next until there is nothing more to do at once, and returns
// when to ask again at the latest.
func (r *run) decide() (time.Time, *Outcome) {
	if !r.cut.IsZero() {
		return r.blind()
	}
	if r.mustLook {
		if wake, end := r.lookAgain(); !wake.IsZero() || end != nil {
			return wake, end
		}
	}
	for {
		state, d := Next(r.plan, r.state, r.seen, r.Now())
		r.state = state
		for _, event := range d.Events {
			r.reminder.note(event)
			r.Sink.Handle(event)
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
			return earlier(d.WakeAt, r.again), nil
		case d.Do != nil && r.Now().Before(r.notNow):
			return earlier(d.WakeAt, r.notNow), nil
		case d.Do != nil:
			if end := r.apply(d.Do); end != nil {
				return time.Time{}, end
			}
		case d.Hook != nil:
			if r.hook == nil && r.ctx.Err() == nil {
				r.startHook(*d.Hook)
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
func (r *run) apply(c plan.Change) *Outcome {
	ctx, cancel := context.WithTimeoutCause(r.ctx, answerWithin, errNoAnswer)
	defer cancel()
	var set *appsv1.StatefulSet
	err := r.record(ctx, c)
	if err == nil {
		set, err = r.Cluster.Apply(ctx, c, r.seen)
	}
	switch {
	case err == nil:
		r.state, r.retry = r.state.Applied(c, set, r.Now()), 0
		change := Event{Type: EventChange, Time: r.Now(), Step: r.step(), Change: c}
		r.reminder.note(change)
		r.Sink.Handle(change)
	case r.ctx.Err() != nil:
		// Interrupted in the middle of a write; the next run finds out.
		r.state = r.state.Unsure(c)
	case errors.Is(err, ErrConflict):
		r.state = r.state.Conflicted(c)
		r.unsettle()
	case errors.Is(err, ErrLost), ctx.Err() != nil:
		r.state = r.state.Unsure(c)
		r.retry = min(max(2*r.retry, firstRetry), maxRetry)
		r.notNow = r.Now().Add(r.retry)
		if r.retry < maxRetry { // said often enough by then
			r.notice(fmt.Sprintf("%v; looking again in %s", err, r.retry))
		}
	default:
		return r.end(Failed, fmt.Sprintf("%s: %v", r.step().Title, err), err)
	}
	return nil
}

func (r *run) step() *plan.Step {
	if r.state.step < len(r.plan.Steps) {
		return &r.plan.Steps[r.state.step]
	}
	return nil
}

// end is an outcome that Next does not decide. It says what the run was
// waiting for: nobody should have to guess where it stood.
func (r *run) end(result Result, message string, err error) *Outcome {
	n := next{p: r.plan, st: r.state, s: r.seen, now: r.Now()}
	if result == TimedOut {
		message += ", still waiting for " + r.state.waitsFor(r.step())
	}
	o := n.outcome(result, message)
	o.Err = err
	n.help(o)
	return o
}
