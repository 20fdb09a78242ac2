package loop

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
)

const (
	// answerIn is how long a pod may take to say whether it leads.
	answerIn = 10 * time.Second
	// askedAtOnce is how many pods are asked side by side.
	askedAtOnce = 16
)

// leaders are what the pods of a set have said about who leads.
type leaders struct {
	lead    []int
	unknown map[int]string // why, by ordinal
	err     error          // none of them can be asked
}

// asking is a question to the pods that is under way.
type asking struct {
	answer chan leaders
	over   chan struct{}
	cancel context.CancelFunc
}

// find asks each of these pods whether it leads, in goroutines of their own.
func (r *run) find(ask []plan.Hook) {
	ctx, cancel := context.WithCancel(r.ctx)
	r.asking = &asking{answer: make(chan leaders, 1), over: make(chan struct{}), cancel: cancel}
	go func(a *asking, hooks engine.Hooks) {
		defer close(a.over)
		a.answer <- askAll(ctx, hooks, ask)
	}(r.asking, r.Hooks)
}

// askAll runs all of them and sorts the answers: exit code 0 leads, 75 and whatever
// kept a command from being run is not known, any other code does not lead.
func askAll(ctx context.Context, hooks engine.Hooks, ask []plan.Hook) leaders {
	if hooks == nil {
		return leaders{err: errNoHooks}
	}
	errs := make([]error, len(ask))
	var all sync.WaitGroup
	slots := make(chan struct{}, askedAtOnce)
	for i, h := range ask {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			ctx, cancel := context.WithTimeoutCause(ctx, answerIn, errors.New("no answer within "+answerIn.String()))
			defer cancel()
			errs[i] = hooks.RunHook(ctx, h, func(string) {})
		})
	}
	all.Wait()
	out := leaders{unknown: map[int]string{}}
	for i, err := range errs {
		code := exitStatus(err)
		switch {
		case err == nil:
			out.lead = append(out.lead, ask[i].Ordinal)
		case errors.Is(err, engine.ErrDenied):
			out.err = err
		case code < 0 || code == engine.NotYet:
			out.unknown[ask[i].Ordinal] = err.Error()
		}
	}
	return out
}

// leadersSay is the answer to the question that is under way, nil without one.
func (r *run) leadersSay() <-chan leaders {
	if r.asking == nil {
		return nil
	}
	return r.asking.answer
}

// led takes the answer. What is decided on it is decided on a look that is newer.
func (r *run) led(l leaders) *engine.Outcome {
	r.asking.cancel()
	r.asking = nil
	switch {
	case r.ctx.Err() != nil:
		return r.stopped()
	case l.err != nil:
		return r.end(engine.Failed, "to ask the pods which of them leads: "+l.err.Error(), l.err)
	}
	before := r.state.Leaders()
	r.state = r.state.Led(l.lead, l.unknown, r.Now())
	r.mustLook = r.Looker != nil
	if len(l.lead) > 0 && !slices.Equal(before, l.lead) {
		var names []string
		for _, o := range l.lead {
			names = append(names, r.seen.PodName(o))
		}
		words := strings.Join(names, ", ") + " leads"
		if len(names) > 1 {
			words = strings.Join(names, ", ") + " say that they lead"
		}
		r.Sink.Handle(engine.Event{Type: engine.EventLeader, Time: r.Now(), Step: r.step(), Message: words})
	}
	return nil
}

// stopAsking ends the question that is under way when the run ends.
func (r *run) stopAsking() {
	if r.asking != nil {
		r.asking.cancel()
		<-r.asking.over
	}
}
