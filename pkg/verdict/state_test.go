package verdict_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/verdict"
)

func TestState(t *testing.T) {
	updating, onDelete := ststest.Updating("nginx:1.22"), ststest.Strategy(appsv1.OnDeleteStatefulSetStrategyType)
	tests := []struct {
		name   string
		s      sts.Snapshot
		record *operation.Rollout
		want   verdict.State
	}{
		{"settled", ststest.Snapshot(ststest.Set(), ststest.Pods(0, 5)), nil, verdict.StateSettled},
		{"a partition holds it", ststest.Snapshot(ststest.Set(updating, ststest.Partition(5)), ststest.Pods(0, 5)), nil, verdict.StateHeld},
		{"a canary holds it", ststest.Snapshot(ststest.Set(), ststest.Pods(0, 5)), &operation.Rollout{}, verdict.StateHeld},
		{"somebody is to delete pods", ststest.Snapshot(ststest.Set(updating, onDelete), ststest.Pods(0, 5)), nil, verdict.StateHeld},
		{"a pod is on its way", ststest.Snapshot(ststest.Set(), ststest.Pods(0, 4)), nil, verdict.StateInProgress},
		{"the controller is late", ststest.Snapshot(ststest.Set(ststest.Unseen), ststest.Pods(0, 5)), nil, verdict.StateInProgress},
		{"it is being deleted", ststest.Snapshot(ststest.Set(ststest.Deleted), ststest.Pods(0, 5)), nil, verdict.StateInProgress},
		{"a pod goes out", ststest.Snapshot(ststest.Set(), ststest.Pods(0, 6)), nil, verdict.StateInProgress},
		{
			"a pod has no image", ststest.Snapshot(ststest.Set(), ststest.Pods(0, 5, ststest.Waiting("InvalidImageName", ""))), nil,
			verdict.StateTrouble,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, verdict.Judge(test.s, doing(test.s, test.record), limits, ststest.Start).State())
		})
	}
}
