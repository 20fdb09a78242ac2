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
	// May is the error that a deletion would have now.
	May(ctx context.Context, c sts.Claim) error
	// Delete deletes the claim if it is still as it was seen. It is [ErrGone]
	// when there is none.
	Delete(ctx context.Context, c sts.Claim) error
}

// ErrGone means that the claim is gone already.
var ErrGone = errors.New("it is gone already")

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

// errNoAnswer is why a claim is left that the API server said nothing about.
var errNoAnswer = fmt.Errorf("no answer within %s", answer)

// answer is how long a deletion may take that was begun before ctrl-C: a claim
// is not left half-way.
const answer = 30 * time.Second

// fresh is how old a look may be when it comes to a deletion.
const fresh = time.Second

// Do deletes the claims of these verdicts, a few at a time. Just before, the
// sets, the pods and the autoscalers of their namespaces are looked up again:
// a claim that something wants by now is skipped, and where a set has been
// changed, so are the rest of its claims. It ends where nothing can be looked
// up any more.
func (r *Run) Do(ctx context.Context, verdicts []claims.Verdict) Summary {
	var sum Summary
	stopped := map[claims.Key]string{}
	for blind := false; len(verdicts) > 0 && ctx.Err() == nil && !blind; {
		n := min(max(r.Concurrency, 1), len(verdicts))
		var events []Event
		events, blind = r.some(ctx, verdicts[:n], stopped)
		for _, e := range events {
			if set := setOf(e.Verdict); e.changed != "" && stopped[set] == "" {
				stopped[set] = e.changed
				sum.Stopped = append(sum.Stopped, e.changed)
			}
			sum.count(e)
			if e.Result != Left {
				r.Tell(e)
			}
		}
		verdicts = verdicts[n:]
	}
	sum.Left += len(verdicts)
	sum.TimedOut = sum.Left > 0 && errors.Is(ctx.Err(), context.DeadlineExceeded)
	sum.Interrupted = sum.Left > 0 && !sum.TimedOut && ctx.Err() != nil
	return sum
}

func setOf(v claims.Verdict) claims.Key { return claims.Key{Namespace: v.Claim.Namespace, Name: v.Set} }

// some deletes claims at the same time, in one look. It is blind when no
// namespace could be looked at.
func (r *Run) some(ctx context.Context, verdicts []claims.Verdict, stopped map[claims.Key]string) (out []Event, blind bool) {
	worlds := r.look(ctx, verdicts)
	blind = true
	for _, s := range worlds {
		blind = blind && s.err != nil
	}
	out = make([]Event, len(verdicts))
	var busy sync.WaitGroup
	for i, v := range verdicts {
		if why := stopped[setOf(v)]; why != "" {
			out[i] = Event{Verdict: v}.stop(why)
			continue
		}
		now := worlds[v.Claim.Namespace]
		if out[i] = r.check(ctx, v, now); out[i].Result == "" {
			busy.Go(func() { out[i] = r.one(ctx, v, now.at) })
		}
	}
	busy.Wait()
	return out, blind
}

// seen is a world, or why it could not be seen.
type seen struct {
	world claims.World
	at    time.Time // not after what it shows
	err   error
}

// look reads the namespaces of these claims, all at the same time.
func (r *Run) look(ctx context.Context, verdicts []claims.Verdict) map[string]*seen {
	out := map[string]*seen{}
	for _, v := range verdicts {
		out[v.Claim.Namespace] = &seen{at: time.Now()}
	}
	var busy sync.WaitGroup
	for namespace, s := range out {
		busy.Go(func() { s.world, s.err = r.Cluster.Look(ctx, namespace) })
	}
	busy.Wait()
	return out
}

