package report

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/briandowns/spinner"
	"github.com/charmbracelet/x/ansi"

	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// spin is the line at the bottom that shows what a run waits for, and since
// when. A nil one shows nothing.
type spin struct {
	s     *spinner.Spinner
	text  string
	since time.Time
	until time.Time // counts down when set
	width int
}

func newSpin(w io.Writer) *spin {
	f, ok := w.(*os.File)
	if !ok {
		return nil
	}
	sp := &spin{width: term.Width(w)}
	sp.s = spinner.New(spinner.CharSets[14], 120*time.Millisecond, spinner.WithWriterFile(f))
	sp.s.PreUpdate = func(s *spinner.Spinner) { s.Suffix = sp.suffix() }
	return sp
}

// suffix fits on one line: a spinner that wraps leaves pieces behind.
func (sp *spin) suffix() string {
	clock := fmt.Sprintf(" %s", round(time.Since(sp.since)))
	if !sp.until.IsZero() {
		clock = fmt.Sprintf(", %s left", max(0, round(time.Until(sp.until))))
	}
	if sp.width == 0 {
		return " " + sp.text + clock
	}
	return " " + ansi.Truncate(sp.text, max(sp.width-len(clock)-4, 10), "…") + clock
}

// wait changes what is shown. The spinner must be stopped.
func (sp *spin) wait(text string, until time.Time) {
	if sp == nil {
		return
	}
	sp.text, sp.until, sp.since = text, until, time.Now()
}

func (sp *spin) start() {
	if sp != nil && sp.text != "" {
		sp.s.Start()
	}
}

func (sp *spin) stop() {
	if sp != nil {
		sp.s.Stop()
	}
}

// clear forgets what was waited for, so that nothing is shown until the next
// wait.
func (sp *spin) clear() {
	if sp != nil {
		sp.s.Stop()
		sp.text = ""
	}
}
