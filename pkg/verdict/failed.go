package verdict

import (
	"github.com/kubectl-sts/kubectl-sts/pkg/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/scale"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// failed is the verdict about a run that halted, whatever the pods are like by
// now. record is that of a canary, an undo or a restart, or nil.
func failed(s sts.Snapshot, record *canary.Record) (Verdict, bool) {
	f := failure(s, record)
	if f == nil {
		return Verdict{}, false
	}
	return Verdict{Result: rollout.Halted, Message: "failed: " + f.String(), Pod: f.Pod, Failed: f}, true
}

// failure is how the run in progress has ended, nil when it has not failed.
func failure(s sts.Snapshot, record *canary.Record) *sts.Failure {
	if record != nil {
		return record.Failed
	}
	if r, err := scale.FindRecord(s); err == nil && r != nil {
		return r.Failed
	}
	return nil
}
