package reporttest

import (
	"encoding/json"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/writeback"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// ReconciledPlan is a canary of a set that Flux applies, and that an autoscaler which is
// paused scales.
func ReconciledPlan() plan.Plan {
	p := CanaryPlan()
	const path = "spec.template.spec.containers[name=nginx]"
	p.Reconcilers = []writeback.Reconciler{
		{
			Rule: writeback.RuleKustomization, Name: "Flux Kustomization flux-system/shop", Managers: []string{"kustomize-controller"},
			When: "within its interval (10m)",
			Says: "Flux Kustomization flux-system/shop owns " + path + ".image and 2 more fields and puts them back " +
				"within its interval (10m)",
			Fields: []writeback.Field{
				{
					Field: workload.FieldTemplate, Path: path + ".image", Commit: true,
					Value: json.RawMessage(`"nginx:1.22"`), Ends: json.RawMessage(`"nginx:1.22"`), Back: json.RawMessage(`"nginx:1.21"`),
				},
				{Field: workload.FieldTemplate, Path: path + ".command", Commit: true, Back: json.RawMessage(`["nginx"]`)},
				{
					Field: workload.FieldPartition, Path: "spec.updateStrategy.rollingUpdate.partition",
					Value: json.RawMessage(`5`), Maybe: true,
				},
				{
					Field: workload.FieldReplicas, Path: "spec.replicas", Value: json.RawMessage(`6`), Ends: json.RawMessage(`7`),
					Commit: true, Earlier: true,
				},
			},
			Stop: []hint.Hint{{Kind: hint.Flux, Verb: "suspend", Args: []string{"kustomization", "shop"}, Namespace: "flux-system"}},
			Keep: []hint.Hint{hint.Words("in the Kustomization: spec.ignore")},
		},
		{
			Rule: writeback.RuleAutoscaler, Name: "KEDA ScaledObject queue", Managers: []string{"kube-controller-manager"},
			When: "whenever the load asks for it", Says: "KEDA ScaledObject queue may change the replicas of statefulset web",
			Rests:  "it says autoscaling.keda.sh/paused: true",
			Fields: []writeback.Field{{Field: workload.FieldReplicas, Path: "spec.replicas"}},
		},
	}
	p.Warnings = []string{p.Reconcilers[0].Says + "; pause it: flux -n flux-system suspend kustomization shop"}
	return p
}
