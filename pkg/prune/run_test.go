package prune_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/prune"
	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestEachClaimIsLookedAtJustBeforeItsDeletion(t *testing.T) {
	c, judge, verdicts := judged(t, 3)
	var got told
	run := prune.Run{Cluster: c, Judge: judge, Concurrency: 1, Tell: got.tell}

	sum := run.Do(t.Context(), verdicts)

	require.Equal(t, prune.Summary{Deleted: 3}, sum)
	require.Equal(t, []string{
		"look default", "delete data-web-1", "look default", "delete data-web-2", "look default", "delete data-web-3",
	}, c.asked)
	require.Equal(t, []string{"deleted data-web-1", "deleted data-web-2", "deleted data-web-3"}, got.events)
}

func TestClaimsThatAreDeletedTogetherShareALook(t *testing.T) {
	c, judge, verdicts := judged(t, 25)
	run := prune.Run{Cluster: c, Judge: judge, Concurrency: 10, Tell: new(told).tell}

	require.Equal(t, prune.Summary{Deleted: 25}, run.Do(t.Context(), verdicts))
	looks := slices.DeleteFunc(slices.Clone(c.asked), func(what string) bool { return what != "look default" })
	require.Len(t, looks, 3)
}

func TestWhatSomethingWantsByThenIsSkipped(t *testing.T) {
	c, judge, verdicts := judged(t, 3)
	c.errs = map[string]error{"delete data-web-3": fmt.Errorf("%w: persistentvolumeclaims data-web-3", rollout.ErrConflict)}
	c.world.Users = map[claims.Key]string{{Namespace: "default", Name: "data-web-2"}: "job-1"}
	var got told
	run := prune.Run{Cluster: c, Judge: judge, Concurrency: 10, Tell: got.tell}

	require.Equal(t, prune.Summary{Deleted: 1, Skipped: 2}, run.Do(t.Context(), verdicts))
	require.Equal(t, []string{
		"deleted data-web-1",
		"skipped data-web-2: pod job-1 mounts it or waits for it",
		"skipped data-web-3: it was changed since it was listed",
	}, got.events)
}

func TestAFailureIsToldApart(t *testing.T) {
	c, judge, verdicts := judged(t, 2)
	c.errs = map[string]error{"delete data-web-1": errors.New("no")}
	var got told
	run := prune.Run{Cluster: c, Judge: judge, Concurrency: 1, Tell: got.tell}

	require.Equal(t, prune.Summary{Deleted: 1, Failed: 1}, run.Do(t.Context(), verdicts))
	require.Equal(t, []string{"failed data-web-1: no", "deleted data-web-2"}, got.events)
}

func TestWithoutALookNothingIsDeleted(t *testing.T) {
	c, judge, verdicts := judged(t, 2)
	c.errs = map[string]error{"look default": errors.New("no")}
	var got told
	run := prune.Run{Cluster: c, Judge: judge, Concurrency: 10, Tell: got.tell}

	require.Equal(t, prune.Summary{Failed: 2}, run.Do(t.Context(), verdicts))
	require.Equal(t, []string{"look default"}, c.asked)
	require.Equal(t, "failed data-web-1: could not look again: no", got.events[0])
}

func TestWhereNothingCanBeLookedUpAnyMoreItEnds(t *testing.T) {
	c, judge, verdicts := judged(t, 200)
	var got told
	run := prune.Run{Cluster: c, Judge: judge, Concurrency: 10, Tell: func(e prune.Event) {
		got.tell(e)
		c.errs = map[string]error{"look default": errors.New("no")}
	}}

	require.Equal(t, prune.Summary{Deleted: 10, Failed: 10, Left: 180}, run.Do(t.Context(), verdicts))
	require.Len(t, got.events, 20)
}

func TestOneNamespaceThatCannotBeLookedUpStopsNoOther(t *testing.T) {
	c := &cluster{world: claims.World{Sets: []sts.Snapshot{set("a", "web", 1), set("b", "web", 1)}}}
	c.errs = map[string]error{"look a": errors.New("no")}
	all := []sts.Claim{claim("a", "data-web-1"), claim("b", "data-web-2"), claim("b", "data-web-3")}
	judge := claims.NewJudge(all, claims.Options{})
	run := prune.Run{Cluster: c, Judge: judge, Concurrency: 2, Tell: new(told).tell}

	require.Equal(t, prune.Summary{Deleted: 2, Failed: 1}, run.Do(t.Context(), judge.All(all, c.world)))
}

