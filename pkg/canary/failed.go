package canary

import (
	"fmt"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// failed refuses to go on with what has failed: the pods may look well by now,
// and nobody has said that they are. A retry says so, and measures the step anew.
func failed(r Request, record Record, s sts.Snapshot) *rollout.Refusal {
	f := record.Failure(s)
	if r.Retry || f == nil || record.Aborting {
		return nil
	}
	no := &rollout.Refusal{Why: fmt.Sprintf("the %s of statefulset %q failed at %s: %s",
		record.Verb.Name(), s.Name(), f.At.UTC().Format(time.RFC3339), f.Message)}
	for _, help := range record.afterFailure() {
		no.Try = append(no.Try, help.What+": "+help.Command(r.Command, s))
	}
	return no
}

// anotherRevision is the way that any run gives way to.
func anotherRevision() Help {
	return Help{What: "or go to another revision", Verb: "undo", Flags: "--to-revision REVISION"}
}

// afterFailure is what can be done about a run that has failed: back before again.
func (r Record) afterFailure() []Help {
	again := Help{What: "try again", Verb: r.Verb.Name(), Flags: rollout.RetryFlag}
	switch r.Verb {
	case VerbUndo:
		other := anotherRevision()
		other.What = "go to another revision"
		return []Help{other, again}
	case VerbRestart:
		return []Help{{What: "give the restart up", Verb: "abort"}, anotherRevision(), again}
	}
	return []Help{{What: "roll back", Verb: "abort"}, anotherRevision(), again}
}

// instead are the ways of afterFailure that a plan does not offer by itself.
func (b builder) instead() []string {
	var out []string
	for _, help := range b.record.afterFailure() {
		if b.record.Verb != VerbCanary && help.Flags != rollout.RetryFlag {
			out = append(out, help.What+": "+help.Command(b.r.Command, b.s))
		}
	}
	return out
}

// retry is the step that forgets the failure, so that what comes next is judged
// by itself.
func (b builder) retry() rollout.Step {
	return rollout.Step{
		Title:  "try again",
		Change: rollout.Edit{Annotations: map[string]*string{Annotation: b.record.text()}, Says: "record"},
		Until:  rollout.Observed{},
	}
}
