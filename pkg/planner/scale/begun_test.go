package scale_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/scale"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// The files in testdata/begun are a set of a real control plane whose scale from 4 to 2
// was killed when its pods had gone, as earlier versions have left it: from before
// records named who drives, and one that does. The retention policy is to be put back.
func TestWhatAnEarlierVersionBeganIsGoneOnWithAndTakenBack(t *testing.T) {
	for _, dir := range []string{"without-drivers", "with-drivers"} {
		for name, to := range map[string]int{"gone on with": 2, "taken back": 4, "left at that": 3} {
			t.Run(dir+", "+name, func(t *testing.T) {
				data, err := os.ReadFile(filepath.Join("testdata", "begun", dir, "scale.json"))
				require.NoError(t, err)
				var begun struct {
					Set       *appsv1.StatefulSet             `json:"set"`
					Pods      []*corev1.Pod                   `json:"pods"`
					Revisions []*appsv1.ControllerRevision    `json:"revisions"`
					Claims    []*corev1.PersistentVolumeClaim `json:"claims"`
				}
				require.NoError(t, json.Unmarshal(data, &begun))
				var claims []storage.Claim
				for _, c := range begun.Claims {
					claims = append(claims, storage.ObserveClaim(c, nil))
				}
				s := sts.Observe(workload.FromApps(begun.Set), begun.Pods, begun.Revisions, nil).WithClaims(claims)
				at := s.Replicas()

				p, err := plantest.Saved(scale.Plan(scale.Request{To: to, Step: 1}, s, ststest.Start))
				require.NoError(t, err)

				last := p.Steps[len(p.Steps)-1].Change
				require.Equal(t, plan.Edit{
					Retention:   ptr.To(appsv1.DeletePersistentVolumeClaimRetentionPolicyType),
					Annotations: map[string]*string{note.ScaleAnnotation: nil}, Says: "whenScaled Delete, remove the record",
				}, last)
				var replicas []int
				for _, step := range p.Steps {
					if edit, ok := step.Change.(plan.Edit); ok && edit.Replicas != nil {
						replicas = append(replicas, *edit.Replicas)
					}
					_, deletes := step.Change.(plan.DeleteClaim)
					require.False(t, deletes, "the claims were to be kept")
				}
				if to == at {
					require.Empty(t, replicas)
					return
				}
				require.Equal(t, to, replicas[len(replicas)-1])
			})
		}
	}
}
