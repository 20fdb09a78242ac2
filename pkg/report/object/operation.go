package object

import (
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
)

// Operation is what somebody has in progress, as a program reads it.
type Operation struct {
	Verb     string     `json:"verb"`
	Step     int        `json:"step,omitempty"`
	Steps    int        `json:"steps,omitempty"`
	Started  *time.Time `json:"started,omitempty"`
	Aborting bool       `json:"aborting,omitempty"`
	Held     bool       `json:"held,omitempty"`
	Failed   bool       `json:"failed,omitempty"`
	Driver   *Driver    `json:"driver,omitempty"`
	By       *Driver    `json:"by,omitempty"`
	Reason   string     `json:"reason,omitempty"`
}

// Driver is the process that drives an operation.
type Driver struct {
	User    string    `json:"user,omitempty"`
	Host    string    `json:"host,omitempty"`
	Process int       `json:"process,omitempty"`
	Since   time.Time `json:"since"`
	Ended   bool      `json:"ended,omitempty"`
}

// viewOperation is nil where nothing is in progress.
func viewOperation(o *plan.Operation) *Operation {
	if o == nil {
		return nil
	}
	return &Operation{
		Verb: o.Verb, Step: o.Step, Steps: o.Steps, Started: moment(o.Started), Aborting: o.Aborting, Held: o.Held, Failed: o.Failed,
		Driver: viewDriver(o.Driver), By: viewDriver(o.By), Reason: report.Clean(o.Reason),
	}
}

// viewDriver is nil where nobody knows who it is.
func viewDriver(d *note.Driver) *Driver {
	if d == nil {
		return nil
	}
	return &Driver{User: report.Clean(d.User), Host: report.Clean(d.Host), Process: d.Process, Since: d.Since.UTC()}
}

// moment is a time for a program, nil for none.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
