package operation_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestWhatAProgramReadsOfEachKind(t *testing.T) {
	s := ststest.Snapshot(ststest.Set(ststest.Partition(4)), ststest.Pods(0, 5))
	canary := rolling(aborting)
	require.Equal(t, operation.Facts{Rollout: &operation.RolloutFacts{
		Position: operation.Position{Counts: []int{1, 3, 5}, Begun: 1}, Started: canary.Started, Aborting: true,
	}}, canary.Facts(s))
	scale := operation.Scale{From: 5, To: 3, WhenScaled: "Delete", Claims: map[string]operation.Pending{
		"data-web-4": {UID: types.UID("4")}, "data-web-3": {UID: types.UID("3"), Retain: true},
	}}
	require.Equal(t, operation.Facts{Scale: &operation.ScaleFacts{
		From: 5, To: 3, WhenScaled: "Delete", Deletes: []string{"data-web-3", "data-web-4"},
	}}, scale.Facts(s))
	require.Zero(t, operation.Hold{}.Facts(s))
}

func TestWhatTheRevisionsAreToEachKind(t *testing.T) {
	of := func(v operation.Verb) *operation.Revisions {
		return rolling(func(r *operation.Rollout) { r.Verb = v }).Revisions()
	}
	require.Equal(t, &operation.Revisions{Stable: ststest.Stable, Before: "stable", After: "canary"}, of(operation.VerbCanary))
	require.Equal(t, &operation.Revisions{Stable: ststest.Stable, Before: "stable", After: "restarted"}, of(operation.VerbRestart))
	require.Equal(t, &operation.Revisions{Stable: ststest.Stable, Before: "left", After: "wanted", Returns: true}, of(operation.VerbUndo))
	require.Nil(t, operation.Scale{}.Revisions())
	require.Nil(t, operation.Hold{}.Revisions())
}
