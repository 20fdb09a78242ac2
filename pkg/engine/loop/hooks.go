package loop

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
)

var errNoHooks = errors.New("there is nothing to run it with")

// hooking is a hook that runs.
type hooking struct {
	hook   plan.Hook
	lines  chan string
	done   chan error
	over   chan struct{} // closed when it has ended
	cancel context.CancelFunc
}

// startHook runs a hook in a goroutine of its own, so that drift, ctrl-C or the
// timeout still end the run.
func (r *run) startHook(h plan.Hook) {
	ctx, cancel := context.WithCancel(r.ctx)
	r.hook = &hooking{hook: h, lines: make(chan string), done: make(chan error, 1), over: make(chan struct{}), cancel: cancel}
	begins := engine.Event{Type: engine.EventHook, Time: r.Now(), Step: r.step(), Hook: &h}
	r.reminder.note(begins)
	r.Sink.Handle(begins)
	if r.Hooks == nil {
		r.hook.done <- errNoHooks
		close(r.hook.over)
		return
	}
	go func(k *hooking) {
		defer close(k.over)
		k.done <- r.Hooks.RunHook(ctx, h, func(line string) {
			select {
			case k.lines <- line:
			case <-ctx.Done():
			}
		})
	}(r.hook)
}

// hookSays are the lines of the hook that runs, nil without one.
func (r *run) hookSays() <-chan string {
	if r.hook == nil {
		return nil
	}
	return r.hook.lines
}

// hookEnds tells how the hook that runs ended, nil without one.
func (r *run) hookEnds() <-chan error {
	if r.hook == nil {
		return nil
	}
	return r.hook.done
}

// hooked takes the end of a hook.
func (r *run) hooked(err error) *engine.Outcome {
	h := r.hook.hook
	r.hook.cancel()
	r.hook = nil
	switch {
	case r.ctx.Err() != nil:
		return r.stopped()
	case errors.Is(err, engine.ErrDenied): // it was never begun
		return r.end(engine.Failed, fmt.Sprintf("%s: %v", h.Why(), err), err)
	case exitStatus(err) == engine.NotYet:
		r.state = r.state.NotYet(r.Now())
	case err != nil:
		o := r.end(engine.Halted, fmt.Sprintf("%s: %v", h.Why(), err), err)
		o.Try = slices.Concat(o.Try, engine.WithoutHooks(r.plan))
		return o
	default:
		r.state = r.state.Hooked(r.Now())
	}
	r.mustLook = r.Looker != nil
	return nil
}

// stopHook ends the hook that still runs when the run does.
func (r *run) stopHook() {
	if r.hook != nil {
		r.hook.cancel()
		<-r.hook.over // how it ended does not matter any more
	}
}

// exitStatus is the code that a command has ended with, -1 where it has not come to an
// end of its own.
func exitStatus(err error) int {
	var exit interface {
		error
		ExitStatus() int
	}
	if errors.As(err, &exit) {
		return exit.ExitStatus()
	}
	return -1
}