func TestAClaimThatIsLeftOverForAnotherReasonByNowIsSkipped(t *testing.T) {
	c, _, verdicts := judged(t, 1)
	c.world.Sets = []sts.Snapshot{{Set: c.world.Sets[0].Set.DeepCopy()}}
	c.world.Sets[0].Set.Spec.VolumeClaimTemplates[0].Name = "disk" // and the generation as it was
	c.world.Sets[0].Set.Spec.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}}
	verdicts[0].Claim.Labels, verdicts[0].Claim.MadeBy = map[string]string{"app": "web"}, "kube-controller-manager"
	judge := claims.NewJudge([]sts.Claim{verdicts[0].Claim}, claims.Options{})
	var got told
	run := prune.Run{Cluster: c, Judge: judge, Concurrency: 1, Tell: got.tell}

	require.Equal(t, prune.Summary{Skipped: 1}, run.Do(t.Context(), verdicts))
	require.Equal(t, []string{
		"skipped data-web-1: it was listed for another reason; by now set web has no claim template data",
	}, got.events)
}

func TestAClaimThatSomebodyElseHasDeletedIsNoFailure(t *testing.T) {
	for _, what := range []string{"delete data-web-1", "read data-web-1", "may delete data-web-1"} {
		t.Run(what, func(t *testing.T) {
			c, judge, verdicts := judged(t, 1)
			c.errs = map[string]error{what: prune.ErrGone}
			var got told
			run := prune.Run{Cluster: c, Judge: judge, Book: book(t), Retain: what != "delete data-web-1", Concurrency: 1, Tell: got.tell}

			require.Equal(t, prune.Summary{Skipped: 1}, run.Do(t.Context(), verdicts))
			require.Equal(t, []string{"skipped data-web-1: it is gone already"}, got.events)
		})
	}
}

func TestALookThatGotOldIsTakenAgain(t *testing.T) {
	for name, then := range map[string]struct {
		world claims.World
		want  prune.Summary
	}{
		"a pod mounts the claim by then": {claims.World{
			Sets: []sts.Snapshot{set("default", "web", 1)}, Users: map[claims.Key]string{{Namespace: "default", Name: "data-web-1"}: "job"},
		}, prune.Summary{Skipped: 1}},
		"the set is another by then": {claims.World{Sets: []sts.Snapshot{set("default", "web", 2)}}, prune.Summary{
			Skipped: 1, Stopped: []string{"the replicas of set web changed from 1 to 2 meanwhile"},
		}},
		"nothing has changed": {claims.World{Sets: []sts.Snapshot{set("default", "web", 1)}}, prune.Summary{
			Deleted: 1, Retained: 1, Recorded: 1,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			b := book(t)
			synctest.Test(t, func(t *testing.T) {
				c, judge, verdicts := judged(t, 1)
				c.before = func(what string) {
					if what == "read data-web-1" {
						time.Sleep(2 * time.Second)
						c.world = then.world
					}
				}
				run := prune.Run{Cluster: c, Judge: judge, Book: b, Retain: true, Concurrency: 1, Tell: new(told).tell}

				require.Equal(t, then.want, run.Do(t.Context(), verdicts))
				require.Equal(t, []string{"look default", "read data-web-1", "may delete data-web-1", "look default"}, c.asked[:4])
				require.Equal(t, then.want.Deleted == 0, len(c.asked) == 4, "the volume was left alone: %s", c.asked)
			})
		})
	}
}

func TestAVolumeIsNotChangedForAClaimThatMayNotBeDeleted(t *testing.T) {
	c, judge, verdicts := judged(t, 1)
	c.errs = map[string]error{"may delete data-web-1": errors.New("not allowed")}
	b := book(t)
	run := prune.Run{Cluster: c, Judge: judge, Book: b, Retain: true, Concurrency: 1, Tell: new(told).tell}

	require.Equal(t, prune.Summary{Failed: 1}, run.Do(t.Context(), verdicts))
	require.Equal(t, []string{"look default", "read data-web-1", "may delete data-web-1"}, c.asked)
	require.Empty(t, b.Path())
}

