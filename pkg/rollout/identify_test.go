package rollout_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestEachStepHasAnIDOfItsOwn(t *testing.T) {
	gone := map[string]*string{record: nil}
	p := rollout.Plan{Verb: "scale", Record: record}
	for _, change := range []rollout.Change{
		rollout.Edit{Template: ststest.Raw("a"), Partition: ptr.To(3)},
		rollout.Partition(4), rollout.Partition(4),
		rollout.Edit{Replicas: ptr.To(2)},
		rollout.Edit{Annotations: map[string]*string{record: ptr.To("r")}},
		rollout.Edit{Annotations: gone, Partition: ptr.To(0)},
		rollout.DeleteClaim{Name: "data-web-2"},
		rollout.DeletePod{Name: "web-2"},
		rollout.RetainVolume{Claim: "data-web-2"},
		nil, nil,
	} {
		p.Steps = append(p.Steps, rollout.Step{Change: change})
	}
	p.Steps = append(p.Steps, rollout.Step{ID: "scale/wait-2"}, rollout.Step{Free: &rollout.Free{Mode: rollout.FreeEach}})
	var ids []string
	identified := rollout.Identify(p)
	for _, step := range identified.Steps {
		ids = append(ids, step.ID)
	}
	require.Equal(t, []string{
		"scale/template", "scale/partition-4", "scale/partition-4-2", "scale/replicas-2", "scale/record", "scale/end",
		"scale/delete-claim-data-web-2", "scale/delete-pod-web-2", "scale/retain-volume-of-data-web-2", "scale/wait", "scale/wait-3",
		"scale/wait-2", "scale/replace-pods",
	}, ids)
	require.Equal(t, identified, rollout.Identify(identified))
	require.Empty(t, p.Steps[0].ID, "the plan that was given stays as it is")
}
