package reconciler

import (
	"fmt"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/writeback"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/field"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// kubeController is as whom the controllers of Kubernetes itself write.
const kubeController = "kube-controller-manager"

func (f Facts) scaledObject(a claims.Autoscaler) Ref {
	return Ref{"keda.sh", "v1alpha1", "scaledobjects", f.Set.Namespace, named(a.ScaledObject)}
}

func scaledObjects(f Facts) []Ref {
	var out []Ref
	for _, a := range f.Scalers {
		out = append(out, f.scaledObject(a))
	}
	return out
}

// autoscaler changes the replicas, which halts every run.
func autoscaler(f Facts) *writeback.Reconciler {
	if len(f.Scalers) == 0 {
		return nil
	}
	a := f.Scalers[0] // two of them for one set fight each other, and neither works
	paths := f.Set.Kind.Paths(workload.FieldReplicas)
	r := &writeback.Reconciler{
		Name: "HorizontalPodAutoscaler " + a.Name, Managers: []string{kubeController}, When: "whenever the load asks for it",
		Fields: []writeback.Field{{Field: workload.FieldReplicas, Path: field.Names(paths[0]...).String()}},
		Stop: []hint.Hint{hint.Kube("", "patch", "horizontalpodautoscaler", a.Name, "-p",
			`{"spec":{"behavior":{"scaleUp":{"selectPolicy":"Disabled"},"scaleDown":{"selectPolicy":"Disabled"}}}}`)},
	}
	if ref := f.scaledObject(a); ref.Name != "" {
		r.Name = "KEDA ScaledObject " + ref.Name
		r.Stop = []hint.Hint{hint.Kube("", "annotate", "scaledobject", ref.Name, "autoscaling.keda.sh/paused=true")}
		object := f.Read[ref]
		for _, key := range []string{"autoscaling.keda.sh/paused", "autoscaling.keda.sh/paused-replicas"} {
			if value := object.text("metadata", "annotations", key); value != "" && value != "false" {
				r.Rests = "it says " + key + ": " + value
			}
		}
	}
	r.Says = fmt.Sprintf("%s may change the replicas of statefulset %s, which halts the run", r.Name, f.Set.Name)
	return r
}

func (f Facts) verticalRef() Ref {
	return Ref{"autoscaling.k8s.io", "v1", "verticalpodautoscalers", f.Set.Namespace, named(f.Vertical)}
}

func verticals(f Facts) []Ref {
	if !f.replacesPods() {
		return nil
	}
	return []Ref{f.verticalRef()}
}

// vertical writes pods and not the set; those that it evicts are a disturbance.
func vertical(f Facts) *writeback.Reconciler {
	ref := f.verticalRef()
	object, asked := f.Read[ref]
	if asked && !object.there() && object.Unread == "" {
		return nil // it was deleted; its annotation stays on pods until they are recreated
	}
	mode := object.text("spec", "updatePolicy", "updateMode")
	if ref.Name == "" || !f.replacesPods() || mode == "Off" || mode == "Initial" {
		return nil
	}
	if mode != "" {
		mode = " (mode " + mode + ")"
	}
	return &writeback.Reconciler{
		Name: "VerticalPodAutoscaler " + ref.Name, When: "whenever the load asks for it",
		Says: fmt.Sprintf("VerticalPodAutoscaler %s%s may evict pods of statefulset %s during the run", ref.Name, mode, f.Set.Name),
		Stop: []hint.Hint{hint.Kube("", "patch", "verticalpodautoscaler", ref.Name, "--type", "merge", "-p",
			`{"spec":{"updatePolicy":{"updateMode":"Off"}}}`)},
	}
}
