package plan_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestEachStepHasAnIDOfItsOwn(t *testing.T) {
	gone := map[string]*string{record: nil}
	p := plan.Plan{Verb: "scale", Record: record}
	for _, change := range []plan.Change{
		plan.Edit{Template: ststest.Raw("a"), Partition: ptr.To(3)},
		plan.Partition(4), plan.Partition(4),
		plan.Edit{Replicas: ptr.To(2)},
		plan.Edit{Annotations: map[string]*string{record: ptr.To("r")}},
		plan.Edit{Annotations: gone, Partition: ptr.To(0)},
		plan.DeleteClaim{Name: "data-web-2"},
		plan.DeletePod{Name: "web-2"},
		plan.RetainVolume{Claim: "data-web-2"},
		nil, nil,
	} {
		p.Steps = append(p.Steps, plan.Step{Change: change})
	}
	p.Steps = append(p.Steps, plan.Step{ID: "scale/wait-2"}, plan.Step{Replace: &plan.Replace{Mode: plan.ReplaceEach}})
	var ids []string
	identified := plan.Identify(p)
	for _, step := range identified.Steps {
		ids = append(ids, step.ID)
	}
	require.Equal(t, []string{
		"scale/template", "scale/partition-4", "scale/partition-4-2", "scale/replicas-2", "scale/record", "scale/end",
		"scale/delete-claim-data-web-2", "scale/delete-pod-web-2", "scale/retain-volume-of-data-web-2", "scale/wait", "scale/wait-3",
		"scale/wait-2", "scale/replace-pods",
	}, ids)
	require.Equal(t, identified, plan.Identify(identified))
	require.Empty(t, p.Steps[0].ID, "the plan that was given stays as it is")
}
