package claims

import (
	"fmt"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
)

// Autoscaler is a HorizontalPodAutoscaler that targets a set.
type Autoscaler struct {
	Name     string
	Min, Max int // replicas
	// ScaledObject is KEDA's object that made it, "" for none.
	ScaledObject string
}

// ObserveAutoscaler copies what matters. KEDA owns the one that it makes.
func ObserveAutoscaler(h *autoscalingv2.HorizontalPodAutoscaler) Autoscaler {
	a := Autoscaler{Name: h.Name, Min: 1, Max: int(h.Spec.MaxReplicas)}
	if h.Spec.MinReplicas != nil {
		a.Min = int(*h.Spec.MinReplicas)
	}
	for i := range h.OwnerReferences {
		if h.OwnerReferences[i].Kind == "ScaledObject" {
			a.ScaledObject = h.OwnerReferences[i].Name
		}
	}
	return a
}

// ScaledSet is the name of the StatefulSet that a HorizontalPodAutoscaler scales, ""
// if it scales something else. Other API groups have kinds of this name, too.
func ScaledSet(h *autoscalingv2.HorizontalPodAutoscaler) string {
	ref := h.Spec.ScaleTargetRef
	if ref.Kind != "StatefulSet" || ref.APIVersion != "" && !strings.HasPrefix(ref.APIVersion, appsv1.GroupName+"/") {
		return ""
	}
	return ref.Name
}

// String names it with what it keeps the replicas between.
func (a Autoscaler) String() string {
	if a.ScaledObject != "" {
		return fmt.Sprintf("KEDA ScaledObject %s (%d to %d replicas)", a.ScaledObject, a.Min, a.Max)
	}
	return fmt.Sprintf("HorizontalPodAutoscaler %s (%d to %d replicas)", a.Name, a.Min, a.Max)
}
