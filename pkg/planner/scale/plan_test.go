package scale_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/scale"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestPlanSteps(t *testing.T) {
	const del, retain = appsv1.DeletePersistentVolumeClaimRetentionPolicyType, appsv1.RetainPersistentVolumeClaimRetentionPolicyType
	backup := metav1.OwnerReference{Kind: "Backup", Name: "nightly", UID: "b"}
	both := []string{remove("web-3", "3"), remove("web-2", "2")}
	tests := []struct {
		name string
		r    scale.Request
		s    sts.Snapshot
		want []string
	}{
		{"down, with the claims kept", request(2, answered(scale.Keep)), snapshot(set(), four()...), append([]string{check}, both...)},
		{
			"down, several at a time", request(0, answered(scale.Keep), func(r *scale.Request) { r.Step = 3 }), snapshot(set(), four()...),
			[]string{check, remove("web-3, web-2, web-1", "1"), remove("web-0", "0")},
		},
		{
			"down, ordinals from 5 on", request(1, answered(scale.Keep)),
			snapshot(set(ststest.From(5), ststest.Replicas(2)), claim(5), claim(6)),
			[]string{check, remove("web-6", "1")},
		},
		{
			"down, with a claim deleted when all is well", request(3, answered(scale.Delete)), snapshot(set(), four()...),
			[]string{
				check, "note what happens to the claims | record | " + seen, remove("web-3", "3"),
				"delete claim data-web-3 | delete claim data-web-3: as answered | claim data-web-3 is gone",
				"end the scale | remove the record | " + seen,
			},
		},
		{
			"down, with the volume retained", request(3, answered(scale.RetainVolume)), snapshot(set(), four()...),
			[]string{
				check, "note what happens to the claims | record | " + seen, remove("web-3", "3"),
				"retain volume pv-data-web-3 | retain volume pv-data-web-3 of claim data-web-3 | " + seen,
				"delete claim data-web-3 | delete claim data-web-3: its volume stays | claim data-web-3 is gone",
				"end the scale | remove the record | " + seen,
			},
		},
		{
			"down, waiting for a claim that is being deleted already", request(3), snapshot(set(), claim(0), claim(3, leaving)),
			[]string{check, remove("web-3", "3"), "wait until the claims are gone | claim data-web-3 is gone"},
		},
		{
			"down, with claims kept from the policy", request(3, answered(scale.Keep)), snapshot(set(whenScaled(del)), four()...),
			[]string{
				check, "keep the controller from deleting the claims | whenScaled Retain, record | no pod takes claim data-web-3 along",
				remove("web-3", "3"), "end the scale | whenScaled Delete, remove the record | " + seen,
			},
		},
		{
			"down, with all claims left to the policy", request(3, answered(scale.Delete)), snapshot(set(whenScaled(del)), four()...),
			[]string{
				check, remove("web-3", "3"), "wait until the claims are gone | claim data-web-3 is gone",
			},
		},
		{
			"again, when the policy's deletions are under way", request(4, answered(scale.Delete)),
			snapshot(set(whenScaled(del)), append(four(),
				claim(5, leaving, owned("Pod", "web-5", "x", false)), claim(6), claim(7, leaving),
				claim(8, leaving, owned("Pod", "web-8", "x", false), also(backup)))...),
			[]string{check, "wait until the claims are gone | claim data-web-5 is gone"},
		},
		{
			"down, with one kept from the policy: all the deleting is the run's",
			request(2, by(map[int]scale.Answer{3: scale.Delete, 2: scale.Keep})),
			snapshot(set(whenScaled(del)), four()...),
			[]string{
				check,
				"keep the controller from deleting the claims | whenScaled Retain, record | " +
					"no pod takes claims data-web-3, data-web-2 along",
				both[0], both[1],
				"delete claim data-web-3 | delete claim data-web-3: as answered | claim data-web-3 is gone",
				"end the scale | whenScaled Delete, remove the record | " + seen,
			},
		},
		{
			"down, without any claim the policy does not matter", request(3, answered(scale.Keep)), snapshot(set(whenScaled(del))),
			[]string{check, remove("web-3", "3")},
		},
		{
			"going on, with what was answered and the policy to put back", request(2),
			snapshot(set(
				ststest.Replicas(3), whenScaled(retain),
				record(`{"version":1,"from":4,"to":2,"whenScaled":"Delete","claims":{"data-web-3":{"uid":"data-web-3"}}}`),
			), four()...),
			[]string{
				check,
				"keep the controller from deleting the claims | record | no pod takes claims data-web-3, data-web-2 along",
				both[1],
				"delete claim data-web-3 | delete claim data-web-3: as answered | claim data-web-3 is gone",
				"end the scale | whenScaled Delete, remove the record | " + seen,
			},
		},
		{
			"going on, when only the record is left", request(2),
			snapshot(set(ststest.Replicas(2), pending("data-web-3")), claim(0), claim(1)),
			[]string{check, "end the scale | remove the record | " + seen},
		},
		{
			"going on, a recreated claim is not the one that was to be deleted", request(2),
			snapshot(set(ststest.Replicas(2), pending("another")), four()...),
			[]string{check, "end the scale | remove the record | " + seen},
		},
		{
			"going on, with another answer that spares the claim", request(2, answered(scale.Keep)),
			snapshot(set(ststest.Replicas(2), pending("data-web-3")), four()...),
			[]string{check, "end the scale | remove the record | " + seen},
		},
		{
			"up", request(6, answered(scale.Fail)), snapshot(set(), four()...),
			[]string{check, "add web-4 | replicas 5 | " + well, "add web-5 | replicas 6 | " + well},
		},
		{
			"up, with claims given to the new pods", request(5, answered(scale.Reuse)), snapshot(set(), append(four(), claim(4))...),
			[]string{check, "add web-4 | replicas 5 | " + well},
		},
		{
			"up, with fresh claims, each just before its pod", request(6, answered(scale.Fresh)),
			snapshot(set(), append(four(), claim(4), claim(5))...),
			[]string{
				check,
				"delete claim data-web-4 | delete claim data-web-4: so that web-4 gets a new one | claim data-web-4 is gone",
				"add web-4 | replicas 5 | " + well,
				"delete claim data-web-5 | delete claim data-web-5: so that web-5 gets a new one | claim data-web-5 is gone",
				"add web-5 | replicas 6 | " + well,
			},
		},
		{
			"up, after a claim that goes has gone", request(5, answered(scale.Reuse)),
			snapshot(set(), append(four(), claim(4, leaving))...),
			[]string{check, "wait for claims that are being deleted | claim data-web-4 is gone", "add web-4 | replicas 5 | " + well},
		},
		{"as it is", request(4), snapshot(set(), four()...), []string{check}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := plantest.Saved(scale.Plan(tt.r, tt.s, ststest.Start))
			require.NoError(t, err)
			require.Equal(t, tt.want, lines(p))
			require.True(t, p.Claims)
			require.True(t, p.Scales)
			require.Equal(t, note.ScaleAnnotation, p.Record)
		})
	}
}

