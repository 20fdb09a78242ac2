package batch_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/batch"
	"github.com/kubectl-sts/kubectl-sts/pkg/receipt/receipttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

func TestEachClaimIsLookedAtJustBeforeItsDeletion(t *testing.T) {
	c, judge, verdicts := judged(t, 3)
	got := new(told)
	run := batch.Engine{Cluster: c, Judge: judge, Concurrency: 1, Step: step, Sink: got}

	require.Equal(t, engine.ClaimCounts{Deleted: 3}, runs(t, run, verdicts))
	require.Equal(t, []string{
		"look default", "delete data-web-1", "look default", "delete data-web-2", "look default", "delete data-web-3",
	}, c.asked)
	require.Equal(t, []string{"deleted data-web-1", "deleted data-web-2", "deleted data-web-3"}, got.events)
}

func TestClaimsThatAreDeletedTogetherShareALook(t *testing.T) {
	c, judge, verdicts := judged(t, 25)
	run := batch.Engine{Cluster: c, Judge: judge, Concurrency: 10, Step: step, Sink: new(told)}

	require.Equal(t, engine.ClaimCounts{Deleted: 25}, runs(t, run, verdicts))
	looks := slices.DeleteFunc(slices.Clone(c.asked), func(what string) bool { return what != "look default" })
	require.Len(t, looks, 3)
}

func TestWhatSomethingWantsByThenIsSkipped(t *testing.T) {
	c, judge, verdicts := judged(t, 3)
	c.world.Users = map[claims.Key]string{{Namespace: "default", Name: "data-web-2"}: "job-1"}
	got := new(told)
	run := batch.Engine{Cluster: c, Judge: judge, Concurrency: 10, Step: step, Sink: got}

	require.Equal(t, engine.ClaimCounts{Deleted: 2, Skipped: 1}, runs(t, run, verdicts))
	require.Equal(t, []string{
		"deleted data-web-1",
		"skipped data-web-2: pod job-1 mounts it or waits for it",
		"deleted data-web-3",
	}, got.events)
}

func TestAFailureIsToldApart(t *testing.T) {
	c, judge, verdicts := judged(t, 2)
	c.errs = map[string]error{"delete data-web-1": errors.New("no")}
	got := new(told)
	run := batch.Engine{Cluster: c, Judge: judge, Concurrency: 1, Step: step, Sink: got}

	require.Equal(t, engine.ClaimCounts{Deleted: 1, Failed: 1}, runs(t, run, verdicts))
	require.Equal(t, []string{"failed data-web-1: no", "deleted data-web-2"}, got.events)
}

func TestWithoutALookNothingIsDeleted(t *testing.T) {
	c, judge, verdicts := judged(t, 2)
	c.errs = map[string]error{"look default": errors.New("no")}
	got := new(told)
	run := batch.Engine{Cluster: c, Judge: judge, Concurrency: 10, Step: step, Sink: got}

	require.Equal(t, engine.ClaimCounts{Failed: 2}, runs(t, run, verdicts))
	require.Equal(t, []string{"look default"}, c.asked)
	require.Equal(t, "failed data-web-1: could not look again: no", got.events[0])
}

func TestWhereNothingCanBeLookedUpAnyMoreItEnds(t *testing.T) {
	c, judge, verdicts := judged(t, 200)
	got := new(told)
	run := batch.Engine{Cluster: c, Judge: judge, Concurrency: 10, Step: step, Sink: sinkFunc(func(e engine.Event) {
		got.Handle(e)
		if e.Claim != nil {
			c.errs = map[string]error{"look default": errors.New("no")}
		}
	})}

	require.Equal(t, engine.ClaimCounts{Deleted: 10, Failed: 10, Left: 180}, runs(t, run, verdicts))
	require.Len(t, got.events, 20)
}

