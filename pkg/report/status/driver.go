package status

import (
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
)

// driverWords are who it is, and since when.
func (st shown) driverWords(d note.Driver) string {
	words := fmt.Sprintf("process %d", d.Process)
	if who := d.Who(); who != "" {
		words = who + ", " + words
	}
	if st.HasEnded(d) {
		return report.Clean(words + ", which has ended")
	}
	since := d.Since.UTC().Format(time.RFC3339)
	return report.Clean(fmt.Sprintf("%s, since %s (%s ago)", words, since, duration.HumanDuration(st.Now.Sub(d.Since))))
}
