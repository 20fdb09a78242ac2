package loop

import (
	"context"
	"errors"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
)

var errNoReceipts = errors.New("there is nowhere to write the record")

// keepReceipt writes down what a claim was whose deletion is to come, if it is to be
// written down.
func (r *run) keepReceipt(ctx context.Context, c plan.Change) error {
	switch d, ok := c.(plan.DeleteClaim); {
	case !ok || !d.Receipt:
		return nil
	case r.Receipts == nil:
		return errNoReceipts
	default:
		return r.Receipts.Keep(ctx, d, r.seen)
	}
}
