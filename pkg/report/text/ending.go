package text

import (
	"fmt"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

func (l *Lines) outcome(e engine.Event) {
	l.spin.clear()
	o := e.Outcome
	if o.Result == engine.AbortAsked {
		return // another plan follows
	}
	l.say(e.Time, report.Each(l.style.Verdict(o.Result), l.fold(report.EndWords(*o))))
	for _, line := range report.CommitLines(o.Commits) {
		_, _ = fmt.Fprintln(l.w, l.indent+report.WrapIndent(line, l.width, l.indent+"  "))
	}
	if o.Result == engine.Done {
		return
	}
	for _, line := range report.FactLines(report.Facts(*o, l.where, e.Time), l.width, l.indent) {
		_, _ = fmt.Fprintln(l.w, line)
	}
	for _, place := range report.EndPlace(*o) {
		_, _ = fmt.Fprintln(l.w, l.indent+place)
	}
	for _, help := range report.Helps(l.caller, o.Try) {
		_, _ = fmt.Fprintln(l.w, l.indent+help)
	}
}

// Ending are the lines that tell this user an outcome on a terminal of this width: where
// says which set on which cluster it is about, and with a name each line has it.
func Ending(e engine.Event, caller hint.Caller, style report.Styles, width int, where, name string) string {
	var out strings.Builder
	l := Lines{w: &out, live: true, width: width, style: style, where: where, caller: caller}
	l.indent = strings.Repeat(" ", len("15:04:05 "))
	if name != "" {
		l.prefix = name + ": "
	}
	l.outcome(e)
	return out.String()
}