// check looks for a reason not to delete the claim. Without one the result is
// empty. A look that failed because the run is over leaves the claim; that a
// connection took too long is a failure.
func (r *Run) check(ctx context.Context, v claims.Verdict, now *seen) Event {
	e := Event{Verdict: v}
	switch {
	case now.err != nil && ctx.Err() != nil && !errors.Is(context.Cause(ctx), errNoAnswer):
		e.Result = Left
		return e
	case now.err != nil:
		e.Result, e.Why = Failed, "could not look again: "+now.err.Error()
		return e
	}
	if why := moved(v, now.world); why != "" {
		return e.stop(why)
	}
	again := r.Judge.Again([]claims.Verdict{v}, now.world)[0]
	switch {
	case !again.Delete:
		e.Result, e.Why = Skipped, again.Reason
	case again.Class != v.Class || again.Set != v.Set || again.Template != v.Template:
		e.Result, e.Why = Skipped, "it was listed for another reason; by now "+again.Reason
	}
	return e
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
func (r *Run) one(ctx context.Context, v claims.Verdict, looked time.Time) Event {
	ctx, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), answer, errNoAnswer)
	defer cancel()
	e := Event{Verdict: v, Retained: v.Claim.Volume != "" && !v.Claim.DataDies()}
	var record *Record
	if r.Retain && v.Claim.Volume != "" || e.Retained {
		var err error
		if record, err = r.save(ctx, v); err != nil {
			return e.failed(err)
		}
		e.Restorable = r.Book != nil
	}
	if time.Since(looked) > fresh {
		now := r.look(ctx, []claims.Verdict{v})[v.Claim.Namespace]
		if again := r.check(ctx, v, now); again.Result != "" {
			return again
		}
	}
	if r.Retain && record != nil {
		if err := r.Cluster.Retain(ctx, *record); err != nil {
			return e.failed(err)
		}
		e.Retained = true
	}
	if err := r.Cluster.Delete(ctx, v.Claim); err != nil {
		return e.stuck(record, err)
	}
	e.Result = Deleted
	return e
}

// save writes the record, if there is to be one. A claim whose volume is to
// stay, but would not, is not as it was.
func (r *Run) save(ctx context.Context, v claims.Verdict) (*Record, error) {
	record, err := r.Cluster.Record(ctx, v.Claim)
	if err != nil {
		return nil, err
	}
	if !r.Retain && record.Policy != corev1.PersistentVolumeReclaimRetain {
		return nil, fmt.Errorf("%w: the reclaim policy of volume %s is %s by now", rollout.ErrConflict, record.Volume, record.Policy)
	}
	if r.Retain {
		// A volume is not changed for a claim that may not be deleted.
		if err := r.Cluster.May(ctx, v.Claim); err != nil {
			return nil, err
		}
	}
	record.Set, record.Template, record.Ordinal = v.Set, v.Template, v.Ordinal
	if r.Book != nil {
		if err := r.Book.Write(record); err != nil {
			return nil, fmt.Errorf("no record could be written: %w", err)
		}
	}
	return &record, nil
}

// failed sorts an error: a claim that has changed, or is gone, is none.
func (e Event) failed(err error) Event {
	e.Result, e.Why, e.Retained, e.Restorable = Failed, err.Error(), false, false
	switch {
	case errors.Is(err, rollout.ErrConflict):
		e.Result, e.Why = Skipped, "it was changed since it was listed"
	case errors.Is(err, ErrGone):
		e.Result, e.Why = Skipped, ErrGone.Error()
	}
	return e
}

// stuck is the same for a claim that was not deleted when its volume was safe.
// The policy is not put back: if somebody else has deleted the claim, the data
// would go.
func (e Event) stuck(record *Record, err error) Event {
	changed := e.Retained && record != nil && record.Policy != corev1.PersistentVolumeReclaimRetain
	e = e.failed(err)
	if changed {
		e.Why += fmt.Sprintf("; the reclaim policy of volume %s is Retain now, restore-pvc puts it back", record.Volume)
	}
	return e
}

// stop says that the set was changed.
func (e Event) stop(why string) Event {
	e.Result, e.Stopped, e.Why, e.changed = Skipped, true, "stopped: "+why, why
	return e
}
