package live

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/text"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// Screen shows sets on a terminal while they change, redrawn in place: a block
// for each, or where these are too many a row for each. One goroutine may use it.
type Screen struct {
	// Ended is what [report.Status] has under that name.
	Ended func(note.Driver) bool
	// Caller is how the user calls the plugin.
	Caller hint.Caller

	w      io.Writer
	style  report.Styles
	blocks []*block
	drawn  int // how many lines are on the terminal now
	news   []string
	width  int
	height int
	// resized says that the terminal is not what it was when it was drawn on:
	// then nobody knows where the lines are by now.
	resized bool
	// closing is drawing for the last time: how each set ended comes below.
	closing bool
}

// What a terminal is taken for that does not tell its size.
const (
	usualWidth  = 80
	usualHeight = 24
)

// NewScreen shows this many sets on w, a terminal.
func NewScreen(w io.Writer, mode term.ColorMode, sets int) *Screen {
	s := &Screen{w: w, style: report.NewStyles(w, mode)}
	for range sets {
		s.blocks = append(s.blocks, &block{})
	}
	return s
}

// Handle takes an event of a set, which is told by its place.
func (s *Screen) Handle(set int, e engine.Event) {
	b := s.blocks[set]
	switch e.Type {
	case engine.EventPlan:
		b.set, b.context = report.Subject{Namespace: e.Plan.Namespace, Name: e.Plan.Name}, e.Plan.Context
	case engine.EventWait:
		b.waits, b.reason, b.since, b.until, b.halts = report.Clean(e.Message), e.Reason, e.Time, e.Until, e.Halts
		if !e.Since.IsZero() {
			b.since = e.Since
		}
	case engine.EventWarning:
		// It must not be lost with the next redraw.
		text := s.style.Dim.Render(e.Time.Local().Format("15:04:05")) + " " + s.style.Warn.Render("warning:") + " "
		if len(s.blocks) > 1 {
			text += b.name() + ": "
		}
		s.news = append(s.news, text+report.Clean(e.Message))
	case engine.EventOutcome:
		b.outcome, b.ended = e.Outcome, e.Time
	}
}

// Title says what a set is called where there are several.
func (s *Screen) Title(set int, title string) { s.blocks[set].title = title }

// View takes a new snapshot of a set.
func (s *Screen) View(set int, snapshot sts.Snapshot) {
	if snapshot.Exists() { // or else what was there last
		s.blocks[set].snapshot = snapshot
	}
}

// Resized notes that the terminal has another size, or had one meanwhile.
func (s *Screen) Resized() { s.resized = s.drawn > 0 }

// Draw puts what is so now in the place of what was drawn before.
func (s *Screen) Draw(now time.Time) {
	s.measure()
	s.put(s.lines(now))
}

// Close draws for the last time and says how each set ended. What is settled
// from the start is worth that one line.
func (s *Screen) Close(now time.Time) {
	s.measure()
	s.closing = true
	var lines []string
	if s.drawn > 0 || s.worthDrawing() {
		lines = s.lines(now)
	}
	s.put(lines)
	// The worst comes last, where the eye is.
	slices.SortStableFunc(s.blocks, func(a, b *block) int { return urgency(b) - urgency(a) })
	for _, b := range s.blocks {
		if b.outcome != nil {
			_, _ = io.WriteString(s.w, s.ending(b))
		}
	}
}

func (s *Screen) worthDrawing() bool {
	for _, b := range s.blocks {
		if b.outcome == nil || b.outcome.Result != engine.Done && b.snapshot.Exists() {
			return true
		}
	}
	return false
}

func (s *Screen) measure() {
	width, height := term.Width(s.w), term.Height(s.w)
	if width == 0 || height == 0 {
		width, height = usualWidth, usualHeight
	}
	width-- // the last column wraps early on some terminals
	if s.drawn > 0 && (width != s.width || height != s.height) {
		s.resized = true
	}
	s.width, s.height = width, height
}

// put writes the lines in one go: each over the one before, so that nothing
// flickers, and the rest of the old ones erased. A terminal that knows the
// synchronized mode shows it all at once.
func (s *Screen) put(lines []string) {
	var out bytes.Buffer
	out.WriteString("\x1b[?2026h")
	switch up := min(s.drawn, s.height-1); {
	case s.resized:
		// A terminal that becomes narrower wraps what is there, one that becomes
		// lower moves it up and out, and back down when it becomes higher.
		out.WriteString("\x1b[H\x1b[J")
		s.resized = false
	case up > 0:
		_, _ = fmt.Fprintf(&out, "\r\x1b[%dA", up)
	}
	for _, text := range s.news {
		_, _ = fmt.Fprintf(&out, "%s\x1b[K\n", text)
	}
	s.news, s.drawn = nil, len(lines)
	for _, line := range lines {
		line = ansi.Truncate(line, s.width, "…")
		_, _ = fmt.Fprintf(&out, "%s\x1b[K\n", line)
	}
	out.WriteString("\x1b[J\x1b[?2026l")
	_, _ = s.w.Write(out.Bytes())
}

// lines are the whole picture, no higher than the terminal.
func (s *Screen) lines(now time.Time) []string {
	room := s.height - 1 // the cursor stands below
	if len(s.blocks) == 1 {
		return s.block(s.blocks[0], now, room)
	}
	var all []string
	for i, b := range s.blocks {
		if i > 0 {
			all = append(all, "")
		}
		all = append(all, s.block(b, now, 1<<16)...)
	}
	if len(all) <= room {
		return all
	}
	if s.closing {
		return nil
	}
	return s.overview(now, room)
}

// ending says how a set ended, and what helps.
func (s *Screen) ending(b *block) string {
	name := ""
	if len(s.blocks) > 1 {
		name = b.name()
	}
	where := report.Where(b.set.Namespace, b.set.Name, b.context)
	return text.Ending(engine.Event{Time: b.ended, Outcome: b.outcome}, s.Caller, s.style, s.width+1, where, name)
}
