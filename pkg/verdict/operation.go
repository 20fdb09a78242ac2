package verdict

import (
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/scale"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// operation is what is in progress on the set, nil for nothing. record is that of a
// canary, an undo or a restart, or nil.
func operation(s sts.Snapshot, record *canary.Record, now time.Time) *rollout.Operation {
	if record == nil {
		r, err := scale.FindRecord(s)
		if err != nil || r == nil {
			return nil
		}
		o := &rollout.Operation{Verb: "scale", Driver: r.Driver, Failed: r.Failed != nil}
		if o.Failed {
			o.Driver = nil
		}
		return o
	}
	o := &rollout.Operation{
		Verb: record.Verb.Name(), Started: record.Started, Aborting: record.Aborting, Failed: record.Failure(s) != nil,
		Held: record.Held(s, now), Driver: record.Driven(s, now),
	}
	if at, err := record.Position(s); err == nil && (len(at.Counts) > 1 || record.Verb == canary.VerbCanary) {
		o.Step, o.Steps = at.Begun, len(at.Counts)
	}
	return o
}
