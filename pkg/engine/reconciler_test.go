package engine_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/writeback"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// reconciled is a plan whose image Flux puts back and whose replicas an autoscaler moves.
func reconciled(p *plan.Plan) {
	p.Reconcilers = []writeback.Reconciler{
		{
			Rule: writeback.RuleKustomization, Name: "Flux Kustomization flux-system/shop", Managers: []string{"kustomize-controller"},
			Fields: []writeback.Field{{Field: "template", Path: "spec.image", Ends: json.RawMessage(`"nginx:1.22"`), Commit: true}},
			Stop: []hint.Hint{
				{Kind: hint.Flux, Verb: "suspend", Args: []string{"kustomization", "shop"}, Namespace: "flux-system"},
				hint.Kube("or this set alone", "annotate", "statefulset", "web", "a=b"),
			},
		},
		{
			Rule: writeback.RuleAutoscaler, Name: "HorizontalPodAutoscaler load", Managers: []string{"kube-controller-manager"},
			Fields: []writeback.Field{{Field: "replicas", Path: "spec.replicas"}},
			Stop:   []hint.Hint{hint.Kube("", "patch", "horizontalpodautoscaler", "load")},
		},
	}
}

func TestDriftNamesWhoReconciles(t *testing.T) {
	const (
		template  = `{"f:spec":{"f:template":{"f:spec":{}}}}`
		partition = `{"f:spec":{"f:updateStrategy":{"f:rollingUpdate":{"f:partition":{}}}}}`
		scale     = `{"f:spec":{"f:replicas":{}}}`
	)
	suspend := []string{
		"pause it: flux -n flux-system suspend kustomization shop", "or this set alone: kubectl annotate statefulset web a=b",
	}
	for _, test := range []struct {
		name    string
		changes []setOption
		message string
		try     []string
	}{
		{
			"who was told before",
			[]setOption{ststest.Updating("nginx:1.21"), writtenBy("kustomize-controller", template)},
			"the template was changed by kustomize-controller at 03:05:05Z (Flux Kustomization flux-system/shop); nothing more is written",
			suspend,
		},
		{
			"the same, about a field that was not foreseen",
			[]setOption{ststest.Partition(0), writtenBy("kustomize-controller", partition)},
			"the partition was changed from 4 to 0 by kustomize-controller at 03:05:05Z (Flux Kustomization flux-system/shop); " +
				"nothing more is written",
			suspend,
		},
		{
			"a tool that the plan does not name",
			[]setOption{ststest.Partition(0), writtenBy("argocd-controller", partition)},
			"the partition was changed from 4 to 0 by argocd-controller at 03:05:05Z (Argo CD); nothing more is written",
			nil,
		},
		{
			"an autoscaler",
			[]setOption{replicas(7), writtenBy("kube-controller-manager", scale)},
			"the replicas were changed from 5 to 7 by kube-controller-manager at 03:05:05Z (HorizontalPodAutoscaler load); " +
				"nothing more is written",
			[]string{"pause it: kubectl patch horizontalpodautoscaler load"},
		},
		{
			"a controller that moves something else is not the autoscaler",
			[]setOption{ststest.Partition(0), writtenBy("kube-controller-manager", partition)},
			"the partition was changed from 4 to 0 by kube-controller-manager at 03:05:05Z; nothing more is written",
			nil,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := inStep(t, enginetest.OneStep(reconciled), ststest.Opened(ststest.Canary()))
			d := w.see(ststest.Opened(ststest.Canary(append([]setOption{enginetest.Later}, test.changes...)...)))
			require.Equal(t, test.message, d.End.Message)
			tries := hint.Caller{}.RenderAll(d.End.Try)
			require.Equal(t, test.try, append([]string(nil), tries[:len(test.try)]...))
			require.NotContains(t, tries[len(test.try):], suspend[0])
		})
	}
}

func TestTheEndSaysWhatToCommit(t *testing.T) {
	w := inStep(t, enginetest.OneStep(reconciled), ststest.Opened(ststest.Canary()))
	d := w.see(ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)))
	require.Equal(t, engine.Done, d.End.Result)
	require.Equal(t, []writeback.Commit{{
		Path: "spec.image", Value: json.RawMessage(`"nginx:1.22"`), Who: "Flux Kustomization flux-system/shop",
	}}, d.End.Commits)
}
