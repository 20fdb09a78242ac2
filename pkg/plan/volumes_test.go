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

func TestWhatTheNextPodWaitsForToGetItsVolume(t *testing.T) {
	claim := func(phase corev1.PersistentVolumeClaimPhase, changes ...func(*storage.Claim)) sts.Snapshot {
		c := ststest.Claim("wal-web-1", changes...)
		c.Phase = phase
		return added(c)
	}
	unknown := added()
	unknown.Claims = nil
	unseen := added()
	unseen.Set.Status.ObservedGeneration--
	stray := ststest.Snapshot(ststest.Set(ststest.Replicas(1), ststest.ClaimTemplates("wal")), ststest.Pods(0, 1, uses("wal-web-0")),
		ststest.Pods(1, 2)).WithClaims(nil)
	pending := ststest.Snapshot(ststest.Set(ststest.Replicas(2), ststest.ClaimTemplates("wal")),
		ststest.Pods(0, 1, uses("wal-web-0"), ststest.Pending), ststest.Pods(1, 2))
	unbound := ststest.Claim("wal-web-0")
	unbound.Phase = corev1.ClaimPending
	pending.Claims = []storage.Claim{unbound}
	for name, test := range map[string]struct {
		s                     sts.Snapshot
		waiting, stuck, waits string // waits where the class waits for a pod
	}{
		"bound": {s: claim(corev1.ClaimBound)},
		"not made": {
			s: added(ststest.Claim("wal-web-2")), waiting: "the StatefulSet controller to create claim wal-web-1", waits: "same",
		},
		"not bound":      {s: claim(corev1.ClaimPending), waiting: "claim wal-web-1 to be bound"},
		"not read":       {s: unknown, waiting: "the claims to be read", waits: "same"},
		"another change": {s: unseen, waiting: "the StatefulSet controller to see the change", waits: "same"},
		"going": {
			s:       claim(corev1.ClaimBound, func(c *storage.Claim) { c.Deleting = true }),
			waiting: "claim wal-web-1 to go", waits: "same",
		},
		"lost":           {s: claim(corev1.ClaimLost), stuck: "claim wal-web-1 has lost its volume: the pod does not get it"},
		"one not wanted": {s: stray, waiting: "pod web-1 to go, which the set does not want", waits: "same"},
		"one not wanted above one that lacks it": {
			s: ststest.Snapshot(ststest.Set(ststest.Replicas(1), ststest.ClaimTemplates("wal")), ststest.Pods(0, 2)).
				WithClaims([]storage.Claim{inDefault(ststest.Claim("wal-web-0"))}),
			waiting: "claim wal-web-0 to be bound",
		},
		"one that is not Ready": {
			s: ststest.Snapshot(ststest.Set(ststest.Replicas(1), ststest.ClaimTemplates("wal")), ststest.Pods(0, 1, ststest.Unready)).
				WithClaims(nil),
			waiting: "web-0 to be Ready again: its claims are made only then", waits: "same",
		},
		"one that is new": {s: pending, waiting: "claim wal-web-0 to be bound", waits: "same"},
	} {
		t.Run(name, func(t *testing.T) {
			p := plan.VolumesAdded{Added: []saved.Added{{Template: "wal", Binds: true}}}.Check(test.s, ststest.Start)
			require.Equal(t, []string{test.waiting, test.stuck}, []string{p.Waiting, p.Stuck})
			require.False(t, p.Done)
			if test.waits == "same" {
				test.waits = test.waiting
			}
			require.Equal(t, test.waits, plan.VolumesAdded{Added: []saved.Added{{Template: "wal"}}}.Check(test.s, ststest.Start).Waiting)
		})
	}
}

func TestVolumesAdded(t *testing.T) {
	c := plan.VolumesAdded{Added: []saved.Added{{Template: "wal"}}}
	p := c.Check(added(), ststest.Start)
	require.False(t, p.Done)
	require.Equal(t, []sts.State{sts.StateAvailable, sts.StateOld, sts.StateOld}, states(p))

	all := ststest.Snapshot(ststest.Set(ststest.Replicas(2), ststest.ClaimTemplates("wal")),
		ststest.Pods(0, 1, uses("wal-web-0")), ststest.Pods(1, 2, uses("wal-web-1"))).WithClaims(nil)
	require.True(t, c.Check(all, ststest.Start).Done)
}

func TestVolumesDropped(t *testing.T) {
	c := plan.VolumesDropped{Templates: []string{"wal"}}
	s := func(changes ...func(*corev1.Pod)) sts.Snapshot {
		return ststest.Snapshot(ststest.Set(ststest.Replicas(2)), ststest.Pods(0, 1, changes...), ststest.Pods(1, 2))
	}
	require.True(t, c.Check(s(uses("wal-web-0")), ststest.Start).Done, "it keeps the volume")
	require.Equal(t, []sts.State{sts.StateOld, sts.StateAvailable}, states(c.Check(s(uses("wal-web-0"), ststest.Unready), ststest.Start)))
	require.Equal(t, []sts.State{sts.StateStarting, sts.StateAvailable}, states(c.Check(s(ststest.Unready), ststest.Start)))

	// One that is not wanted goes only after the one that is down.
	stray := func(changes ...func(*corev1.Pod)) plan.Progress {
		set := ststest.Set(ststest.Replicas(1))
		return c.Check(ststest.Snapshot(set, ststest.Pods(0, 1, changes...), ststest.Pods(1, 2)), ststest.Start)
	}
	require.Empty(t, stray(uses("wal-web-0"), ststest.Unready).Waiting)
	require.Equal(t, "pod web-1 to go, which the set does not want", stray(uses("wal-web-0")).Waiting)
	require.False(t, stray(uses("wal-web-0")).Done)
}

func states(p plan.Progress) []sts.State {
	var out []sts.State
	for _, t := range p.Pods {
		out = append(out, t.State)
	}
	return out
}

func inDefault(c storage.Claim) storage.Claim {
	c.Namespace = "default"
	return c
}
