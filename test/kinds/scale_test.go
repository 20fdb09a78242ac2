package kinds

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/hold"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/scale"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// scaled is a step that moves replicas, as a test tells it.
type scaled struct {
	title    string
	replicas int
	until    plan.Scaled
	require  plan.Condition
}

func TestAScaleGoesOverTheGaps(t *testing.T) {
	for _, test := range []struct {
		name     string
		to, step int
		want     []scaled
	}{
		{"down, one at a time", 3, 1, []scaled{
			{"remove web-7", 4, plan.Scaled{From: 7, To: 8}, plan.Others{But: []int{7}}},
			{"remove web-5", 3, plan.Scaled{From: 5, To: 7}, plan.Others{But: []int{5}}},
		}},
		{"down, two at a time", 2, 2, []scaled{
			{"remove web-7, web-5", 3, plan.Scaled{From: 5, To: 8}, plan.Others{But: []int{5, 7}}},
			{"remove web-4", 2, plan.Scaled{From: 4, To: 5}, plan.Others{But: []int{4}}},
		}},
		{"up, one at a time", 7, 1, []scaled{
			{"add web-8", 6, plan.Scaled{From: 8, To: 10}, nil}, {"add web-10", 7, plan.Scaled{From: 10, To: 11}, nil},
		}},
		{"up, at once", 7, 2, []scaled{{"add web-10, web-8", 7, plan.Scaled{From: 8, To: 11}, nil}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newServer(counted).see(0).WithClaims(nil)
			p, err := plantest.Saved(scale.Plan(scale.Request{To: test.to, Step: test.step}, s, ststest.Start))
			require.NoError(t, err)
			var got []scaled
			for _, step := range p.Steps {
				if edit, ok := step.Change.(plan.Edit); ok && edit.Replicas != nil {
					until, _ := step.Until.(plan.Scaled)
					got = append(got, scaled{step.Title, *edit.Replicas, until, step.Require})
				}
			}
			require.Equal(t, test.want, got)
		})
	}
}

func TestAScaleTellsOfTheClaimsOfItsOrdinalsOnly(t *testing.T) {
	var claims []storage.Claim
	for _, name := range []string{"data-web-3", "data-web-5", "data-web-6", "data-web-7", "data-web-8"} {
		claims = append(claims, ststest.Claim(name, func(c *storage.Claim) { c.Namespace = "default" }))
	}
	fates := func(to int) map[string]plan.Fate {
		s := newServer(counted).see(0).WithClaims(claims)
		p, err := scale.Plan(scale.Request{To: to, Step: 9, Answer: scale.Reuse}, s, ststest.Start)
		require.NoError(t, err)
		out := map[string]plan.Fate{}
		for _, o := range p.Ordinals {
			for _, c := range o.Claims {
				out[c.Claim.Name] = c.Fate
			}
		}
		return out
	}
	require.Equal(t, map[string]plan.Fate{"data-web-8": plan.FateReused, "data-web-10": plan.FateNew}, fates(7))
	s := newServer(counted).see(0).WithClaims(claims)
	p, err := scale.Plan(scale.Request{To: 2, Step: 9, Answer: scale.Delete}, s, ststest.Start)
	require.NoError(t, err)
	var deleted []string
	for _, step := range p.Steps {
		if d, ok := step.Change.(plan.DeleteClaim); ok {
			deleted = append(deleted, d.Name)
		}
	}
	require.Equal(t, []string{"data-web-7", "data-web-5"}, deleted)
}

func TestAHoldIsTheKindsOwnField(t *testing.T) {
	server := newServer(counted, rolling(2))
	request := hold.Request{}
	p, err := plantest.Saved(hold.Plan(request, server.see(3), ststest.Start))
	require.NoError(t, err)
	edit, ok := p.Steps[0].Change.(plan.Edit)
	require.True(t, ok)
	server.take(server.set(), edit)
	server.object.Status.ObservedGeneration = server.object.Generation
	require.Equal(t, []string{"[spec rollout paused] true"}, server.wrote)
	require.True(t, edit.Done(server.see(3)))
	require.True(t, server.see(3).Closed())

	again, err := hold.Plan(request, server.see(3), ststest.Start)
	require.NoError(t, err)
	require.Nil(t, again, "it is held already")

	p, err = plantest.Saved(hold.Release(request, server.see(2)))
	require.NoError(t, err)
	edit, ok = p.Steps[0].Change.(plan.Edit)
	require.True(t, ok)
	require.Equal(t, ptr.To(2), edit.Partition)
	require.Equal(t, plan.PodsGood{From: 4}, p.Steps[1].Until)
	require.Equal(t, "the controller then updates web-4 to revision web-update", p.Details[len(p.Details)-1])
	server.wrote = nil
	server.take(server.set(), edit)
	require.Equal(t, []string{"[spec rollout keep] 2", "[spec rollout paused] false"}, server.wrote)
}
