package batch

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// fresh is how old a look may be when it comes to a deletion.
const fresh = time.Second

// look is what can want the claims of a namespace, or why that could not be seen.
type look struct {
	world claims.World
	at    time.Time // not after what it shows
	err   error
}

// look reads the namespaces of these claims, all at the same time.
func (e Engine) look(ctx context.Context, verdicts []claims.Verdict) map[string]*look {
	out := map[string]*look{}
	for _, v := range verdicts {
		out[v.Claim.Namespace] = &look{at: time.Now()}
	}
	var busy sync.WaitGroup
	for namespace, l := range out {
		busy.Go(func() { l.world, l.err = e.Cluster.Look(ctx, namespace) })
	}
	busy.Wait()
	return out
}

// check looks for a reason not to delete the claim. Without one there is no end
// yet. A look that failed because the run is over leaves the claim; that a
// connection took too long is a failure.
func (e Engine) check(ctx context.Context, v claims.Verdict, now *look) end {
	out := begin(v)
	switch {
	case now.err != nil && ctx.Err() != nil && !errors.Is(context.Cause(ctx), engine.ErrNoAnswer):
		out.Result = engine.ClaimLeft
		return out
	case now.err != nil:
		out.Result, out.Why = engine.ClaimFailed, "could not look again: "+now.err.Error()
		return out
	}
	if why := moved(v, now.world); why != "" {
		return out.stop(why)
	}
	again := e.Judge.Again([]claims.Verdict{v}, now.world)[0]
	switch {
	case !again.Delete:
		return out.skip(again.Reason)
	case again.Class != v.Class || again.Set != v.Set || again.Template != v.Template:
		return out.skip("it was listed for another reason; by now " + again.Reason)
	}
	return out
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
	case was.UID == is.UID && was.Generation == is.Generation && was.Ordinals.Equal(is.Ordinals):
		return ""
	case is.UID == "":
		return fmt.Sprintf("set %s was deleted meanwhile", v.Set)
	case was.UID != is.UID:
		return fmt.Sprintf("set %s was created meanwhile", v.Set)
	case was.Ordinals.Len() != is.Ordinals.Len():
		return fmt.Sprintf("the replicas of set %s changed from %d to %d meanwhile", v.Set, was.Ordinals.Len(), is.Ordinals.Len())
	case was.Ordinals.First() != is.Ordinals.First():
		return fmt.Sprintf("the first ordinal of set %s changed from %d to %d meanwhile", v.Set, was.Ordinals.First(), is.Ordinals.First())
	}
	return fmt.Sprintf("the spec of set %s was changed meanwhile", v.Set)
}
