package batch

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/receipt"
)

// tries is how often a claim is looked at that changes before it is deleted.
const tries = 5

// one deletes one claim. That it has changed since it was judged is no failure:
// controllers write to a claim just when its pod has gone. Then it is judged
// again as it is now.
func (e Engine) one(ctx context.Context, v claims.Verdict, looked time.Time) end {
	ctx, cancel := begun(ctx)
	defer cancel()
	d := &deletion{Engine: e, verdict: v, looked: looked, record: receipt.Entry{File: e.Receipts}}
	for range tries {
		out, err := d.attempt(ctx)
		if !errors.Is(err, engine.ErrConflict) {
			return d.ends(out)
		}
		if out := d.again(ctx); out.over() {
			return d.ends(out)
		}
	}
	return d.ends(begin(d.verdict).skip(fmt.Sprintf("it changed %d times while it was to be deleted", tries)))
}

// begun is the context of a claim whose deletion is not left half-way: when the
// run is over, it goes on for as long as an answer may take.
func begun(ctx context.Context) (context.Context, context.CancelFunc) {
	goesOn, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(engine.AnswerWithin, func() { cancel(engine.ErrNoAnswer) }) })
	return goesOn, func() { stop(); cancel(nil) }
}

// deletion is one claim on its way.
type deletion struct {
	Engine
	verdict claims.Verdict
	looked  time.Time     // when what can want it was looked at
	record  receipt.Entry // what is in the file
	// kept is the record of the volume whose policy was changed for this.
	kept *receipt.Receipt
}

// attempt deletes the claim as it was judged: what it takes to make it again is
// on disk first, then the volume is safe, and only then the claim goes. The
// error is that of the event.
func (d *deletion) attempt(ctx context.Context) (end, error) {
	v := d.verdict
	e := begin(v)
	e.Retained = v.Claim.Volume != "" && !v.Claim.DataDies()
	var record *receipt.Receipt
	if d.Retain && v.Claim.Volume != "" || e.Retained {
		var err error
		if record, err = d.save(ctx); err != nil {
			return e.failed(err), err
		}
		e.Restorable = d.Receipts != nil
	}
	if time.Since(d.looked) > fresh {
		now := d.look(ctx, []claims.Verdict{v})[v.Claim.Namespace]
		if again := d.check(ctx, v, now); again.over() {
			return again, nil
		}
	}
	if d.Retain && record != nil {
		if err := d.Cluster.Retain(ctx, *record); err != nil {
			return e.failed(err), err
		}
		e.Retained = true
		if record.Policy != corev1.PersistentVolumeReclaimRetain {
			d.kept = record
		}
	}
	if err := d.Cluster.Delete(ctx, v.Claim); err != nil {
		return e.failed(err), err
	}
	e.Result = engine.ClaimDeleted
	return e, nil
}

// again reads the claim and what can want it, and judges once more. There is no end
// when the claim may still go.
func (d *deletion) again(ctx context.Context) end {
	was := d.verdict.Claim
	e := begin(d.verdict)
	claim, err := d.Cluster.Claim(ctx, was)
	switch {
	case err != nil:
		return e.failed(err)
	case claim.UID != was.UID:
		return e.skip("it was deleted, and there is another claim of that name by now")
	case claim.Volume != was.Volume: // what a person was told about its data is not true any more
		return e.skip(fmt.Sprintf("it was bound to volume %s since it was listed", claim.Volume))
	case d.Asked != nil && !d.Asked(claim):
		return e.skip("its labels were changed since it was listed")
	}
	claim.Reclaim = was.Reclaim
	d.verdict.Claim = claim
	now := d.look(ctx, []claims.Verdict{d.verdict})[claim.Namespace]
	d.looked = now.at
	return d.check(ctx, d.verdict, now)
}

// save writes the record, if there is to be one: again only where the claim has
// changed in what it takes to make it.
func (d *deletion) save(ctx context.Context) (*receipt.Receipt, error) {
	v := d.verdict
	record, err := d.Cluster.Receipt(ctx, v.Claim)
	if err != nil {
		return nil, err
	}
	if !d.Retain && record.Policy != corev1.PersistentVolumeReclaimRetain {
		return nil, dies{record}
	}
	if d.Retain {
		// A volume is not changed for a claim that may not be deleted.
		if err := d.Cluster.May(ctx, v.Claim); err != nil {
			return nil, err
		}
	}
	record.Set, record.Template, record.Ordinal = v.Set, v.Template, v.Ordinal
	if d.Receipts != nil {
		if err := d.record.Write(record); err != nil {
			return nil, fmt.Errorf("no record could be written: %w", err)
		}
	}
	return &record, nil
}

// dies is the error about a claim whose data was to stay and would not.
type dies struct{ record receipt.Receipt }

func (d dies) Error() string {
	return fmt.Sprintf("the reclaim policy of volume %s is %s by now", d.record.Volume, d.record.Policy)
}

// failed sorts an error: a claim that is gone, or whose data would die after
// all, is none.
func (e end) failed(err error) end {
	e.Result, e.Why, e.Retained, e.Restorable = engine.ClaimFailed, err.Error(), false, false
	if gone := (dies{}); errors.Is(err, engine.ErrGone) || errors.As(err, &gone) {
		e.Result = engine.ClaimSkipped
	}
	return e
}

// ends adds what was changed for a claim that was not deleted. The policy is
// not put back: if somebody else has deleted the claim, the data would go.
func (d *deletion) ends(e end) end {
	if e.Result != engine.ClaimDeleted && d.kept != nil {
		e.Why += fmt.Sprintf("; the reclaim policy of volume %s is Retain now, restore-pvc puts it back", d.kept.Volume)
	}
	return e
}
