package sts_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

type podOption = func(*corev1.Pod)

func nothing(*corev1.Pod) {}

func TestTheRevisionThatPodsComeFrom(t *testing.T) {
	const older = "web-older"
	on := func(revisions ...string) []*corev1.Pod {
		var pods []*corev1.Pod
		for o, revision := range revisions {
			pods = append(pods, ststest.Pod(o, ststest.Revision(revision)))
		}
		return pods
	}
	updating := ststest.Updating("nginx:1.22")
	for _, test := range []struct {
		name     string
		onDelete bool
		pods     []*corev1.Pod
		want     string
	}{
		{"the controller's current one", false, on(older, older, ststest.Update), ststest.Stable},
		{"with OnDelete what the pods run that are not updated", true, on(older, older, ststest.Update), older},
		{
			"with OnDelete what most of them run", true, on(older, ststest.Stable, ststest.Stable, ststest.Update, ststest.Update,
				ststest.Update),
			ststest.Stable,
		},
		{"with OnDelete the lowest's when they are as many", true, on(older, ststest.Stable), older},
		{"with OnDelete the update revision when all are on it", true, on(ststest.Update, ststest.Update), ststest.Update},
		{"with OnDelete the update revision when there is no pod", true, nil, ststest.Update},
	} {
		t.Run(test.name, func(t *testing.T) {
			set := ststest.Set(updating)
			if test.onDelete {
				ststest.OnDelete(set)
			}
			s := ststest.Snapshot(set, test.pods)
			require.Equal(t, test.onDelete, s.OnDelete())
			require.Equal(t, test.want, s.StableRevision())
		})
	}
	require.Empty(t, sts.Snapshot{}.StableRevision())
}

// OnDelete replaces no pod, and Recreate waits for none.
func TestNoPodBlocksASetThatIsNotRolled(t *testing.T) {
	pods := ststest.Pods(0, 5, ststest.Unready)
	_, blocks := ststest.Snapshot(ststest.Set(ststest.Updating("nginx:1.22")), pods).Blocker(ststest.Start)
	require.True(t, blocks)
	_, blocks = ststest.Snapshot(ststest.Set(ststest.Updating("nginx:1.22"), ststest.OnDelete), pods).Blocker(ststest.Start)
	require.False(t, blocks)
	_, blocks = ststest.Snapshot(ststest.Set(ststest.Updating("nginx:1.22"), ststest.Strategy("Recreate")), pods).Blocker(ststest.Start)
	require.False(t, blocks)
}

func TestAnOnDeleteSetWantsTheUpdateRevisionEverywhere(t *testing.T) {
	s := ststest.Snapshot(ststest.Set(ststest.Updating("nginx:1.22"), ststest.OnDelete))
	require.Equal(t, ststest.Update, s.Wanted(0))
	require.Equal(t, ststest.Update, s.Wanted(4))
}
