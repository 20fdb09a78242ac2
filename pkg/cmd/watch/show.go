package watch

import (
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/live"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/text"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// message is what one engine tells: an event, or a new snapshot.
type message struct {
	set      int
	event    *engine.Event
	snapshot sts.Snapshot
}

// member is the sink of one engine. It passes on what it is told.
type member struct {
	set int
	out chan<- message
}

// Handle passes an event on.
func (m member) Handle(e engine.Event) { m.out <- message{set: m.set, event: &e} }

// View passes a snapshot on.
func (m member) View(s sts.Snapshot, _ time.Time) { m.out <- message{set: m.set, snapshot: s} }

// show is where everything that is told ends up: on a screen that is redrawn,
// or in lines and objects for each set.
type show struct {
	screen *live.Screen // nil when nothing is redrawn
	sinks  [][]engine.Sink
	now    func() time.Time
	last   time.Time // of what was shown last
}

// newShow shows the sets on a screen when the answer goes to a terminal.
// Elsewhere lines are the answer, unless a format is asked for: then they are
// the story beside it.
func newShow(env *app.Env, r Request, names []string, now func() time.Time) *show {
	s := &show{now: now, sinks: make([][]engine.Sink, len(names))}
	out := env.Streams.Out
	if r.Output == report.Human && term.Live(out) {
		s.screen = live.NewScreen(out, env.Color, len(names))
		s.screen.Ended, s.screen.Caller = env.Ended, env.Caller()
	}
	if r.Output != report.Human {
		out = env.Streams.Err
	}
	for i, name := range names {
		if s.screen != nil {
			s.screen.Title(i, name)
		}
		s.sinks[i] = env.Sinks()
		if s.screen != nil {
			continue
		}
		lines := text.NewLines(out, env.Color, true).For(env.Caller())
		if len(names) > 1 || r.AllNamespaces {
			lines = lines.Named(name)
		}
		s.sinks[i] = append(s.sinks[i], lines)
		s.sinks[i] = append(s.sinks[i], env.Answer(r.Output).Events()...)
	}
	return s
}

// How often the screen is drawn: soon after something has happened, but not
// with every event of a burst, and now and then for the ages.
const (
	soon  = 60 * time.Millisecond
	often = 250 * time.Millisecond
	idle  = time.Second
)

// run shows what comes, until there is no more.
func (s *show) run(messages <-chan message) {
	redraw := time.NewTimer(idle)
	defer redraw.Stop()
	resized, stop := term.Resizes()
	defer stop()
	var drawn time.Time
	fresh := false // something has happened since the last drawing
	for {
		select {
		case m, more := <-messages:
			if !more {
				s.end()
				return
			}
			s.take(m)
			if !fresh {
				fresh = true
				redraw.Reset(max(soon, time.Until(drawn.Add(often))))
			}
		case <-resized:
			if s.screen != nil {
				s.screen.Resized()
				redraw.Reset(soon)
			}
		case <-redraw.C:
			if s.screen != nil {
				s.screen.Draw(s.now())
			}
			drawn, fresh = time.Now(), false
			redraw.Reset(idle)
		}
	}
}

// take shows one message. Engines that run side by side may tell what happens
// in the same moment in another order than that of their times.
func (s *show) take(m message) {
	if m.event != nil {
		if m.event.Time.Before(s.last) {
			m.event.Time = s.last
		}
		s.last = m.event.Time
	}
	switch {
	case s.screen != nil && m.event != nil:
		s.screen.Handle(m.set, *m.event)
	case s.screen != nil:
		s.screen.View(m.set, m.snapshot)
	}
	if m.event != nil {
		for _, sink := range s.sinks[m.set] {
			sink.Handle(*m.event)
		}
	}
}

func (s *show) end() {
	if s.screen != nil {
		s.screen.Close(s.now())
	}
}
