package report

import (
	"fmt"
	"io"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

const (
	spinEvery  = 120 * time.Millisecond
	spinFrames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
)

// spin is the line at the bottom that shows what a run waits for, and since
// when. A nil one shows nothing. While it is drawn nobody else writes there:
// whoever has a line to write stops it first.
type spin struct {
	w     io.Writer
	text  string
	since time.Time
	until time.Time // counts down when set
	quit  chan struct{}
	gone  chan struct{}
}

// newSpin makes one for a terminal; elsewhere there is none.
func newSpin(w io.Writer) *spin {
	if !term.Live(w) {
		return nil
	}
	return &spin{w: w}
}

// line fits on one line of so many columns: one that wraps would leave pieces
// behind. Without a width it is whole.
func (sp *spin) line(width int) string {
	clock := fmt.Sprintf(" %s", round(time.Since(sp.since)))
	if !sp.until.IsZero() {
		clock = fmt.Sprintf(", %s left", max(0, round(time.Until(sp.until))))
	}
	if width == 0 {
		return sp.text + clock
	}
	return ansi.Truncate(sp.text, max(width-len(clock)-4, 10), "…") + clock
}

// wait changes what is shown. The spinner must be stopped.
func (sp *spin) wait(text string, until time.Time) {
	if sp == nil {
		return
	}
	sp.text, sp.until, sp.since = text, until, time.Now()
}

func (sp *spin) start() {
	if sp == nil || sp.text == "" || sp.quit != nil {
		return
	}
	sp.quit, sp.gone = make(chan struct{}), make(chan struct{})
	go sp.draw(sp.quit, sp.gone)
}

// draw redraws this one line, and never touches the lines above it. The width
// is asked for each time: the window may have become narrower.
func (sp *spin) draw(quit <-chan struct{}, gone chan<- struct{}) {
	defer close(gone)
	ticker := time.NewTicker(spinEvery)
	defer ticker.Stop()
	frames := []rune(spinFrames)
	_, _ = io.WriteString(sp.w, ansi.HideCursor)
	for i := 0; ; i = (i + 1) % len(frames) {
		_, _ = fmt.Fprintf(sp.w, "\r%s%c %s", ansi.EraseLineRight, frames[i], sp.line(term.Width(sp.w)))
		select {
		case <-quit:
			_, _ = io.WriteString(sp.w, "\r"+ansi.EraseLineRight+ansi.ShowCursor)
			return
		case <-ticker.C:
		}
	}
}

// stop returns when the line is empty again.
func (sp *spin) stop() {
	if sp == nil || sp.quit == nil {
		return
	}
	close(sp.quit)
	<-sp.gone
	sp.quit, sp.gone = nil, nil
}

// clear forgets what was waited for, so that nothing is shown until the next
// wait.
func (sp *spin) clear() {
	if sp == nil {
		return
	}
	sp.stop()
	sp.text = ""
}
