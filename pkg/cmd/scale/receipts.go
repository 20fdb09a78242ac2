package scale

import (
	"context"
	"errors"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/app/runner"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/scale"
	"github.com/kubectl-sts/kubectl-sts/pkg/receipt"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// receipts write down what it takes to make a claim again whose volume stays.
type receipts struct {
	client  *kube.Client
	file    *receipt.File
	entries map[types.UID]*receipt.Entry
}

func newReceipts(client *kube.Client, file *receipt.File) receipts {
	return receipts{client, file, map[types.UID]*receipt.Entry{}}
}

// entry is the one of a claim.
func (r receipts) entry(uid types.UID) *receipt.Entry {
	if r.entries[uid] == nil {
		r.entries[uid] = &receipt.Entry{File: r.file}
	}
	return r.entries[uid]
}

// Keep writes it down; see [engine.Receipts].
func (r receipts) Keep(ctx context.Context, d plan.DeleteClaim, seen sts.Snapshot) error {
	i := slices.IndexFunc(seen.Claims, func(c storage.Claim) bool { return c.UID == d.UID })
	if i < 0 {
		return fmt.Errorf("%w: claim %s is gone", engine.ErrConflict, d.Name)
	}
	record, err := receiptOf(ctx, r.client, seen, seen.Claims[i])
	switch {
	case err != nil:
		return err
	case record.Policy != corev1.PersistentVolumeReclaimRetain:
		// Somebody has set it back: the data would die after all.
		return fmt.Errorf("the reclaim policy of volume %s is %s by now: claim %s is kept", record.Volume, record.Policy, d.Name)
	}
	if err := r.entry(d.UID).Write(record); err != nil {
		return fmt.Errorf("no record can be written, so claim %s is kept: %w", d.Name, err)
	}
	return nil
}

// receiptOf reads what it takes to make a claim of the set again.
func receiptOf(ctx context.Context, client *kube.Client, s sts.Snapshot, claim storage.Claim) (receipt.Receipt, error) {
	record, err := client.ClaimReceipt(ctx, claim)
	if errors.Is(err, engine.ErrGone) {
		err = fmt.Errorf("%w: %w", engine.ErrConflict, err)
	}
	if err != nil {
		return record, err
	}
	record.Set = s.Name()
	for _, template := range s.ClaimTemplates() {
		if ordinal, ok := s.ClaimOrdinal(template, claim.Name); ok {
			record.Template, record.Ordinal = template, ordinal
		}
	}
	return record, nil
}

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
		v.runner.Receipts = newReceipts(v.runner.Client, file)
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
	file := runner.ReceiptFile{Dir: v.request.RecordDir, Set: v.s.Name(), Readable: func() error { return v.readable(ctx, *first) }}
	if retains(p) {
		file.Needed = "no record can be written for restore-pvc, so nothing was changed (see --record)"
	}
	open, err := v.runner.OpenReceipts(file)
	v.scale.Unrecorded = open == nil
	return open, err
}

// readable finds out whether what goes into the record of a claim may be read. That
// the claim has just changed does not matter.
func (v *visit) readable(ctx context.Context, d plan.DeleteClaim) error {
	i := slices.IndexFunc(v.s.Claims, func(c storage.Claim) bool { return c.UID == d.UID })
	_, err := receiptOf(ctx, v.runner.Client, v.s, v.s.Claims[i])
	if errors.Is(err, engine.ErrConflict) {
		return nil
	}
	return err
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
