package scale_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/scale"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// place is where a claim is to be deleted: set web, the claim of its ordinal 3, and
// what else is in the namespace.
type place struct {
	set    *appsv1.StatefulSet
	claim  storage.Claim
	others []*appsv1.StatefulSet
	users  []string // pods that use the claim, in the order in which they are listed
	world  claims.World
	to     int // replicas to scale to
}

// placed is the place with so many replicas, all of which are there.
func placed(replicas int32, changes ...func(*place)) place {
	p := place{set: set(), to: 3, claim: claim(3, func(c *storage.Claim) {
		c.MadeBy, c.ByController, c.Phase = "kube-controller-manager", true, corev1.ClaimBound
		c.Labels = map[string]string{"app": "web"}
	})}
	for _, change := range changes {
		change(&p)
	}
	p.set.Spec.Replicas, p.set.Status.Replicas = &replicas, replicas
	for _, other := range append(p.others, p.set) {
		p.world.Sets = append(p.world.Sets, sts.Snapshot{Set: workload.FromApps(other)})
	}
	for _, pod := range p.users {
		p.world.Use(claims.Key{Namespace: "default", Name: p.claim.Name}, pod)
	}
	return p
}

func with(changes ...func(*place)) []func(*place) { return changes }

func its(change claimOption) func(*place) { return func(p *place) { change(&p.claim) } }

// either makes the claim one that template data of a set a-web makes as well.
func either(p *place) { twoWays(p.set); eithers(&p.claim) }

func beside(others ...*appsv1.StatefulSet) func(*place) {
	return func(p *place) { p.others = append(p.others, others...) }
}

func labelled(pairs map[string]string) claimOption {
	return func(c *storage.Claim) { c.Labels = pairs }
}

func usedBy(pods ...string) func(*place) {
	return func(p *place) { p.users = append(p.users, pods...) }
}

func scaledBy(namespace, set string, most int) func(*place) {
	return func(p *place) {
		p.world.Scalers = append(p.world.Scalers, claims.Scaler{
			Namespace: namespace, Set: set, Autoscaler: claims.Autoscaler{Name: "load", Min: 1, Max: most},
		})
	}
}

// What keeps a claim from one verb keeps it from the other, by the same rule and in
// the same words.
func TestWhatProtectsAClaimProtectsItFromEveryVerb(t *testing.T) {
	for _, tt := range protections {
		t.Run(tt.name, func(t *testing.T) {
			require.True(t, tt.notScale == "" || tt.notPrune == "", "it is a case for neither")
			if tt.notScale == "" {
				class, why := scaledDown(t, tt.at)
				require.Equal(t, []any{tt.keeps, tt.why}, []any{class, why}, "scale")
			}
			if tt.notPrune == "" {
				class, why := pruned(t, tt.at)
				require.Equal(t, []any{tt.keeps, tt.why}, []any{class, why}, "prune-pvc")
			}
		})
	}
}

// scaledDown is what keeps the claim from a scale-down with this and that answer.
func scaledDown(t *testing.T, at []func(*place)) (class claims.Class, why string) {
	t.Helper()
	for _, answer := range []scale.Answer{scale.Delete, scale.RetainVolume} {
		p := placed(4, at...)
		s := snapshot(p.set, p.claim)
		r := request(p.to, answered(answer), func(r *scale.Request) { r.World = p.world })
		made, err := plantest.Saved(scale.Plan(r, s, ststest.Start))
		require.NoError(t, err)
		var fate plan.ClaimFate
		for _, o := range made.Ordinals {
			for _, c := range o.Claims {
				if c.Claim.Name == p.claim.Name {
					fate = c
				}
			}
		}
		class, why = p.world.Index().Protects(p.claim, claims.Owner{Set: &s, Pod: "web-3"})
		require.Equal(t, why, fate.Why)
		require.Equal(t, class == "", fate.Fate.Deletes(), fate.Fate)
		for i := range made.Steps {
			d, deletes := made.Steps[i].Change.(plan.DeleteClaim)
			require.False(t, deletes && d.UID == p.claim.UID && class != "", "the plan deletes what it keeps")
		}
	}
	return class, why
}

// pruned is what keeps the claim from a prune when the pods are as many as the scale
// was to leave.
func pruned(t *testing.T, at []func(*place)) (class claims.Class, why string) {
	t.Helper()
	p := placed(int32(placed(0, at...).to), at...)
	all := []storage.Claim{p.claim}
	verdicts := claims.NewJudge(all, claims.Options{Now: ststest.Start}).All(all, p.world)
	require.Len(t, verdicts, 1)
	if verdicts[0].Delete {
		return "", ""
	}
	return verdicts[0].Class, verdicts[0].Reason
}
