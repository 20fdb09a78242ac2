package scale

import (
	"context"
	"errors"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/scale"
	"github.com/kubectl-sts/kubectl-sts/pkg/prune"
	"github.com/kubectl-sts/kubectl-sts/pkg/receipt"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// recorder writes down what it takes to make a claim again whose volume stays.
type recorder struct {
	client  *kube.Client
	book    *receipt.File
	written map[types.UID]*receipt.Receipt // the last of each claim
}

func newRecorder(client *kube.Client, book *receipt.File) recorder {
	return recorder{client, book, map[types.UID]*receipt.Receipt{}}
}

// Record writes it down; see [engine.Records].
func (r recorder) Record(ctx context.Context, d plan.DeleteClaim, seen sts.Snapshot) error {
	i := slices.IndexFunc(seen.Claims, func(c sts.Claim) bool { return c.UID == d.UID })
	if i < 0 {
		return fmt.Errorf("%w: claim %s is gone", engine.ErrConflict, d.Name)
	}
	record, err := recordOf(ctx, r.client, seen, seen.Claims[i])
	switch {
	case err != nil:
		return err
	case record.Policy != corev1.PersistentVolumeReclaimRetain:
		// Somebody has set it back: the data would die after all.
		return fmt.Errorf("the reclaim policy of volume %s is %s by now: claim %s is kept", record.Volume, record.Policy, d.Name)
	}
	if r.written[d.UID], err = r.book.WriteChanged(r.written[d.UID], record); err != nil {
		return fmt.Errorf("no record can be written, so claim %s is kept: %w", d.Name, err)
	}
	return nil
}

// recordOf reads what it takes to make a claim of the set again.
func recordOf(ctx context.Context, client *kube.Client, s sts.Snapshot, claim sts.Claim) (receipt.Receipt, error) {
	record, err := client.ClaimRecord(ctx, claim)
	if errors.Is(err, prune.ErrGone) {
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
	book, err := v.book(ctx, p)
	if err == nil && v.scale.Unrecorded {
		p, err = scale.Plan(v.scale, v.s, v.runner.Client.Now())
	}
	if err != nil {
		return err
	}
	if book != nil {
		v.runner.Records = newRecorder(v.runner.Client, book)
		defer func() {
			if _, err := book.Close(); err != nil {
				v.runner.Warn(fmt.Sprintf("the record %s: %v", book.Path(), err))
			}
		}()
	}
	if err := v.rehearse(ctx, p); err != nil {
		return err
	}
	return v.runner.RunToEnd(ctx, p, v.s)
}

// book makes the file for records where the plan needs one: that none can be
// written must show before any pod goes. Where volumes stay by themselves it is
// no reason to stop.
func (v *visit) book(ctx context.Context, p *plan.Plan) (*receipt.File, error) {
	var first *plan.DeleteClaim
	for i := range p.Steps {
		if d, ok := p.Steps[i].Change.(plan.DeleteClaim); ok && d.Record && first == nil {
			first = &d
		}
	}
	if first == nil || v.runner.DryRun() {
		return nil, nil
	}
	book, err := v.open(ctx, *first)
	switch {
	case err == nil:
		return book, nil
	case retains(p):
		return nil, fmt.Errorf("no record can be written for restore-pvc, so nothing was changed (see --record): %w", err)
	}
	v.runner.Warn("no record is written for restore-pvc: " + err.Error())
	v.scale.Unrecorded = true
	return nil, nil
}

// open makes the file, and finds out whether what goes into it may be read. That
// the claim has just changed does not matter.
func (v *visit) open(ctx context.Context, d plan.DeleteClaim) (*receipt.File, error) {
	i := slices.IndexFunc(v.s.Claims, func(c sts.Claim) bool { return c.UID == d.UID })
	if _, err := recordOf(ctx, v.runner.Client, v.s, v.s.Claims[i]); err != nil && !errors.Is(err, engine.ErrConflict) {
		return nil, err
	}
	dir, err := receipt.Dir(v.request.RecordDir)
	if err != nil {
		return nil, err
	}
	book := receipt.NewFile(dir, "kubectl sts scale "+v.s.Name(), v.env.Everywhere(), v.runner.Client.Host(), v.runner.Client.Now)
	err = book.Prepare()
	return book, err
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
