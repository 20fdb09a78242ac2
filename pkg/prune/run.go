package prune

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Cluster is what a run needs of the API server.
type Cluster interface {
	// Look reads what can want a claim of this namespace.
	Look(ctx context.Context, namespace string) (claims.World, error)
	// Record reads what it takes to make the claim again. It is a
	// [rollout.ErrConflict] when the claim or its volume is not as it was.
	Record(ctx context.Context, c sts.Claim) (Record, error)
	// Retain makes the volume outlive its claim.
	Retain(ctx context.Context, r Record) error
	// Delete deletes the claim if it is still as it was seen.
	Delete(ctx context.Context, c sts.Claim) error
}

// Run deletes claims.
type Run struct {
	Cluster Cluster
	Judge   *claims.Judge
	// Book is where records go. Without one there are none.
	Book *Book
	// Retain keeps the volumes of deleted claims, whatever their policy.
	Retain bool
	// Concurrency is how many claims share a look and are deleted together.
	Concurrency int
	// Tell is told what became of each claim, by one caller at a time.
	Tell func(Event)
}

// answer is how long a deletion may take that was begun before ctrl-C: a claim
// is not left half-way.
const answer = 30 * time.Second

// Do deletes the claims of these verdicts, a few at a time. Just before, the
// sets, the pods and the autoscalers of their namespaces are looked up again:
// a claim that something wants by now is skipped, and where a set has been
// changed, so are the rest of its claims.
func (r *Run) Do(ctx context.Context, verdicts []claims.Verdict) Summary {
	var sum Summary
	stopped := map[claims.Key]string{}
	for len(verdicts) > 0 && ctx.Err() == nil {
		n := min(max(r.Concurrency, 1), len(verdicts))
		for _, e := range r.some(ctx, verdicts[:n], stopped, &sum) {
			sum.count(e)
			r.Tell(e)
		}
		verdicts = verdicts[n:]
	}
	for _, v := range verdicts {
		sum.count(Event{Verdict: v, Result: Left})
	}
	sum.TimedOut = sum.Left > 0 && errors.Is(ctx.Err(), context.DeadlineExceeded)
	sum.Interrupted = sum.Left > 0 && !sum.TimedOut
	return sum
}

// some deletes claims at the same time, in one look.
func (r *Run) some(ctx context.Context, verdicts []claims.Verdict, stopped map[claims.Key]string, sum *Summary) []Event {
	worlds := r.look(ctx, verdicts)
	out := make([]Event, len(verdicts))
	var busy sync.WaitGroup
	for i, v := range verdicts {
		out[i] = r.check(v, worlds[v.Claim.Namespace], stopped, sum)
		if out[i].Result != "" {
			continue
		}
		busy.Go(func() { out[i] = r.one(ctx, v) })
	}
	busy.Wait()
	return out
}

// seen is a world, or why it could not be seen.
type seen struct {
	world claims.World
	err   error
}

// look reads the namespaces of these claims, all at the same time.
func (r *Run) look(ctx context.Context, verdicts []claims.Verdict) map[string]*seen {
	out := map[string]*seen{}
	for _, v := range verdicts {
		out[v.Claim.Namespace] = &seen{}
	}
	var busy sync.WaitGroup
	for namespace, s := range out {
		busy.Go(func() { s.world, s.err = r.Cluster.Look(ctx, namespace) })
	}
	busy.Wait()
	return out
}

// check looks for a reason not to delete the claim. Without one the result is
// empty.
func (r *Run) check(v claims.Verdict, now *seen, stopped map[claims.Key]string, sum *Summary) Event {
	set := claims.Key{Namespace: v.Claim.Namespace, Name: v.Set}
	if now.err != nil {
		if errors.Is(now.err, context.Canceled) || errors.Is(now.err, context.DeadlineExceeded) {
			return Event{Verdict: v, Result: Left}
		}
		return Event{Verdict: v, Result: Failed, Why: "could not look again: " + now.err.Error()}
	}
	if why := moved(v, now.world); why != "" && stopped[set] == "" {
		stopped[set] = why
		sum.Stopped = append(sum.Stopped, why)
	}
	if why := stopped[set]; why != "" {
		return Event{Verdict: v, Result: Skipped, Stopped: true, Why: "stopped: " + why}
	}
	if again := r.Judge.Again([]claims.Verdict{v}, now.world)[0]; !again.Delete {
		return Event{Verdict: v, Result: Skipped, Why: again.Reason}
	}
	return Event{}
}

// moved says what has changed about the set that the verdict was made with.
func moved(v claims.Verdict, w claims.World) string {
	var now sts.Snapshot
	for _, s := range w.Sets {
		if s.Set.Namespace == v.Claim.Namespace && s.Name() == v.Set {
			now = s
		}
	}
	was, is := v.Seen, claims.Look(now)
	switch {
	case was == is:
		return ""
	case is.UID == "":
		return fmt.Sprintf("set %s was deleted meanwhile", v.Set)
	case was.UID != is.UID:
		return fmt.Sprintf("set %s was created meanwhile", v.Set)
	case was.Replicas != is.Replicas:
		return fmt.Sprintf("the replicas of set %s changed from %d to %d meanwhile", v.Set, was.Replicas, is.Replicas)
	case was.Start != is.Start:
		return fmt.Sprintf("the first ordinal of set %s changed from %d to %d meanwhile", v.Set, was.Start, is.Start)
	}
	return fmt.Sprintf("the spec of set %s was changed meanwhile", v.Set)
}

// one deletes one claim: what it takes to make it again is on disk first, then
// the volume is safe, and only then the claim goes.
func (r *Run) one(ctx context.Context, v claims.Verdict) Event {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answer)
	defer cancel()
	e := Event{Verdict: v, Retained: v.Claim.Volume != "" && !v.Claim.DataDies()}
	if r.Retain && v.Claim.Volume != "" || e.Retained && r.Book != nil {
		if err := r.save(ctx, v, &e); err != nil {
			return e.failed(err)
		}
	}
	if err := r.Cluster.Delete(ctx, v.Claim); err != nil {
		return e.failed(err)
	}
	e.Result = Deleted
	return e
}

// save writes the record and makes the volume stay.
func (r *Run) save(ctx context.Context, v claims.Verdict, e *Event) error {
	record, err := r.Cluster.Record(ctx, v.Claim)
	if err != nil {
		return err
	}
	record.Set, record.Template, record.Ordinal = v.Set, v.Template, v.Ordinal
	if r.Book != nil {
		if err := r.Book.Write(record); err != nil {
			return fmt.Errorf("no record could be written: %w", err)
		}
		e.Restorable = true
	}
	if r.Retain {
		if err := r.Cluster.Retain(ctx, record); err != nil {
			return err
		}
		e.Retained = true
		return nil
	}
	// Somebody may have set the policy back since the claims were listed.
	if record.Policy != corev1.PersistentVolumeReclaimRetain {
		return fmt.Errorf("%w: the reclaim policy of volume %s is %s by now", rollout.ErrConflict, record.Volume, record.Policy)
	}
	return nil
}

// failed sorts an error: a claim that has changed is none.
func (e Event) failed(err error) Event {
	e.Result, e.Why, e.Retained, e.Restorable = Failed, err.Error(), false, false
	if errors.Is(err, rollout.ErrConflict) {
		e.Result, e.Why = Skipped, "it was changed since it was listed"
	}
	return e
}
