package prune

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/receipt"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Cluster is what a run needs of the API server.
type Cluster interface {
	// Look reads what can want a claim of this namespace.
	Look(ctx context.Context, namespace string) (claims.World, error)
	// Claim reads the claim of this name as it is now. It is [ErrGone] when
	// there is none.
	Claim(ctx context.Context, c sts.Claim) (sts.Claim, error)
	// Record reads what it takes to make the claim again. It is a
	// [engine.ErrConflict] when the claim is not as it was seen.
	Record(ctx context.Context, c sts.Claim) (receipt.Receipt, error)
	// Retain makes the volume outlive its claim.
	Retain(ctx context.Context, r receipt.Receipt) error
	// May is the error that a deletion would have now.
	May(ctx context.Context, c sts.Claim) error
	// Delete deletes the claim if it is still as it was seen, and is a
	// [engine.ErrConflict] when it is not, [ErrGone] when there is none.
	Delete(ctx context.Context, c sts.Claim) error
}

// Judge judges claims again, in a world that may have moved on since.
type Judge interface {
	Again(old []claims.Verdict, w claims.World) []claims.Verdict
}

// ErrGone means that the claim is gone already.
var ErrGone = errors.New("it is gone already")

// Run deletes claims.
type Run struct {
	Cluster Cluster
	Judge   Judge
	// Asked reports whether the claim is one that was asked for: its labels may
	// have changed since. Nil means that all are.
	Asked func(sts.Claim) bool
	// Records is where records go. Without one there are none.
	Records *receipt.File
	// Retain keeps the volumes of deleted claims, whatever their policy.
	Retain bool
	// Concurrency is how many claims share a look and are deleted together.
	Concurrency int
	// Tell is told what became of each claim, by one caller at a time.
	Tell func(Event)
}

// errNoAnswer is why a claim is left that the API server said nothing about.
var errNoAnswer = fmt.Errorf("no answer within %s", answer)

// answer is how long a deletion may still take after ctrl-C that was begun
// before: a claim is not left half-way.
const answer = 30 * time.Second

// fresh is how old a look may be when it comes to a deletion.
const fresh = time.Second

// Do deletes the claims of these verdicts, a few at a time. Just before, the
// sets, the pods and the autoscalers of their namespaces are looked up again:
// a claim that something wants by now is skipped, and where a set has been
// changed, so are the rest of its claims. It ends where nothing can be looked
// up any more.
func (r *Run) Do(ctx context.Context, verdicts iter.Seq[claims.Verdict]) Summary {
	var sum Summary
	stopped := map[claims.Key]string{}
	next, stop := iter.Pull(verdicts)
	defer stop()
	for blind := false; ctx.Err() == nil && !blind; {
		some := take(next, max(r.Concurrency, 1))
		if len(some) == 0 {
			break
		}
		var events []Event
		events, blind = r.some(ctx, some, stopped)
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
	}
	for _, more := next(); more; _, more = next() {
		sum.Left++
	}
	sum.TimedOut = sum.Left > 0 && errors.Is(ctx.Err(), context.DeadlineExceeded)
	sum.Interrupted = sum.Left > 0 && !sum.TimedOut && ctx.Err() != nil
	return sum
}

// take is the next n of the verdicts, or fewer at their end.
func take(next func() (claims.Verdict, bool), n int) []claims.Verdict {
	var out []claims.Verdict
	for len(out) < n {
		v, more := next()
		if !more {
			break
		}
		out = append(out, v)
	}
	return out
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

// stop says that the set was changed.
func (e Event) stop(why string) Event {
	e.Result, e.Stopped, e.Why, e.changed = Skipped, true, "stopped: "+why, why
	return e
}
