package batch_test

import (
	"context"
	"net"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/batch"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

func TestAChangedSetStopsTheRestOfItsClaims(t *testing.T) {
	tests := []struct {
		name   string
		change func(*claims.World)
		why    string
	}{
		{
			"more replicas", func(w *claims.World) { w.Sets[0] = set("default", "web", 3) },
			"the replicas of set web changed from 1 to 3 meanwhile",
		},
		{
			"another first ordinal", func(w *claims.World) { w.Sets[0].Set.Spec.Ordinals = workload.NewOrdinals(500, 1) },
			"the first ordinal of set web changed from 0 to 500 meanwhile",
		},
		{
			"anything else in the spec", func(w *claims.World) { w.Sets[0].Set.Generation++ },
			"the spec of set web was changed meanwhile",
		},
		{"it is gone", func(w *claims.World) { w.Sets = nil }, "set web was deleted meanwhile"},
		{
			"it is another one of that name", func(w *claims.World) { w.Sets[0].Set.UID = "new" },
			"set web was created meanwhile",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, judge, verdicts := judged(t, 200)
			got := new(told)
			run := batch.Engine{Cluster: c, Judge: judge, Concurrency: 10, Step: step, Sink: sinkFunc(func(e engine.Event) {
				got.Handle(e)
				if len(got.events) == 100 {
					c.world.Sets = []sts.Snapshot{{Set: c.world.Sets[0].Set.DeepCopy()}}
					test.change(&c.world)
				}
			})}

			o := run.Run(t.Context(), plan.Plan{}, slices.Values(verdicts))

			require.Equal(t, engine.ClaimCounts{Deleted: 100, Skipped: 100, Stopped: []string{test.why}}, counts(o))
			require.Equal(t, engine.Drifted, o.Result)
			require.Len(t, c.deleted(), 100)
			require.Equal(t, "skipped data-web-101: stopped: "+test.why, got.events[100])
		})
	}
}

func TestAChangedSetStopsNoOther(t *testing.T) {
	c := &cluster{world: claims.World{Sets: []sts.Snapshot{set("a", "web", 1), set("b", "web", 1)}}}
	all := []storage.Claim{claim("a", "data-web-1"), claim("b", "data-web-2"), claim("a", "data-web-3"), claim("b", "data-web-4")}
	judge := claims.NewJudge(all, claims.Options{})
	verdicts := judge.All(all, c.world)
	c.world.Sets[0] = set("a", "web", 2)
	run := batch.Engine{Cluster: c, Judge: judge, Concurrency: 4, Step: step, Sink: new(told)}

	require.Equal(t, engine.ClaimCounts{
		Deleted: 2, Skipped: 2, Stopped: []string{"the replicas of set web changed from 1 to 2 meanwhile"},
	}, runs(t, run, verdicts))
	require.ElementsMatch(t, []string{"data-web-2", "data-web-4"}, c.deleted())
	require.ElementsMatch(t, []string{"look a", "look b"}, c.asked[:2])
}

func TestASetThatAppearsKeepsTheClaimsOfOneThatWasGone(t *testing.T) {
	c := &cluster{}
	all := []storage.Claim{claim("default", "data-web-0")}
	all[0].Labels, all[0].MadeBy = map[string]string{"app": "web"}, "kube-controller-manager"
	judge := claims.NewJudge(all, claims.Options{DeletedSets: true})
	verdicts := judge.All(all, c.world)
	require.True(t, verdicts[0].Delete)
	c.world.Sets = []sts.Snapshot{set("default", "web", 1)}
	run := batch.Engine{Cluster: c, Judge: judge, Step: step, Sink: new(told)}

	want := engine.ClaimCounts{Skipped: 1, Stopped: []string{"set web was created meanwhile"}}
	require.Equal(t, want, runs(t, run, verdicts))
}

func TestCtrlCStopsBetweenClaims(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c, judge, verdicts := judged(t, 5)
	c.before = func(what string) {
		if what == "delete data-web-2" {
			cancel() // the deletion that was begun still gets its answer
		}
	}
	got := new(told)
	run := batch.Engine{Cluster: c, Judge: judge, Concurrency: 1, Step: step, Sink: got}

	o := run.Run(ctx, plan.Plan{}, slices.Values(verdicts))

	require.Equal(t, engine.ClaimCounts{Deleted: 2, Left: 3}, counts(o))
	require.Equal(t, engine.Interrupted, o.Result)
	require.Equal(t, []string{"deleted data-web-1", "deleted data-web-2"}, got.events)
}

func TestTheEndOfTheTimeIsNoInterruption(t *testing.T) {
	ctx, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	c, judge, verdicts := judged(t, 2)
	run := batch.Engine{Cluster: c, Judge: judge, Concurrency: 1, Step: step, Sink: new(told)}

	o := run.Run(ctx, plan.Plan{}, slices.Values(verdicts))

	require.Equal(t, engine.ClaimCounts{Left: 2}, counts(o))
	require.Equal(t, engine.TimedOut, o.Result)
	require.Empty(t, c.asked)
}

func TestCtrlCInALookLeavesTheClaims(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c, judge, verdicts := judged(t, 1)
	c.before = func(string) { cancel() }
	c.errs = map[string]error{"look default": context.Canceled}
	got := new(told)
	run := batch.Engine{Cluster: c, Judge: judge, Concurrency: 1, Step: step, Sink: got}

	o := run.Run(ctx, plan.Plan{}, slices.Values(verdicts))

	require.Equal(t, engine.ClaimCounts{Left: 1}, counts(o))
	require.Equal(t, engine.Interrupted, o.Result)
	require.Empty(t, got.events)
}

// late is the error of a connection that could not be made in time: to errors.Is
// it is the end of a context, too.
var late = &net.OpError{Op: "dial", Net: "tcp", Err: context.DeadlineExceeded}

func TestALookThatTookTooLongIsAFailure(t *testing.T) {
	c, judge, verdicts := judged(t, 2)
	c.errs = map[string]error{"look default": late}
	got := new(told)
	run := batch.Engine{Cluster: c, Judge: judge, Concurrency: 1, Step: step, Sink: got}

	require.Equal(t, engine.ClaimCounts{Failed: 1, Left: 1}, runs(t, run, verdicts))
	require.Equal(t, []string{"failed data-web-1: could not look again: dial tcp: context deadline exceeded"}, got.events)
}

func TestALookThatTookTooLongBeforeADeletionIsAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, judge, verdicts := judged(t, 1)
		looks := 0
		c.errs = map[string]error{}
		c.before = func(what string) {
			switch what {
			case "look default":
				looks++
				if looks == 2 {
					c.errs[what] = late
				}
			case "may delete data-web-1":
				time.Sleep(5 * time.Second)
			}
		}
		got := new(told)
		run := batch.Engine{Cluster: c, Judge: judge, Concurrency: 1, Retain: true, Step: step, Sink: got}

		require.Equal(t, engine.ClaimCounts{Failed: 1}, runs(t, run, verdicts))
		require.Empty(t, c.deleted())
	})
}
