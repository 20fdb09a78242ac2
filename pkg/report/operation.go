package report

import (
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

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

// driver is the process that drives what is in progress, nil for nobody or where the
// set does not tell.
func (st Status) driver() *sts.Driver {
	first := st.Ops.First()
	if first == nil {
		return nil
	}
	return first.Driven(st.Snapshot, st.Now)
}

// viewDriver is the driver, as a program reads it.
func (st Status) viewDriver() *driver {
	v := viewDriver(st.driver())
	if v != nil {
		v.Ended = st.ended(*st.driver())
	}
	return v
}

func (st Status) ended(d sts.Driver) bool { return st.Ended != nil && st.Ended(d) }

// driverWords are who it is, and since when.
func (st Status) driverWords(d sts.Driver) string {
	words := fmt.Sprintf("process %d", d.Process)
	if who := d.Who(); who != "" {
		words = who + ", " + words
	}
	if st.ended(d) {
		return Clean(words + ", which has ended")
	}
	since := d.Since.UTC().Format(time.RFC3339)
	return Clean(fmt.Sprintf("%s, since %s (%s ago)", words, since, duration.HumanDuration(st.Now.Sub(d.Since))))
}
