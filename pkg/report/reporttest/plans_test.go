package reporttest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/reporttest"
)

// What is shown in the tests of reports are plans that a run could have.
func TestThePlansAreTheSameAfterTheyWereSaved(t *testing.T) {
	for _, p := range []plan.Plan{
		reporttest.UndoPlan(), reporttest.RestartPlan(), reporttest.ReplacePlan(), reporttest.ScalePlan(), reporttest.ResizePlan(),
		reporttest.AttributesPlan(),
		reporttest.CanaryPlan(), reporttest.AbortPlan(), reporttest.ReconciledPlan(), reporttest.RecreatePlan(),
	} {
		require.Equal(t, plan.Identify(p), plantest.Same(p))
	}
}
