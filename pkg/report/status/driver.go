package status

import (
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/object"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

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
func (st Status) viewDriver() *object.Driver {
	v := object.ViewDriver(st.driver())
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
		return report.Clean(words + ", which has ended")
	}
	since := d.Since.UTC().Format(time.RFC3339)
	return report.Clean(fmt.Sprintf("%s, since %s (%s ago)", words, since, duration.HumanDuration(st.Now.Sub(d.Since))))
}
