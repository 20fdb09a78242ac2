package ci

import (
	"fmt"
	"io"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// Actions tells GitHub Actions what belongs at the top of a job's page, in the
// commands that its runner looks for in a log.
type Actions struct {
	w     io.Writer
	title string
}

// NewActions makes a teller for a command such as "kubectl sts canary". It
// writes below any [report.Guard]: these are the lines that are meant to be commands.
func NewActions(w io.Writer) *Actions { return &Actions{w: w, title: "kubectl sts"} }

// Title sets what all annotations are called.
func (a *Actions) Title(title string) { a.title = title }

// Handle tells warnings. The end comes by itself, when it is known for good.
func (a *Actions) Handle(e engine.Event) {
	if e.Type == engine.EventWarning {
		a.Warn(e.Message)
	}
}

// Warn tells something that is no reason to stop.
func (a *Actions) Warn(message string) { a.command("warning", report.Clean(message)) }

// End tells how the command ended, where, and what helps this user.
func (a *Actions) End(where string, o engine.Outcome, caller hint.Caller) {
	level := "error"
	if o.Result == engine.Done || o.Result == engine.Held {
		level = "notice"
	}
	a.command(level, strings.Join(helpLines(o, caller, where), "\n"))
}

func (a *Actions) command(level, text string) {
	_, _ = fmt.Fprintf(a.w, "::%s title=%s::%s\n", level, escapeProperty(report.Clean(a.title)), escapeCommand(text))
}

// escapeCommand is how a runner wants text of several lines.
func escapeCommand(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(text)
}

func escapeProperty(text string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(escapeCommand(text))
}
