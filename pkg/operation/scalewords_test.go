package operation_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

type setOption = func(*appsv1.StatefulSet)

// scaling is the record of a scale on the set.
func scaling(record string) setOption { return ststest.Annotated(note.ScaleAnnotation, record) }

// rendered are the commands as a user of another namespace sees them.
func rendered(hints []hint.Hint) []string {
	var out []string
	for _, h := range hints {
		out = append(out, hint.Caller{}.In("prod").Render(h))
	}
	return out
}

func TestWhatIsToldAboutAScaleThatIsNotOver(t *testing.T) {
	tests := []struct {
		name  string
		set   []setOption
		left  []string
		helps []string
	}{
		{
			"a policy to put back",
			[]setOption{ststest.Replicas(3), scaling(`{"version":1,"from":4,"to":2,"whenScaled":"Delete"}`)},
			[]string{"set whenScaled back to Delete"},
			[]string{
				"resume: kubectl sts -n prod scale web --replicas 2", "or leave it at that: kubectl sts -n prod scale web --replicas 3",
			},
		},
		{
			"claims to delete: who leaves it at that keeps them",
			[]setOption{ststest.Replicas(2), scaling(
				`{"version":1,"from":4,"to":2,"claims":{"data-web-3":{"uid":"3"},"data-web-2":{"uid":"2","retainVolume":true}}}`)},
			[]string{"delete data-web-3", "retain the volumes and delete data-web-2"},
			[]string{
				"resume: kubectl sts -n prod scale web --replicas 2",
				"or leave it at that: kubectl sts -n prod scale web --pvc=keep --replicas 2",
			},
		},
		{
			"many claims",
			[]setOption{ststest.Replicas(0), scaling(`{"version":1,"from":6,"to":0,"claims":{"d-1":{},"d-2":{},"d-3":{},"d-4":{},` +
				`"d-5":{},"d-6":{}}}`)},
			[]string{"delete d-1, d-2, d-3, d-4 and 2 more"},
			[]string{
				"resume: kubectl sts -n prod scale web --replicas 0",
				"or leave it at that: kubectl sts -n prod scale web --pvc=keep --replicas 0",
			},
		},
		{
			"a command before each pod has to be given again",
			[]setOption{ststest.Replicas(3), scaling(
				`{"version":1,"from":4,"to":2,"whenScaled":"Delete","before":"before-exec"}`)},
			[]string{"set whenScaled back to Delete"},
			[]string{
				"resume: kubectl sts -n prod scale web --replicas 2 --before-exec '...'",
				"or leave it at that: kubectl sts -n prod scale web --replicas 3",
			},
		},
		{
			"so has one that says who leads",
			[]setOption{ststest.Replicas(3), scaling(
				`{"version":1,"from":4,"to":2,"whenScaled":"Delete","hooks":["before-cmd","last-exec"]}`)},
			[]string{"set whenScaled back to Delete"},
			[]string{
				"resume: kubectl sts -n prod scale web --replicas 2 --before-cmd '...' --last-exec '...'",
				"or leave it at that: kubectl sts -n prod scale web --replicas 3",
			},
		},
		{
			"begun with a preset",
			[]setOption{ststest.Replicas(3), scaling(`{"version":1,"from":4,"to":2,"whenScaled":"Delete","before":"preset=redis"}`)},
			[]string{"set whenScaled back to Delete"},
			[]string{
				"resume: kubectl sts -n prod scale web --replicas 2 --preset=redis",
				"or leave it at that: kubectl sts -n prod scale web --replicas 3",
			},
		},
		{
			"only the policy is left",
			[]setOption{ststest.Replicas(2), scaling(`{"version":1,"from":4,"to":2,"whenScaled":"Delete"}`)},
			[]string{"set whenScaled back to Delete"},
			[]string{"resume: kubectl sts -n prod scale web --replicas 2"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := ststest.Snapshot(ststest.Set(append(tt.set, func(set *appsv1.StatefulSet) {
				set.Spec.VolumeClaimTemplates = []corev1.PersistentVolumeClaim{{ObjectMeta: metav1.ObjectMeta{Name: "data"}}}
			})...))
			r, err := operation.FindScale(s)
			require.NoError(t, err)
			require.Equal(t, tt.left, r.Left())
			require.Equal(t, tt.helps, rendered(r.Helps(s, false)))
		})
	}
}
