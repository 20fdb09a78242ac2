package plan_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/saved"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// uses has a pod use this claim.
func uses(claim string) func(*corev1.Pod) {
	return func(pod *corev1.Pod) {
		pod.Spec.Volumes = append(pod.Spec.Volumes, corev1.Volume{Name: claim, VolumeSource: corev1.VolumeSource{
			PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: claim},
		}})
	}
}

// added is a set of three pods with a claim template that its higher pods lack.
func added(claims ...storage.Claim) sts.Snapshot {
	set := ststest.Set(ststest.Replicas(3), ststest.ClaimTemplates("data", "wal"))
	s := ststest.Snapshot(set, ststest.Pods(0, 1, uses("wal-web-0")), ststest.Pods(1, 3))
	s.Claims = append([]storage.Claim{}, claims...)
	return s
}

func TestClaimsMade(t *testing.T) {
	claim := func(phase corev1.PersistentVolumeClaimPhase, changes ...func(*storage.Claim)) sts.Snapshot {
		c := ststest.Claim("wal-web-1", changes...)
		c.Phase = phase
		return added(c)
	}
	unknown := added()
	unknown.Claims = nil
	unseen := added()
	unseen.Set.Status.ObservedGeneration--
	for name, test := range map[string]struct {
		s    sts.Snapshot
		want plan.Progress
	}{
		"bound": {claim(corev1.ClaimBound), plan.Progress{Done: true}},
		"not made": {
			added(ststest.Claim("wal-web-2")), plan.Progress{Waiting: "the StatefulSet controller to create claim wal-web-1"},
		},
		"not bound":      {claim(corev1.ClaimPending), plan.Progress{Waiting: "claim wal-web-1 to be bound"}},
		"not read":       {unknown, plan.Progress{Waiting: "the claims to be read"}},
		"another change": {unseen, plan.Progress{Waiting: "the StatefulSet controller to see the change"}},
		"going": {
			claim(corev1.ClaimBound, func(c *storage.Claim) { c.Deleting = true }), plan.Progress{Waiting: "claim wal-web-1 to go"},
		},
		"lost": {
			claim(corev1.ClaimLost),
			plan.Progress{Reason: "ClaimLost", Stuck: "claim wal-web-1 has lost its volume: the pod would not get it"},
		},
		"all have it": {
			ststest.Snapshot(
				ststest.Set(ststest.Replicas(1), ststest.ClaimTemplates("wal")), ststest.Pods(0, 1, uses("wal-web-0")),
			).WithClaims(nil),
			plan.Progress{Done: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := plan.ClaimsMade{Added: []saved.Added{{Template: "wal", Binds: true}}}
			require.Equal(t, test.want, c.Check(test.s, ststest.Start))
		})
	}
	waits := plan.ClaimsMade{Added: []saved.Added{{Template: "wal"}}}
	require.True(t, waits.Check(claim(corev1.ClaimPending), ststest.Start).Done, "its class waits for a pod")
}

func TestVolumesAdded(t *testing.T) {
	c := plan.VolumesAdded{Templates: []string{"wal"}}
	p := c.Check(added(), ststest.Start)
	require.False(t, p.Done)
	require.Equal(t, []sts.State{sts.StateAvailable, sts.StateOld, sts.StateOld}, states(p))

	all := ststest.Snapshot(ststest.Set(ststest.Replicas(2), ststest.ClaimTemplates("wal")),
		ststest.Pods(0, 1, uses("wal-web-0")), ststest.Pods(1, 2, uses("wal-web-1")))
	require.True(t, c.Check(all, ststest.Start).Done)

	waits := ststest.Snapshot(ststest.Set(ststest.Replicas(2), ststest.ClaimTemplates("wal")),
		ststest.Pods(0, 1, uses("wal-web-0"), ststest.Pending), ststest.Pods(1, 2))
	pending := ststest.Claim("wal-web-0")
	pending.Phase = corev1.ClaimPending
	waits.Claims = []storage.Claim{pending}
	require.Equal(t, "claim wal-web-0 to be bound", c.Check(waits, ststest.Start).Waiting)
}

func TestVolumesDropped(t *testing.T) {
	c := plan.VolumesDropped{Templates: []string{"wal"}}
	s := func(changes ...func(*corev1.Pod)) sts.Snapshot {
		return ststest.Snapshot(ststest.Set(ststest.Replicas(2)), ststest.Pods(0, 1, changes...), ststest.Pods(1, 2))
	}
	require.True(t, c.Check(s(uses("wal-web-0")), ststest.Start).Done, "it keeps the volume")
	require.Equal(t, []sts.State{sts.StateOld, sts.StateAvailable}, states(c.Check(s(uses("wal-web-0"), ststest.Unready), ststest.Start)))
	require.Equal(t, []sts.State{sts.StateStarting, sts.StateAvailable}, states(c.Check(s(ststest.Unready), ststest.Start)))
}

func states(p plan.Progress) []sts.State {
	var out []sts.State
	for _, t := range p.Pods {
		out = append(out, t.State)
	}
	return out
}
