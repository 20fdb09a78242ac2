package report

import (
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// operationView is what somebody has in progress, as a program reads it.
type operationView struct {
	Verb     string     `json:"verb"`
	Step     int        `json:"step,omitempty"`
	Steps    int        `json:"steps,omitempty"`
	Started  *time.Time `json:"started,omitempty"`
	Aborting bool       `json:"aborting,omitempty"`
	Held     bool       `json:"held,omitempty"`
	Failed   bool       `json:"failed,omitempty"`
	Driver   *driver    `json:"driver,omitempty"`
	By       *driver    `json:"by,omitempty"`
	Reason   string     `json:"reason,omitempty"`
}

// driver is the process that drives an operation.
type driver struct {
	User    string    `json:"user,omitempty"`
	Host    string    `json:"host,omitempty"`
	Process int       `json:"process,omitempty"`
	Since   time.Time `json:"since"`
	Ended   bool      `json:"ended,omitempty"`
}

func viewOperation(o *plan.Operation) *operationView {
	if o == nil {
		return nil
	}
	return &operationView{
		Verb: o.Verb, Step: o.Step, Steps: o.Steps, Started: moment(o.Started), Aborting: o.Aborting, Held: o.Held, Failed: o.Failed,
		Driver: viewDriver(o.Driver), By: viewDriver(o.By), Reason: Clean(o.Reason),
	}
}

func viewDriver(d *sts.Driver) *driver {
	if d == nil {
		return nil
	}
	return &driver{User: Clean(d.User), Host: Clean(d.Host), Process: d.Process, Since: d.Since.UTC()}
}

// moment is a time for a program, nil for none.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