func TestAVolumeThatWasChangedForNothingIsNamed(t *testing.T) {
	const words = "; the reclaim policy of volume pv-data-web-1 is Retain now, restore-pvc puts it back"
	tests := []struct {
		name   string
		err    error
		policy corev1.PersistentVolumeReclaimPolicy
		want   string
	}{
		{"the claim has changed", rollout.ErrConflict, "Delete", "skipped data-web-1: it was changed since it was listed" + words},
		{"nobody knows", errors.New("cut"), "Delete", "failed data-web-1: cut" + words},
		{"it was Retain before", errors.New("cut"), "Retain", "failed data-web-1: cut"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, judge, verdicts := judged(t, 1)
			c.errs, c.policy = map[string]error{"delete data-web-1": test.err}, test.policy
			var got told
			run := prune.Run{Cluster: c, Judge: judge, Book: book(t), Retain: true, Concurrency: 1, Tell: got.tell}

			run.Do(t.Context(), verdicts)

			require.Equal(t, []string{test.want}, got.events)
		})
	}
}

func TestWithoutABookThePolicyIsLookedUpAllTheSame(t *testing.T) {
	c, judge, verdicts := judged(t, 1)
	verdicts[0].Claim.Reclaim = corev1.PersistentVolumeReclaimRetain // and Delete by now
	run := prune.Run{Cluster: c, Judge: judge, Concurrency: 1, Tell: new(told).tell}

	require.Equal(t, prune.Summary{Skipped: 1}, run.Do(t.Context(), verdicts))
	require.Empty(t, c.deleted())
}

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
			"another first ordinal", func(w *claims.World) { ststest.From(500)(w.Sets[0].Set) },
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
			var got told
			run := prune.Run{Cluster: c, Judge: judge, Concurrency: 10, Tell: func(e prune.Event) {
				got.tell(e)
				if len(got.events) == 100 {
					c.world.Sets = []sts.Snapshot{{Set: c.world.Sets[0].Set.DeepCopy()}}
					test.change(&c.world)
				}
			}}

			sum := run.Do(t.Context(), verdicts)

			require.Equal(t, prune.Summary{Deleted: 100, Skipped: 100, Stopped: []string{test.why}}, sum)
			require.Len(t, c.deleted(), 100)
			require.Equal(t, "skipped data-web-101: stopped: "+test.why, got.events[100])
		})
	}
}

func TestAChangedSetStopsNoOther(t *testing.T) {
	c := &cluster{world: claims.World{Sets: []sts.Snapshot{set("a", "web", 1), set("b", "web", 1)}}}
	all := []sts.Claim{claim("a", "data-web-1"), claim("b", "data-web-2"), claim("a", "data-web-3"), claim("b", "data-web-4")}
	judge := claims.NewJudge(all, claims.Options{})
	verdicts := judge.All(all, c.world)
	c.world.Sets[0] = set("a", "web", 2)
	run := prune.Run{Cluster: c, Judge: judge, Concurrency: 4, Tell: new(told).tell}

	require.Equal(t, prune.Summary{
		Deleted: 2, Skipped: 2, Stopped: []string{"the replicas of set web changed from 1 to 2 meanwhile"},
	}, run.Do(t.Context(), verdicts))
	require.ElementsMatch(t, []string{"data-web-2", "data-web-4"}, c.deleted())
	require.ElementsMatch(t, []string{"look a", "look b"}, c.asked[:2])
}

func TestASetThatAppearsKeepsTheClaimsOfOneThatWasGone(t *testing.T) {
	c := &cluster{}
	all := []sts.Claim{claim("default", "data-web-0")}
	all[0].Labels, all[0].MadeBy = map[string]string{"app": "web"}, "kube-controller-manager"
	judge := claims.NewJudge(all, claims.Options{DeletedSets: true})
	verdicts := judge.All(all, c.world)
	require.True(t, verdicts[0].Delete)
	c.world.Sets = []sts.Snapshot{set("default", "web", 1)}
	run := prune.Run{Cluster: c, Judge: judge, Tell: new(told).tell}

	require.Equal(t, prune.Summary{Skipped: 1, Stopped: []string{"set web was created meanwhile"}}, run.Do(t.Context(), verdicts))
}

func TestCtrlCStopsBetweenClaims(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c, judge, verdicts := judged(t, 5)
	c.before = func(what string) {
		if what == "delete data-web-2" {
			cancel() // the deletion that was begun still gets its answer
		}
	}
	var got told
	run := prune.Run{Cluster: c, Judge: judge, Concurrency: 1, Tell: got.tell}

	require.Equal(t, prune.Summary{Deleted: 2, Left: 3, Interrupted: true}, run.Do(ctx, verdicts))
	require.Equal(t, []string{"deleted data-web-1", "deleted data-web-2"}, got.events)
}

