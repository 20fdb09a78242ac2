package loop

import (
	"context"
	"errors"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
)

var errNoRecords = errors.New("there is nowhere to write the record")

// record writes down what a claim was whose deletion is to come, if it is to be
// written down.
func (r *run) record(ctx context.Context, c plan.Change) error {
	switch d, ok := c.(plan.DeleteClaim); {
	case !ok || !d.Record:
		return nil
	case r.Records == nil:
		return errNoRecords
	default:
		return r.Records.Record(ctx, d, r.seen)
	}
}
