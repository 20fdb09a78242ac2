package scale

import (
	"context"

	"github.com/kubectl-sts/kubectl-sts/pkg/app/runner"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/scale"
	"github.com/kubectl-sts/kubectl-sts/pkg/receipt"
)

// run runs the plan, with a file for records if it needs one.
func (v *visit) run(ctx context.Context, p *plan.Plan) error {
	if err := v.permit(ctx, p); err != nil {
		return err
	}
	file, err := v.receiptFile(ctx, p)
	if err == nil && v.scale.Unrecorded {
		p, err = scale.Plan(v.scale, v.s, v.runner.Client.Now())
	}
	if err != nil {
		return err
	}
	if file != nil {
		v.runner.Receipts = runner.NewReceipts(v.runner.Client, file)
		defer func() {
			if _, err := file.Close(); err != nil {
				v.runner.Warn(err.Error())
			}
		}()
	}
	if err := v.rehearse(ctx, p); err != nil {
		return err
	}
	return v.runner.RunToEnd(ctx, p, v.s)
}

// receiptFile makes the file for receipts where the plan needs one: that none can be
// written must show before any pod goes. Where volumes stay by themselves it is
// no reason to stop.
func (v *visit) receiptFile(ctx context.Context, p *plan.Plan) (*receipt.File, error) {
	var first *plan.DeleteClaim
	for i := range p.Steps {
		if d, ok := p.Steps[i].Change.(plan.DeleteClaim); ok && d.Receipt && first == nil {
			first = &d
		}
	}
	if first == nil || v.runner.DryRun() {
		return nil, nil
	}
	file := runner.ReceiptFile{
		Dir: v.request.RecordDir, Set: v.s.Name(),
		Readable: func() error { return v.runner.ReceiptReadable(ctx, v.s, first.UID) },
	}
	if retains(p) {
		file.Needed = "no record can be written for restore-pvc, so nothing was changed (see --record)"
	}
	open, err := v.runner.OpenReceipts(file)
	v.scale.Unrecorded = open == nil
	return open, err
}

// retains reports whether the data is only safe because the run sees to it.
func retains(p *plan.Plan) bool {
	for _, o := range p.Ordinals {
		for _, c := range o.Claims {
			if c.Fate == plan.FateRetained {
				return true
			}
		}
	}
	return false
}