func TestTheEndOfTheTimeIsNoInterruption(t *testing.T) {
	ctx, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	c, judge, verdicts := judged(t, 2)
	run := prune.Run{Cluster: c, Judge: judge, Concurrency: 1, Tell: new(told).tell}

	require.Equal(t, prune.Summary{Left: 2, TimedOut: true}, run.Do(ctx, verdicts))
	require.Empty(t, c.asked)
}

func TestCtrlCInALookLeavesTheClaims(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c, judge, verdicts := judged(t, 1)
	c.before = func(string) { cancel() }
	c.errs = map[string]error{"look default": context.Canceled}
	var got told
	run := prune.Run{Cluster: c, Judge: judge, Concurrency: 1, Tell: got.tell}

	require.Equal(t, prune.Summary{Left: 1, Interrupted: true}, run.Do(ctx, verdicts))
	require.Empty(t, got.events)
}

func book(t *testing.T) *prune.Book {
	t.Helper()
	b := &prune.Book{Dir: t.TempDir(), Now: func() time.Time { return ststest.Start }, Head: "what it is"}
	t.Cleanup(func() {
		_, err := b.Close()
		require.NoError(t, err)
	})
	return b
}

func TestTheRecordIsWrittenAndTheVolumeSafeBeforeTheClaimGoes(t *testing.T) {
	c, judge, verdicts := judged(t, 1)
	b := book(t)
	c.before = func(what string) {
		if what == "retain data-web-1" {
			require.Len(t, recordsOf(t, b), 1)
		}
	}
	var got told
	run := prune.Run{Cluster: c, Judge: judge, Book: b, Retain: true, Concurrency: 1, Tell: got.tell}

	require.Equal(t, prune.Summary{Deleted: 1, Retained: 1, Recorded: 1}, run.Do(t.Context(), verdicts))
	require.Equal(t, []string{
		"look default", "read data-web-1", "may delete data-web-1", "retain data-web-1", "delete data-web-1",
	}, c.asked)
	require.Equal(t, []string{"deleted data-web-1 (volume stays) (restorable)"}, got.events)
}

func TestAClaimStaysThatCouldNotBeMadeSafe(t *testing.T) {
	for _, what := range []string{"read data-web-1", "retain data-web-1"} {
		t.Run(what, func(t *testing.T) {
			c, judge, verdicts := judged(t, 1)
			c.errs = map[string]error{what: errors.New("no")}
			run := prune.Run{Cluster: c, Judge: judge, Book: book(t), Retain: true, Concurrency: 1, Tell: new(told).tell}

			require.Equal(t, prune.Summary{Failed: 1}, run.Do(t.Context(), verdicts))
			require.Empty(t, c.deleted())
		})
	}
}

func TestAClaimStaysWhoseRecordCouldNotBeWritten(t *testing.T) {
	c, judge, verdicts := judged(t, 1)
	b := &prune.Book{Dir: "/dev/null/x", Now: time.Now}
	run := prune.Run{Cluster: c, Judge: judge, Book: b, Retain: true, Concurrency: 1, Tell: new(told).tell}

	require.Equal(t, prune.Summary{Failed: 1}, run.Do(t.Context(), verdicts))
	require.Equal(t, []string{"look default", "read data-web-1", "may delete data-web-1"}, c.asked)
}

func TestVolumesThatStayAnywayAreRecorded(t *testing.T) {
	for policy, want := range map[corev1.PersistentVolumeReclaimPolicy]prune.Summary{
		corev1.PersistentVolumeReclaimRetain: {Deleted: 1, Retained: 1, Recorded: 1},
		corev1.PersistentVolumeReclaimDelete: {Skipped: 1}, // somebody has set it since the claims were listed
	} {
		t.Run(string(policy), func(t *testing.T) {
			c, judge, verdicts := judged(t, 1)
			verdicts[0].Claim.Reclaim, c.policy = corev1.PersistentVolumeReclaimRetain, policy
			run := prune.Run{Cluster: c, Judge: judge, Book: book(t), Concurrency: 1, Tell: new(told).tell}

			require.Equal(t, want, run.Do(t.Context(), verdicts))
			require.NotContains(t, c.asked, "retain data-web-1")
		})
	}
}
