package promote

import (
	"github.com/kubectl-sts/kubectl-sts/pkg/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// rollback is what the flag says, or else what the canary was started with.
func (r Request) rollback(s sts.Snapshot) (bool, error) {
	if r.OnFailure != "" {
		return r.OnFailure == "rollback", nil
	}
	record, err := canary.FindRecord(s)
	return record != nil && record.Rollback, err
}
