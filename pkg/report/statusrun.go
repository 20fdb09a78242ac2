package report

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-sts/kubectl-sts/pkg/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/scale"
)

// runWords say which run is not over, how far it is, and since when: of every
// verb that leaves a record on the set. There may be two of them.
func (st Status) runWords() string {
	return strings.Trim(st.rolloutWords()+", "+st.scaleWords(), ", ")
}

// rolloutWords are about a canary, an undo or a restart.
func (st Status) rolloutWords() string {
	if st.Record == nil {
		if _, ok := st.Snapshot.Annotation(canary.Annotation); ok {
			return "unreadable"
		}
		return ""
	}
	at := string(st.Record.Verb) // empty for a canary, which most of them are
	switch c := st.canary(); {
	case st.Record.Aborting:
		at += " aborting"
	case c == nil:
		at += " ?"
	case at == "" || c.Steps > 1:
		at += fmt.Sprintf(" %d/%d", c.Step, c.Steps)
	}
	return strings.TrimSpace(at) + " for " + duration.HumanDuration(st.Now.Sub(st.Record.Started))
}

// scaleWords are about a scale.
func (st Status) scaleWords() string {
	r, err := scale.FindRecord(st.Snapshot)
	switch {
	case err != nil:
		return "unreadable"
	case r == nil:
		return ""
	}
	words := fmt.Sprintf("scale %d to %d", r.From, r.To)
	if since, ok := st.scaleSince(); ok {
		words += " for " + duration.HumanDuration(st.Now.Sub(since))
	}
	return words
}
