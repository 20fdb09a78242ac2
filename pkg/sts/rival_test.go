package sts_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// claiming is a set of that name with one claim template and two replicas.
func claiming(name, template string) *appsv1.StatefulSet {
	return ststest.Set(ststest.Replicas(2), func(set *appsv1.StatefulSet) {
		set.Name, set.UID = name, types.UID(name+"-uid")
		set.Spec.VolumeClaimTemplates = []corev1.PersistentVolumeClaim{{ObjectMeta: metav1.ObjectMeta{Name: template}}}
	})
}

func TestRivals(t *testing.T) {
	s := sts.Snapshot{Set: claiming("a-b", "data")}.WithClaims([]sts.Claim{
		{Namespace: "default", Name: "data-a-b-0"}, {Namespace: "default", Name: "data-a-b-7"},
	})
	elsewhere := claiming("b", "data-a")
	elsewhere.Namespace = "other"
	tests := []struct {
		name  string
		other *appsv1.StatefulSet
		want  map[string]sts.Rival
	}{
		{
			"a set whose names come out the same", claiming("b", "data-a"),
			map[string]sts.Rival{"data-a-b-0": {Set: "b", Wants: true}, "data-a-b-7": {Set: "b"}},
		},
		{"the set itself", claiming("a-b", "data"), map[string]sts.Rival{}},
		{"the same in another namespace", elsewhere, map[string]sts.Rival{}},
		{"a set with other names", claiming("b", "data"), map[string]sts.Rival{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := map[string]sts.Rival{}
			s.AddRivals(got, tt.other)
			require.Equal(t, tt.want, got)
		})
	}
}

func TestAutoscalers(t *testing.T) {
	hpa := &autoscalingv2.HorizontalPodAutoscaler{
		ObjectMeta: metav1.ObjectMeta{Name: "keda-hpa-queue"}, Spec: autoscalingv2.HorizontalPodAutoscalerSpec{MaxReplicas: 9},
	}
	require.Equal(t, "HorizontalPodAutoscaler keda-hpa-queue (1 to 9 replicas)", sts.ObserveAutoscaler(hpa).String())

	hpa.Spec.MinReplicas = ptr.To[int32](3)
	hpa.OwnerReferences = []metav1.OwnerReference{{Kind: "ScaledObject", Name: "queue"}}
	a := sts.ObserveAutoscaler(hpa)
	require.Equal(t, sts.Autoscaler{Name: "keda-hpa-queue", Min: 3, Max: 9, ScaledObject: "queue"}, a)
	require.Equal(t, "KEDA ScaledObject queue (3 to 9 replicas)", a.String())
}
