package scale

import (
	"fmt"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// failed refuses to go on with a scale that has failed, or further than that was
// to go. To leave it where it is, or to go back, is another matter.
func (r Request) failed(s sts.Snapshot, record *operation.Scale) error {
	if record == nil || record.Failed == nil || r.Retry || !further(*record, r.To, s.Replicas()) {
		return nil
	}
	f := record.Failed
	return &plan.Refusal{
		Why: fmt.Sprintf("the scale of statefulset %q from %d to %d failed at %s: %s",
			s.Name(), record.From, record.To, f.At.UTC().Format(time.RFC3339), f.Message),
		Try: record.Helps(s, false),
	}
}

// further reports whether this number of replicas is where the scale was to go,
// or beyond.
func further(r operation.Scale, to, now int) bool {
	up := r.To > r.From
	return to == r.To && (to != now || r.To != r.From) || up && to > now || !up && to < now
}

// instead are the ways out of a scale that halts which lead back.
func (b *builder) instead() []hint.Hint {
	if b.record.From == b.r.To {
		return nil
	}
	return []hint.Hint{b.record.Back(b.s)}
}
