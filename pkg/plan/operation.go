package plan

import (
	"fmt"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
)

// Operation is what a verb has in progress on a set, as its record tells.
type Operation struct {
	Verb     string
	Started  time.Time // zero where the record does not tell
	Step     int       // the numbered step whose pods were let through last, 0 before the first
	Steps    int       // how many there are, 0 where there is nothing to count
	Aborting bool
	Held     bool
	Failed   bool
	Driver   *note.Driver // nil where the record does not tell, or nobody drives any more
	// By is who began what nobody drives, and Reason why, in their words.
	By     *note.Driver
	Reason string
}

// String says what it is, how far it is and who drives it. The driver's words are
// from the cluster: whoever shows them cleans them.
func (o Operation) String() string {
	words := o.Verb
	switch {
	case o.Aborting:
		words += " on the way back to stable"
	case o.Steps > 0:
		words += fmt.Sprintf(": step %d of %d", o.Step, o.Steps)
	default:
		words += " in progress"
	}
	switch {
	case o.Failed:
		words += ", failed"
	case o.Held:
		words += ", held"
	}
	if o.Driver != nil {
		words += ", driven by " + o.Driver.String()
	}
	return words
}