func TestOneNamespaceThatCannotBeLookedUpStopsNoOther(t *testing.T) {
	c := &cluster{world: claims.World{Sets: []sts.Snapshot{set("a", "web", 1), set("b", "web", 1)}}}
	c.errs = map[string]error{"look a": errors.New("no")}
	all := []storage.Claim{claim("a", "data-web-1"), claim("b", "data-web-2"), claim("b", "data-web-3")}
	judge := claims.NewJudge(all, claims.Options{})
	run := batch.Engine{Cluster: c, Judge: judge, Concurrency: 2, Step: step, Sink: new(told)}

	require.Equal(t, engine.ClaimCounts{Deleted: 2, Failed: 1}, runs(t, run, judge.All(all, c.world)))
}

func TestAClaimThatIsLeftOverForAnotherReasonByNowIsSkipped(t *testing.T) {
	c, _, verdicts := judged(t, 1)
	c.world.Sets = []sts.Snapshot{{Set: c.world.Sets[0].Set.DeepCopy()}}
	c.world.Sets[0].Set.Spec.ClaimTemplates[0] = "disk" // and the generation as it was
	c.world.Sets[0].Set.Spec.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}}
	verdicts[0].Claim.Labels, verdicts[0].Claim.MadeBy = map[string]string{"app": "web"}, "kube-controller-manager"
	judge := claims.NewJudge([]storage.Claim{verdicts[0].Claim}, claims.Options{})
	got := new(told)
	run := batch.Engine{Cluster: c, Judge: judge, Concurrency: 1, Step: step, Sink: got}

	require.Equal(t, engine.ClaimCounts{Skipped: 1}, runs(t, run, verdicts))
	require.Equal(t, []string{
		"skipped data-web-1: it was listed for another reason; by now set web has no claim template data",
	}, got.events)
}

func TestAClaimThatSomebodyElseHasDeletedIsNoFailure(t *testing.T) {
	for _, what := range []string{"delete data-web-1", "read data-web-1", "may delete data-web-1"} {
		t.Run(what, func(t *testing.T) {
			c, judge, verdicts := judged(t, 1)
			c.errs = map[string]error{what: engine.ErrGone}
			got := new(told)
			run := batch.Engine{
				Cluster: c, Judge: judge, Receipts: receipttest.File(t), Retain: what != "delete data-web-1", Concurrency: 1,
				Step: step, Sink: got,
			}

			require.Equal(t, engine.ClaimCounts{Skipped: 1}, runs(t, run, verdicts))
			require.Equal(t, []string{"skipped data-web-1: it is gone already"}, got.events)
		})
	}
}

func TestALookThatGotOldIsTakenAgain(t *testing.T) {
	for name, then := range map[string]struct {
		world claims.World
		want  engine.ClaimCounts
	}{
		"a pod mounts the claim by then": {claims.World{
			Sets: []sts.Snapshot{set("default", "web", 1)}, Users: map[claims.Key]string{{Namespace: "default", Name: "data-web-1"}: "job"},
		}, engine.ClaimCounts{Skipped: 1}},
		"the set is another by then": {claims.World{Sets: []sts.Snapshot{set("default", "web", 2)}}, engine.ClaimCounts{
			Skipped: 1, Stopped: []string{"the replicas of set web changed from 1 to 2 meanwhile"},
		}},
		"nothing has changed": {claims.World{Sets: []sts.Snapshot{set("default", "web", 1)}}, engine.ClaimCounts{
			Deleted: 1, Retained: 1, Recorded: 1,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			b := receipttest.File(t)
			synctest.Test(t, func(t *testing.T) {
				c, judge, verdicts := judged(t, 1)
				c.before = func(what string) {
					if what == "read data-web-1" {
						time.Sleep(2 * time.Second)
						c.world = then.world
					}
				}
				run := batch.Engine{Cluster: c, Judge: judge, Receipts: b, Retain: true, Concurrency: 1, Step: step, Sink: new(told)}

				require.Equal(t, then.want, runs(t, run, verdicts))
				require.Equal(t, []string{"look default", "read data-web-1", "may delete data-web-1", "look default"}, c.asked[:4])
				require.Equal(t, then.want.Deleted == 0, len(c.asked) == 4, "the volume was left alone: %s", c.asked)
			})
		})
	}
}
