package prune

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
func (r *Run) one(ctx context.Context, v claims.Verdict, looked time.Time) Event {
	ctx, cancel := begun(ctx)
	defer cancel()
	d := &deletion{Run: r, verdict: v, looked: looked}
	for range tries {
		e, err := d.attempt(ctx)
		if !errors.Is(err, engine.ErrConflict) {
			return d.ends(e)
		}
		if e := d.again(ctx); e.Result != "" {
			return d.ends(e)
		}
	}
	return d.ends(Event{Verdict: d.verdict, Result: Skipped, Why: fmt.Sprintf("it changed %d times while it was to be deleted", tries)})
}

// begun is the context of a claim whose deletion is not left half-way: when the
// run is over, it goes on for as long as an answer may take.
func begun(ctx context.Context) (context.Context, context.CancelFunc) {
	goesOn, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(answer, func() { cancel(errNoAnswer) }) })
	return goesOn, func() { stop(); cancel(nil) }
}

// deletion is one claim on its way.
type deletion struct {
	*Run
	verdict claims.Verdict
	looked  time.Time        // when what can want it was looked at
	written *receipt.Receipt // the last that is in the file, nil for none
	// kept is the record of the volume whose policy was changed for this.
	kept *receipt.Receipt
}

// attempt deletes the claim as it was judged: what it takes to make it again is
// on disk first, then the volume is safe, and only then the claim goes. The
// error is that of the event.
func (d *deletion) attempt(ctx context.Context) (Event, error) {
	v := d.verdict
	e := Event{Verdict: v, Retained: v.Claim.Volume != "" && !v.Claim.DataDies()}
	var record *receipt.Receipt
	if d.Retain && v.Claim.Volume != "" || e.Retained {
		var err error
		if record, err = d.save(ctx); err != nil {
			return e.failed(err), err
		}
		e.Restorable = d.Records != nil
	}
	if time.Since(d.looked) > fresh {
		now := d.look(ctx, []claims.Verdict{v})[v.Claim.Namespace]
		if again := d.check(ctx, v, now); again.Result != "" {
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
	e.Result = Deleted
	return e, nil
}

// again reads the claim and what can want it, and judges once more. The result
// is empty when the claim may still go.
func (d *deletion) again(ctx context.Context) Event {
	was := d.verdict.Claim
	e := Event{Verdict: d.verdict}
	claim, err := d.Cluster.Claim(ctx, was)
	switch {
	case err != nil:
		return e.failed(err)
	case claim.UID != was.UID:
		e.Why = "it was deleted, and there is another claim of that name by now"
	case claim.Volume != was.Volume: // what a person was told about its data is not true any more
		e.Why = fmt.Sprintf("it was bound to volume %s since it was listed", claim.Volume)
	case d.Asked != nil && !d.Asked(claim):
		e.Why = "its labels were changed since it was listed"
	}
	if e.Why != "" {
		e.Result = Skipped
		return e
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
	record, err := d.Cluster.Record(ctx, v.Claim)
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
	if d.Records != nil {
		if d.written, err = d.Records.WriteChanged(d.written, record); err != nil {
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
func (e Event) failed(err error) Event {
	e.Result, e.Why, e.Retained, e.Restorable = Failed, err.Error(), false, false
	if gone := (dies{}); errors.Is(err, ErrGone) || errors.As(err, &gone) {
		e.Result = Skipped
	}
	return e
}

// ends adds what was changed for a claim that was not deleted. The policy is
// not put back: if somebody else has deleted the claim, the data would go.
func (d *deletion) ends(e Event) Event {
	if e.Result != Deleted && d.kept != nil {
		e.Why += fmt.Sprintf("; the reclaim policy of volume %s is Retain now, restore-pvc puts it back", d.kept.Volume)
	}
	return e
}
