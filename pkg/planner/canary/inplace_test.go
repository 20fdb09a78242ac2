package canary_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	policyv1 "k8s.io/api/policy/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func replacing(r *verbtest.Request) { r.Replace = true }

func TestAnotherTemplateInThePlaceOfTheCanarys(t *testing.T) {
	s := verbtest.FailedCanary()
	r := verbtest.Ask(verbtest.Image("nginx:1.23"), verbtest.Asking, replacing, verbtest.Cause("kubectl sts canary web"))
	p := verbtest.Planned(t)(plantest.Saved(canary.Plan(r.Canary(), s, ststest.Start.Add(time.Hour))))

	first := verbtest.Write(t, p.Steps[0])
	require.Nil(t, first.Partition, "the gate stays where it is")
	require.Equal(t, ststest.Raw("nginx:1.23"), first.Template)
	kept := verbtest.Written(t, first)
	require.Nil(t, kept.Failed)
	require.Equal(t, ststest.Stable, kept.Stable)
	require.Equal(t, ststest.Start.Add(time.Hour), kept.Started)
	require.Equal(t, []string{
		"1/3 update web-4; good from 4; free blocker after 0s; soak 1m0s; ask (wanted false) before web-3, web-2",
		"2/3 update web-3, web-2; partition 2; good from 2; soak 1m0s; ask (wanted false) before web-1, web-0",
		"3/3 update web-1, web-0; partition 0; good from 0; soak 1m0s",
		verbtest.Ended,
	}, verbtest.Outline(p)[1:])
}

func TestAnotherTemplateBehindAClosedGate(t *testing.T) {
	s := ststest.Snapshot(verbtest.CanarySet(verbtest.Record(), 5), verbtest.Updated(5, 0))
	p := verbtest.Planned(t)(plantest.Saved(canary.Plan(verbtest.Ask(verbtest.Image("nginx:1.23"), replacing).Canary(), s, ststest.Start)))
	require.Equal(t, "1/3 update web-4; partition 4; good from 4; soak 1m0s", verbtest.Outline(p)[1])
}

// By itself the controller would not ask: the gate closes, and opens pod by pod.
func TestAnotherTemplateWhereABudgetHasASay(t *testing.T) {
	s := verbtest.FailedCanary()
	s = s.WithBudgets([]*policyv1.PodDisruptionBudget{ststest.Budget()})
	p := verbtest.Planned(t)(plantest.Saved(canary.Plan(verbtest.Ask(verbtest.Image("nginx:1.23"), replacing).Canary(), s, ststest.Start)))
	require.Equal(t, 5, *verbtest.Write(t, p.Steps[0]).Partition)
	require.Equal(t, "1/3 update web-4; partition 4; good from 4; free blocker after 0s within budgets; disrupts [4]; soak 1m0s",
		verbtest.Outline(p)[1])
}

// The API server takes no partition of a set with OnDelete, and its controller needs none.
func TestAnotherTemplateOfAnOnDeleteSetWhereABudgetHasASay(t *testing.T) {
	set := verbtest.CanarySet(verbtest.Record(), 0, ststest.OnDelete)
	s := verbtest.Within(ststest.Snapshot(set, verbtest.Updated(4, time.Hour)))
	p := verbtest.Planned(t)(plantest.Saved(canary.Plan(verbtest.Ask(verbtest.Image("nginx:1.23"), replacing).Canary(), s, ststest.Start)))
	first := verbtest.Write(t, p.Steps[0])
	require.Nil(t, first.Partition)
	require.Equal(t, "template, record", first.Says)
}

func TestAnotherTemplateIsNotPutInThePlaceOf(t *testing.T) {
	noRevisions := verbtest.FailedCanary()
	stable := verbtest.FailedCanary()
	stable.Revisions = []*appsv1.ControllerRevision{ststest.ControllerRevision(ststest.Stable, "nginx:1.21", 1)}
	for _, test := range []struct {
		name string
		plan func() (*plan.Plan, error)
		want *plan.Refusal
	}{
		{"the canary's, unless that is asked for", func() (*plan.Plan, error) {
			return plantest.Saved(canary.Plan(verbtest.Ask(verbtest.Image("nginx:1.23"), func(r *verbtest.Request) {
				r.Change = []string{"web", "--image", "nginx=nginx:1.23"}
			}).Canary(), noRevisions, ststest.Start))
		}, &plan.Refusal{
			Why: `a canary of statefulset "web" is in progress since 2030-01-02T03:04:05Z, with another template`,
			Try: hinttest.List(
				"roll back: kubectl sts abort web",
				"or put this one in its place, on the same pods: kubectl sts canary web --image nginx=nginx:1.23 --replace",
			),
		}},
		{"the canary's, when it is the stable one", func() (*plan.Plan, error) {
			return plantest.Saved(canary.Plan(verbtest.Ask(verbtest.Image("nginx:1.21"), replacing).Canary(), stable, ststest.Start))
		}, &plan.Refusal{
			Why: `that is the template of revision web-stable, which the canary of statefulset "web" began from`,
			Try: hinttest.List("roll back: kubectl sts abort web"),
		}},
		{"nothing", func() (*plan.Plan, error) {
			return plantest.Saved(canary.Plan(verbtest.Ask(verbtest.Image("nginx:1.23"), replacing).Canary(), verbtest.Settled(),
				ststest.Start))
		}, &plan.Refusal{
			Why: `no canary of statefulset "web" is in progress whose template could be replaced`,
			Try: hinttest.List("start one: leave --replace out"),
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := test.plan()
			verbtest.RequireRefusal(t, test.want, p, err)
		})
	}
}

func TestACanaryToWhatIsThereAlreadyIsNothingToDo(t *testing.T) {
	p, err := plantest.Saved(canary.Plan(verbtest.Ask(verbtest.Image("nginx:1.21")).Canary(), verbtest.Settled(), ststest.Start))
	require.NoError(t, err)
	require.Nil(t, p)

	pods := ststest.Pods(0, 5)
	ststest.Unready(pods[2])
	p, err = plantest.Saved(
		canary.Plan(verbtest.Ask(verbtest.Image("nginx:1.21")).Canary(), ststest.Snapshot(ststest.Set(), pods), ststest.Start),
	)
	require.Nil(t, p, "its pods are not all there: that is not done")
	require.ErrorContains(t, err, `statefulset "web" is not settled: web-2`)
}
