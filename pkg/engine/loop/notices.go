package loop

import "github.com/kubectl-sts/kubectl-sts/pkg/engine"

// heed tells what else there is to know. The engine's own goroutine does that:
// what another one writes gets into the middle of a line. It returns what hear does.
func (r *run) heed() (heard bool, end *engine.Outcome) {
	if r.Notices == nil {
		return false, nil
	}
	messages := r.Notices()
	if len(messages) > 0 {
		heard, end = r.hear()
	}
	for _, message := range messages {
		r.notice(message)
	}
	return heard, end
}

func (r *run) notice(message string) {
	r.Sink.Handle(engine.Event{Type: engine.EventWarning, Time: r.Now(), Step: r.step(), Message: message})
}

// hear takes an answer that is there, before anything else is told: whoever shows
// the question would show it again below that. It reports whether there was one.
func (r *run) hear() (heard bool, end *engine.Outcome) {
	select {
	case a := <-r.answers:
		return true, r.answered(a)
	default:
		return false, nil
	}
}

// view shows the present snapshot to a sink that wants to see it.
func (r *run) view() {
	if v, ok := r.Sink.(engine.Viewer); ok {
		v.View(r.seen, r.Now())
	}
}
