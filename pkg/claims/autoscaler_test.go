package claims_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
)

func TestAutoscalers(t *testing.T) {
	hpa := &autoscalingv2.HorizontalPodAutoscaler{
		ObjectMeta: metav1.ObjectMeta{Name: "keda-hpa-queue"}, Spec: autoscalingv2.HorizontalPodAutoscalerSpec{MaxReplicas: 9},
	}
	require.Equal(t, "HorizontalPodAutoscaler keda-hpa-queue (1 to 9 replicas)", claims.ObserveAutoscaler(hpa).String())

	hpa.Spec.MinReplicas = ptr.To[int32](3)
	hpa.OwnerReferences = []metav1.OwnerReference{{Kind: "ScaledObject", Name: "queue"}}
	a := claims.ObserveAutoscaler(hpa)
	require.Equal(t, claims.Autoscaler{Name: "keda-hpa-queue", Min: 3, Max: 9, ScaledObject: "queue"}, a)
	require.Equal(t, "KEDA ScaledObject queue (3 to 9 replicas)", a.String())
}

func TestScaledSet(t *testing.T) {
	tests := []struct{ kind, version, want string }{
		{"StatefulSet", "apps/v1", "web"},
		{"StatefulSet", "apps/v1beta1", "web"},
		{"StatefulSet", "", "web"},
		{"StatefulSet", "apps.kruise.io/v1beta1", ""},
		{"Deployment", "apps/v1", ""},
	}
	for _, tt := range tests {
		hpa := &autoscalingv2.HorizontalPodAutoscaler{}
		hpa.Spec.ScaleTargetRef = autoscalingv2.CrossVersionObjectReference{Kind: tt.kind, APIVersion: tt.version, Name: "web"}
		require.Equal(t, tt.want, claims.ScaledSet(hpa), "%s of %q", tt.kind, tt.version)
	}
}
