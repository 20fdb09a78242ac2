package rolling_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/abort"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// What somebody else put into the template after the canary began has not been
// tried: no verb rolls it out, and an abort says that it is lost.
func TestATemplateThatSomebodyElseChangedIsNotRolledOut(t *testing.T) {
	tried := ststest.Template("nginx:1.22")
	fingerprint, err := podtemplate.Fingerprint(&tried)
	require.NoError(t, err)
	begun := verbtest.Record(func(r *operation.Rollout) { r.OwnTemplate, r.Template = true, fingerprint })
	same := ststest.Snapshot(verbtest.CanarySet(begun, 4), verbtest.Updated(4, 0))
	other := ststest.Snapshot(verbtest.CanarySet(begun, 4), verbtest.Updated(4, 0))
	other.Set.Spec.Template = ststest.Template("nginx:evil")
	const why = `the template of statefulset "web" was changed by somebody, after the canary began`
	refusal := &plan.Refusal{
		Why: why + ": what would be rolled out is not what was tried",
		Try: hinttest.List("roll back, without that change: kubectl sts abort web"),
	}
	r := verbtest.Ask()
	r.Template = nil

	_, err = plantest.Saved(canary.Plan(r.Canary(), same, ststest.Start))
	require.NoError(t, err)
	_, err = plantest.Saved(canary.Plan(r.Canary(), other, ststest.Start))
	require.Equal(t, refusal, err)
	_, err = plantest.Saved(canary.Promote(r.Promotion(true), same, ststest.Start))
	require.NoError(t, err)
	_, err = plantest.Saved(canary.Promote(r.Promotion(true), other, ststest.Start))
	require.Equal(t, refusal, err)

	back, err := plantest.Saved(abort.Plan(r.Abort(), same))
	require.NoError(t, err)
	usual := []string{"image nginx:1.22 -> nginx:1.21", "pods that go back, one at a time: web-4 (1 of 5)"}
	require.Equal(t, usual, back.Details)
	back, err = plantest.Saved(abort.Plan(r.Abort(), other))
	require.NoError(t, err)
	require.Equal(t, append(usual, why+": that change is lost"), back.Details)
}

func TestANewCanaryRecordsItsTemplateWhenItIsSureOfIt(t *testing.T) {
	tried := ststest.Template("nginx:1.22")
	fingerprint, err := podtemplate.Fingerprint(&tried)
	require.NoError(t, err)
	r := verbtest.Ask()
	r.Template, r.Exact = ststest.Raw("nginx:1.22"), true
	s := ststest.Snapshot(ststest.Set(), ststest.Pods(0, 5))

	require.Equal(
		t,
		fingerprint,
		verbtest.Written(
			t,
			verbtest.Write(t, verbtest.Planned(t)(plantest.Saved(canary.Plan(r.Canary(), s, ststest.Start))).Steps[0]),
		).Template,
	)

	r.Exact = false
	require.Empty(
		t,
		verbtest.Written(
			t,
			verbtest.Write(t, verbtest.Planned(t)(plantest.Saved(canary.Plan(r.Canary(), s, ststest.Start))).Steps[0]),
		).Template,
	)
}
