package scale_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/scale"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestWhatIsToldAboutAScaleThatIsNotOver(t *testing.T) {
	tests := []struct {
		name  string
		set   []setOption
		left  []string
		helps []string
	}{
		{
			"a policy to put back",
			[]setOption{ststest.Replicas(3), record(`{"version":1,"from":4,"to":2,"whenScaled":"Delete"}`)},
			[]string{"set whenScaled back to Delete"},
			[]string{
				"resume: kubectl sts -n prod scale web --replicas 2", "or leave it at that: kubectl sts -n prod scale web --replicas 3",
			},
		},
		{
			"claims to delete: who leaves it at that keeps them",
			[]setOption{ststest.Replicas(2), record(
				`{"version":1,"from":4,"to":2,"claims":{"data-web-3":{"uid":"3"},"data-web-2":{"uid":"2","retainVolume":true}}}`)},
			[]string{"delete data-web-3", "retain the volumes and delete data-web-2"},
			[]string{
				"resume: kubectl sts -n prod scale web --replicas 2",
				"or leave it at that: kubectl sts -n prod scale web --pvc=keep --replicas 2",
			},
		},
		{
			"many claims",
			[]setOption{ststest.Replicas(0), record(`{"version":1,"from":6,"to":0,"claims":{"d-1":{},"d-2":{},"d-3":{},"d-4":{},` +
				`"d-5":{},"d-6":{}}}`)},
			[]string{"delete d-1, d-2, d-3, d-4 and 2 more"},
			[]string{
				"resume: kubectl sts -n prod scale web --replicas 0",
				"or leave it at that: kubectl sts -n prod scale web --pvc=keep --replicas 0",
			},
		},
		{
			"a command before each pod has to be given again",
			[]setOption{ststest.Replicas(3), record(
				`{"version":1,"from":4,"to":2,"whenScaled":"Delete","before":"before-exec"}`)},
			[]string{"set whenScaled back to Delete"},
			[]string{
				"resume: kubectl sts -n prod scale web --replicas 2 --before-exec '...'",
				"or leave it at that: kubectl sts -n prod scale web --replicas 3",
			},
		},
		{
			"only the policy is left",
			[]setOption{ststest.Replicas(2), record(`{"version":1,"from":4,"to":2,"whenScaled":"Delete"}`)},
			[]string{"set whenScaled back to Delete"},
			[]string{"resume: kubectl sts -n prod scale web --replicas 2"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := snapshot(set(tt.set...))
			r, err := scale.FindRecord(s)
			require.NoError(t, err)
			require.Equal(t, tt.left, r.Left())
			require.Equal(t, tt.helps, r.Helps(s, "kubectl sts -n prod"))
		})
	}
}
