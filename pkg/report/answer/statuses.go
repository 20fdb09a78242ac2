package answer

import (
	"io"

	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/object"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/status"
)

// Statuses are the status of several sets. A program gets an object for each, a person
// a table.
type Statuses struct {
	status.List
	Writer

	objects object.Packed
}

// Add adds a set below those that there are.
func (l *Statuses) Add(st report.Status) {
	l.List.Add(st)
	if !l.human() {
		l.objects.Add(func(w io.Writer) { object.WriteStatus(w, l.Format, st) })
	}
}

// Print writes all of them.
func (l *Statuses) Print() {
	if l.human() {
		l.List.Print(l.Out, l.Color)
		return
	}
	l.objects.Write(l.Out)
}
