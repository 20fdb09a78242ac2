package text

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/briandowns/spinner"
	"github.com/charmbracelet/x/ansi"

	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

const (
	spinEvery  = 120 * time.Millisecond
	spinFrames = 14 // of spinner.CharSets: dots that go round
)

// spin is the line at the bottom that shows what a run waits for, and since
// when. A nil one shows nothing. While it is drawn nobody else writes there:
// whoever has a line to write stops it first.
type spin struct {
	file   *os.File
	text   string
	reason string // of the trouble that the text tells of, empty for none
	since  time.Time
	until  time.Time // counts down when set
	halts  time.Time // when the run ends because of it, zero for never
	// wheel turns while it is drawn. Each start has a wheel of its own: one that
	// is stopped and started again may stop again by itself.
	wheel *spinner.Spinner
	line  *spinLine
	drawn chan struct{} // closed with the first frame
}

// newSpin makes one for a terminal; elsewhere there is none.
func newSpin(w io.Writer) *spin {
	file, ok := w.(*os.File)
	if !ok || !term.Live(w) {
		return nil
	}
	return &spin{file: file}
}

// says fits on one line of so many columns: one that wraps would leave pieces
// behind. Without a width it is whole.
func (sp *spin) says(width int) string {
	clock := fmt.Sprintf(" %s", report.Round(time.Since(sp.since)))
	switch {
	case !sp.until.IsZero():
		clock = fmt.Sprintf(", %s left", max(0, report.Round(time.Until(sp.until))))
	case !sp.halts.IsZero():
		clock += fmt.Sprintf(", halts in %s", max(0, report.Round(time.Until(sp.halts))))
	}
	if width == 0 {
		return sp.text + clock
	}
	return report.Brief(sp.text, sp.reason, max(width-len(clock)-4, 10)) + clock
}

// wait changes what is shown. The spinner must be stopped.
func (sp *spin) wait(text string, until time.Time) {
	if sp == nil {
		return
	}
	sp.text, sp.reason, sp.until, sp.since, sp.halts = text, "", until, time.Now(), time.Time{}
}

// about says which trouble the text tells of.
func (sp *spin) about(reason string) {
	if sp != nil {
		sp.reason = reason
	}
}

// ends says when the run ends because of what is waited for, by how long that is
// from now; 0 for never.
func (sp *spin) ends(in time.Duration) {
	if sp != nil && in > 0 {
		sp.halts = time.Now().Add(in)
	}
}

// began says for how long it has been waited for already.
func (sp *spin) began(ago time.Duration) {
	if sp != nil {
		sp.since = time.Now().Add(-ago)
	}
}

func (sp *spin) start() {
	if sp == nil || sp.text == "" || sp.wheel != nil {
		return
	}
	drawn := make(chan struct{})
	line := &spinLine{w: sp.file}
	wheel := spinner.New(spinner.CharSets[spinFrames], spinEvery, spinner.WithWriterFile(sp.file))
	wheel.Writer = line
	// The width is asked for each time: the window may have become narrower.
	wheel.PreUpdate = func(s *spinner.Spinner) { s.Suffix = " " + sp.says(term.Width(sp.file)) }
	wheel.PostUpdate = func(s *spinner.Spinner) {
		close(drawn)
		s.PostUpdate = nil
	}
	wheel.Start()
	if wheel.Active() {
		sp.wheel, sp.line, sp.drawn = wheel, line, drawn
	}
}

// stop returns when the line is empty again.
func (sp *spin) stop() {
	if sp == nil || sp.wheel == nil {
		return
	}
	<-sp.drawn
	sp.wheel.Lock()
	sp.line.last = true
	sp.wheel.Unlock()
	sp.wheel.Stop()
	sp.wheel = nil
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

// spinLine is where the wheel writes: one line, which is drawn over in one
// write and without colour. The wheel itself erases as many lines as it thinks
// that it has drawn, by the width of another stream, and so those above it.
type spinLine struct {
	w    io.Writer
	last bool // it is about to stop: the line is to be empty
}

// Write takes a frame, an erasing of lines, or the hiding of the cursor.
func (l *spinLine) Write(text []byte) (int, error) {
	out := string(text)
	if rest, draws := strings.CutPrefix(out, "\r"); draws {
		frame := strings.TrimSpace(ansi.Strip(rest))
		if frame == "" && !l.last {
			return len(text), nil // a frame follows
		}
		out = "\r" + ansi.EraseLineRight + frame
	}
	if _, err := io.WriteString(l.w, out); err != nil {
		return 0, err
	}
	return len(text), nil
}
