package health_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/planner/health"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestWhatIsOnItsWayIsNamedBeforeWhatWaitsForIt(t *testing.T) {
	missing := ststest.Snapshot(ststest.Set(ststest.Updating("nginx:1.22")), ststest.Pods(0, 4))
	require.Equal(t, "web-4 is not created yet (and 4 more)", health.Unsettled(missing, ststest.Start))

	bad := []*corev1.Pod{ststest.Pod(3, ststest.Revision(ststest.Update), ststest.Waiting("ErrImagePull", "no"))}
	troubled := ststest.Snapshot(ststest.Set(ststest.Updating("nginx:1.22")), ststest.Pods(0, 3), bad)
	require.Equal(t, "web-3 is nginx: ErrImagePull: no (and 4 more)", health.Unsettled(troubled, ststest.Start))
}
