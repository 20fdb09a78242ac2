package loop

import (
	"context"
	"errors"
	"sync"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
)

var errNoMeasurer = errors.New("there is nothing to measure it with")

// measuring are the checks that are being measured, each in a goroutine of its own.
type measuring struct {
	round  int
	cancel context.CancelFunc
	ctx    context.Context //nolint:containedctx // it lives as long as the step
	all    sync.WaitGroup
}

// measurement is what a check of a step came to.
type measurement struct {
	round int
	step  string
	check.Measurement
}

// measure begins to measure. What an earlier step has not come to an end with is of
// no use any more.
func (r *run) measure(m engine.Measure) {
	if r.measuring.cancel == nil || r.measuring.round != m.Round {
		r.stopMeasuring()
		r.measuring.round = m.Round
		r.measuring.ctx, r.measuring.cancel = context.WithCancel(r.ctx) //nolint:fatcontext // one for each round
	}
	ctx, measurer := r.measuring.ctx, r.Measurer
	r.measuring.all.Go(func() {
		result := check.Measurement{
			Check: m.Check.Name, At: m.On.Now, Reading: check.Reading{Verdict: check.Unknown, Message: errNoMeasurer.Error()},
		}
		if measurer != nil {
			result = measurer.Measure(ctx, m.Check, m.On)
		}
		select {
		case r.measured <- measurement{m.Round, m.On.Step, result}:
		case <-ctx.Done():
		}
	})
}

// stopMeasuring ends what is being measured, and waits for that: a command on this
// machine must not outlive the run.
func (r *run) stopMeasuring() {
	if r.measuring.cancel != nil {
		r.measuring.cancel()
		r.measuring.cancel = nil
	}
	r.measuring.all.Wait()
}

// takeMeasurement tells what a check came to. Before its step is over the set is read
// once more: what was seen may be from before the measurement.
func (r *run) takeMeasurement(m measurement) {
	if r.ctx.Err() != nil {
		return // wait says how it ends
	}
	state, tally := r.state.Measured(m.round, m.Measurement)
	if tally == nil {
		return
	}
	r.state = state
	r.mustLook = r.mustLook || r.Looker != nil && state.ChecksGood()
	for _, w := range r.warnOnce(m) {
		r.notice(w)
	}
	told := engine.Event{Type: engine.EventCheck, Time: r.Now(), Step: r.step(), Check: tally}
	r.reminder.note(told)
	r.Sink.Handle(told)
}

// warnOnce are the warnings of a measurement that were not told in this step.
func (r *run) warnOnce(m measurement) []string {
	var out []string
	for _, w := range m.Warnings {
		said := [2]string{m.step, w}
		if !r.warned[said] {
			if r.warned == nil {
				r.warned = map[[2]string]bool{}
			}
			r.warned[said] = true
			out = append(out, w)
		}
	}
	return out
}
