package verdict_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/verdict"
)

// follow shows a watch that follows one snapshot after another, and returns what it
// makes of the last.
func follow(snapshots ...sts.Snapshot) plan.Progress {
	var memory any
	var p plan.Progress
	for _, s := range snapshots {
		memory, p = verdict.Follow{}.Recall(memory, s, ststest.Start)
	}
	p.Pods, p.Operation = nil, nil
	return p
}

const gateFailed = `,"failed":{"at":"2030-01-02T03:04:05Z","message":"web-4: CrashLoopBackOff","pod":"web-4","reason":"CrashLoopBackOff"}`

// the states that a canary goes through
func heldAtStep1() sts.Snapshot {
	return ststest.Snapshot(ststest.Set(ststest.Updating("nginx:1.22"), ststest.Partition(4), canaryAt(time.Hour, "")), updated(4))
}

func failedAtStep1() sts.Snapshot {
	set := ststest.Set(ststest.Updating("nginx:1.22"), ststest.Partition(4), canaryAt(time.Hour, gateFailed))
	return ststest.Snapshot(set, updated(4))
}

func goingBack() sts.Snapshot {
	return ststest.Snapshot(ststest.Set(ststest.Partition(4), canaryAt(time.Hour, `,"aborting":true`)), updated(4))
}

func isBack() sts.Snapshot { return ststest.Snapshot(ststest.Set(), ststest.Pods(0, 5)) }

func isUpdated() sts.Snapshot {
	set := ststest.Set(ststest.Updating("nginx:1.22"))
	set.Status.CurrentRevision = ststest.Update
	return ststest.Snapshot(set, updated(0))
}

func TestFollowWaitsAtAGateForAsLongAsItIsHeld(t *testing.T) {
	p := follow(heldAtStep1())
	require.Equal(t, plan.Progress{
		Good: 5, Want: 5, External: true, Gated: true, Bears: true,
		Waiting: "somebody to promote or to abort it: step 1 of 2 passed",
	}, p)
}

func TestFollowGoesOnOverAFailure(t *testing.T) {
	p := follow(heldAtStep1(), failedAtStep1())
	require.Nil(t, p.Failed)
	require.False(t, p.Gated, "nobody wanted that: it has a deadline")
	require.Contains(t, p.Waiting, "somebody to abort it or to try again; the canary failed: web-4: CrashLoopBackOff")
	require.Equal(t, "CrashLoopBackOff", p.Reason)
}

func TestFollowEndsWithTheOperation(t *testing.T) {
	const all = "all 5 pods are updated and Available"
	failed := "; it had failed: web-4: CrashLoopBackOff (at 2030-01-02T03:04:05Z)"
	for _, test := range []struct {
		name       string
		snapshots  []sts.Snapshot
		done, back string
	}{
		{"it gets there", []sts.Snapshot{heldAtStep1(), isUpdated()}, all, ""},
		{"it fails, is tried again, and gets there", []sts.Snapshot{failedAtStep1(), heldAtStep1(), isUpdated()}, all, ""},
		{"it is taken back", []sts.Snapshot{heldAtStep1(), goingBack(), isBack()}, "", "the canary was taken back: " + all},
		{
			"it fails and is taken back",
			[]sts.Snapshot{failedAtStep1(), goingBack(), isBack()},
			"", "the canary was taken back: " + all + failed,
		},
		{"all that was during an outage", []sts.Snapshot{heldAtStep1(), isBack()}, "", "the canary was taken back: " + all},
		{"there is none", []sts.Snapshot{isBack()}, all, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := follow(test.snapshots...)
			require.Equal(t, test.back, p.Back)
			require.Equal(t, strings.Contains(test.back, "CrashLoopBackOff"), p.Reason == "CrashLoopBackOff")
			require.Equal(t, test.done != "", p.Done)
			if test.done != "" {
				require.Equal(t, test.done, p.Success)
			}
		})
	}
}

func TestFollowWithoutAnOperationIsAsAnyWatch(t *testing.T) {
	s := ststest.Snapshot(ststest.Set(ststest.Updating("nginx:1.22"), ststest.Partition(3)), updated(3))
	want := looked(s)
	require.NotEmpty(t, want.Held)
	require.Equal(t, want, follow(s))
}