// A clock's zone, and its reading of the time since the machine was started, are nothing
// that a file could hold.
func TestAPlanNotesWhenItWasMade(t *testing.T) {
	now := time.Now()
	p, err := plantest.Saved(scale.Plan(request(2), snapshot(set(), four()...), now))
	require.NoError(t, err)
	require.Equal(t, now.UTC(), p.Made)
}

func TestPlanWhereTheControllerWouldWait(t *testing.T) {
	broken := func(policy ...setOption) sts.Snapshot {
		pods := append(ststest.Pods(0, 2), ststest.Pod(2, ststest.Unready), ststest.Pod(3))
		return ststest.Snapshot(set(policy...), pods).WithClaims(nil)
	}
	t.Run("all down to the pod that is not Ready go with one write", func(t *testing.T) {
		p, err := plantest.Saved(scale.Plan(request(1), broken(), ststest.Start))
		require.NoError(t, err)
		require.Equal(t, []string{check, remove("web-3, web-2", "2"), remove("web-1", "1")}, lines(p))
		require.Equal(t, []string{
			"web-2 is not Available, and the controller takes away no pod above it while it is wanted: web-3, web-2 go with one write, " +
				"still one after another",
		}, p.Details)
	})
	t.Run("a Parallel set does not wait for it, and neither does the run", func(t *testing.T) {
		p, err := plantest.Saved(scale.Plan(request(1), broken(ststest.Parallel), ststest.Start))
		require.NoError(t, err)
		require.Equal(t, []string{check, remove("web-3", "3"), remove("web-2", "2"), remove("web-1", "1")}, lines(p))
		require.Equal(t, plan.Scaled{From: 3, To: 4, Spare: []int{2}}, p.Steps[1].Until)
	})
	t.Run("with pods on their way out their claims come first", func(t *testing.T) {
		pods := append(ststest.Pods(0, 3), ststest.Pod(3, ststest.Terminating))
		s := ststest.Snapshot(set(whenScaled("Delete"), ststest.Replicas(3)), pods)
		p, err := plantest.Saved(scale.Plan(request(2, answered(scale.Keep)), s.WithClaims(four()), ststest.Start))
		require.NoError(t, err)
		require.Equal(t, []string{
			"keep the controller from deleting the claims | whenScaled Retain, record | " +
				"no pod takes claims data-web-3, data-web-2 along",
			check, remove("web-2", "2"), "end the scale | whenScaled Delete, remove the record | " + seen,
		}, lines(p))
		require.Equal(t, plan.Scaled{From: 3, To: 4}, p.Steps[1].Until)
	})
}

func TestHooksAreRunForEachPodThatGoes(t *testing.T) {
	r := request(1, answered(scale.Keep), func(r *scale.Request) {
		r.Step, r.Hooks.Before = 2, []plan.Hook{{Exec: true, Command: "it's over", Container: "db"}}
	})
	p, err := plantest.Saved(scale.Plan(r, snapshot(set(), four()...), ststest.Start))
	require.NoError(t, err)
	hook := func(pod string, ordinal int) plan.Hook {
		return plan.Hook{Exec: true, Command: "it's over", Container: "db", Namespace: "default", Set: "web", Pod: pod, Ordinal: ordinal}
	}
	require.Equal(t, []plan.Hook{hook("web-3", 3), hook("web-2", 2)}, p.Steps[1].Before)
	require.Equal(t, []plan.Hook{hook("web-1", 1)}, p.Steps[2].Before)
	require.Equal(t, []string{`before each pod goes, "it's over" is run in it`}, p.Details)
	require.Equal(t, `kubectl sts scale web --replicas 1 --step 2 --before-exec 'it'\''s over' --container db`,
		hint.Caller{}.Command(p.Resume))
	require.Equal(
		t,
		[]string{"STS_NAME=web", "STS_NAMESPACE=default", "STS_ORDINAL=3", "STS_POD=web-3", "STS_REPLICAS=0", "STS_PEERS="},
		p.Steps[1].Before[0].Env(),
	)
}
