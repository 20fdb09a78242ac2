package reconciler_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice/reconciler"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// renamed is a recreate that changes the serviceName.
func renamed(set ...func(*appsv1.StatefulSet)) reconciler.Facts {
	s := ststest.Snapshot(ststest.Set(set...), ststest.Pods(0, 5))
	return reconciler.Facts{Set: s.Set, Writes: []reconciler.Write{reconciler.Immutable("serviceName", "old", "new")}}
}

const (
	withService = `{"f:spec":{"f:serviceName":{}}}`
	order       = ": pause it before the recreate, then change the source, then resume it"
)

func TestWhoDeletesTheSetWithItsPods(t *testing.T) {
	flux := func(set *appsv1.StatefulSet) {
		labelled("kustomize.toolkit.fluxcd.io/name", "shop")(set)
		labelled("kustomize.toolkit.fluxcd.io/namespace", "flux-system")(set)
		owned("kustomize-controller", apply, withService)(set)
	}
	forced := ststest.Annotated("kustomize.toolkit.fluxcd.io/force", "enabled")
	argo := func(options string) func(*appsv1.StatefulSet) {
		return func(set *appsv1.StatefulSet) {
			set.Annotations = map[string]string{
				"argocd.argoproj.io/tracking-id": "shop:apps/StatefulSet:default/web", "argocd.argoproj.io/sync-options": options,
			}
			owned("argocd-controller", apply, withService)(set)
		}
	}
	kustomization := reconciler.Ref{
		Group: "kustomize.toolkit.fluxcd.io", Version: "v1", Resource: "kustomizations", Namespace: "flux-system", Name: "shop",
	}
	spec := func(fields map[string]any) map[reconciler.Ref]reconciler.Object {
		return map[reconciler.Ref]reconciler.Object{kustomization: {Content: map[string]any{"spec": fields}}}
	}
	const pauseFlux = "; pause it: flux -n flux-system suspend kustomization shop"
	for name, test := range map[string]struct {
		set  marks
		read map[reconciler.Ref]reconciler.Object
		want []string
	}{
		"nobody":                {},
		"Flux without force":    {set: marks{flux}, read: spec(map[string]any{"interval": "10m"})},
		"nobody who manages it": {set: marks{forced}},
		"Flux, as the Kustomization says": {
			set: marks{flux}, read: spec(map[string]any{"interval": "10m", "force": true}),
			want: []string{"Flux Kustomization flux-system/shop deletes statefulset web with its pods within its interval (10m), while " +
				"its source has the old spec.serviceName (spec.force is true)" + order + pauseFlux},
		},
		"Flux, as the set says": {
			set: marks{flux, forced},
			want: []string{"Flux Kustomization flux-system/shop deletes statefulset web with its pods at its next reconcile, while its " +
				"source has the old spec.serviceName (the set says kustomize.toolkit.fluxcd.io/force: enabled)" + order + pauseFlux},
		},
		"Flux, suspended": {set: marks{flux, forced}, read: spec(map[string]any{"suspend": true})},
		"Flux, which does not have the field": {
			set: marks{labelled("kustomize.toolkit.fluxcd.io/name", "shop"), owned("kustomize-controller", apply, withImage), forced},
		},
		"Argo CD": {
			set: marks{argo("Prune=false, Force=true,Replace=true")},
			want: []string{"Argo CD application shop deletes statefulset web with its pods at its next sync, or within seconds where it " +
				"heals itself, while its source has the old spec.serviceName (the set says argocd.argoproj.io/sync-options: Force=true)" +
				order + "; pause it: argocd app set shop --sync-policy none"},
		},
		"Argo CD, whose replace fails": {set: marks{argo("Replace=true")}},
		"Argo CD, told not to":         {set: marks{argo("Force=false")}},
	} {
		t.Run(name, func(t *testing.T) {
			f := renamed(test.set...)
			f.Read = test.read
			require.Equal(t, test.want, reconciler.Lines(reconciler.Forced(f), nil, hint.Caller{}))
		})
	}
}

func TestWhatTellsMoreOfThem(t *testing.T) {
	require.Empty(t, reconciler.ForcedReads(renamed()))
	f := renamed(labelled("kustomize.toolkit.fluxcd.io/name", "shop"), labelled("kustomize.toolkit.fluxcd.io/namespace", "flux-system"))
	require.Equal(t, []reconciler.Ref{{
		Group: "kustomize.toolkit.fluxcd.io", Version: "v1", Resource: "kustomizations", Namespace: "flux-system", Name: "shop",
	}}, reconciler.ForcedReads(f))
}
