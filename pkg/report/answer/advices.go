package answer

import (
	"io"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/findings"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/object"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// Advices are what the rules say of several sets. A person gets those that have findings
// one below the other, a program an object for each finding, and a code scanner one
// document.
type Advices struct {
	Writer

	Least advice.Severity // from which findings are shown
	Total report.AdviceTotal
	Sarif findings.Sarif

	shown, silenced object.Packed
}

// Add adds what the rules say of one set.
func (l *Advices) Add(a report.Advice) {
	l.Total.Add(a.Advice)
	switch {
	case l.Format == report.SARIF:
		l.Sarif.Least = l.Least
		l.Sarif.Add(a)
	case l.human():
		p := l.printer()
		l.shown.Add(func(w io.Writer) { p.Print(w, a) })
		l.silenced.Add(func(w io.Writer) { p.Silenced(w, a) })
	default:
		l.shown.Add(func(w io.Writer) { object.WriteAdvice(w, l.Format, a, l.Least) })
	}
}

func (l *Advices) printer() findings.Printer {
	return findings.Printer{Styles: report.NewStyles(l.Out, l.Color), Width: term.Width(l.Out), Least: l.Least}
}

// Print writes all of it. failed are files that could not be read.
func (l *Advices) Print(failed []string) error {
	switch {
	case l.Format == report.SARIF:
		return l.Sarif.Write(l.Out, failed)
	case l.human():
		l.shown.Write(l.Out)
		l.silenced.Write(l.Out)
		l.printer().Total(l.Out, l.Total)
	default:
		l.shown.Write(l.Out)
		object.WriteAdviceTotal(l.Out, l.Format, l.Total)
	}
	return nil
}
