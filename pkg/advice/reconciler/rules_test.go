package reconciler_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice/reconciler"
	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

const (
	trackingID = "argocd.argoproj.io/tracking-id"
	lastImage  = `{"spec":{"template":{"spec":{"containers":[{"name":"nginx","image":"nginx:1.21"}]}}}}`
	newImage   = `{"spec":{"template":{"spec":{"containers":[{"name":"nginx","image":"nginx:1.22"}]}}}}`
	lastGate   = `{"spec":{"updateStrategy":{"rollingUpdate":{"partition":0}},"template":{"spec":{"containers":[]}}}}`
	applied    = "kubectl.kubernetes.io/last-applied-configuration"
)

func tracked(id string) func(*appsv1.StatefulSet) { return ststest.Annotated(trackingID, id) }

func lastApplied(text string) func(*appsv1.StatefulSet) { return ststest.Annotated(applied, text) }

func flux(set *appsv1.StatefulSet) {
	labelled("kustomize.toolkit.fluxcd.io/name", "shop")(set)
	labelled("kustomize.toolkit.fluxcd.io/namespace", "flux-system")(set)
}

func fluxHelm(set *appsv1.StatefulSet) {
	labelled("helm.toolkit.fluxcd.io/name", "web")(set)
	labelled("helm.toolkit.fluxcd.io/namespace", "apps")(set)
}

// What the set alone tells: a row for yes and one for no, rule by rule.
func TestWhatTheSetTells(t *testing.T) {
	self := tracked("shop:apps/StatefulSet:default/web")
	const suspended = "; pause it: flux --context prod -n flux-system suspend kustomization shop"
	for _, test := range []struct {
		name string
		set  []func(*appsv1.StatefulSet)
		want []string
	}{
		{"nobody", nil, nil},
		{"a person who applies", marks{lastApplied(lastImage), owned("kubectl-client-side-apply", update, withImage)}, nil},
		{
			"Flux, which has the image",
			marks{flux, owned("kustomize-controller", apply, withImage)},
			[]string{"Flux Kustomization flux-system/shop owns " + imagePath + " and puts it back at its next reconcile" + suspended},
		},
		{
			"Flux, which has the partition as well",
			marks{flux, owned("kustomize-controller", apply, withGate)},
			[]string{"Flux Kustomization flux-system/shop owns " + imagePath + " and " + gatePath +
				" and puts them back at its next reconcile" + suspended},
		},
		{
			"Flux, which has neither",
			marks{flux, owned("kustomize-controller", apply, `{"f:spec":{"f:replicas":{}}}`)},
			nil,
		},
		{
			"Flux, whose image an earlier run took over",
			marks{flux, owned("kustomize-controller", apply, noImage), owned("sts-rollout", update, ours)},
			[]string{"Flux Kustomization flux-system/shop may have " + imagePath +
				" in its source, and then puts it back at its next reconcile" + suspended},
		},
		{
			"Flux, told to leave it alone",
			marks{
				flux, owned("kustomize-controller", apply, withImage),
				ststest.Annotated("kustomize.toolkit.fluxcd.io/reconcile", "disabled"),
			},
			nil,
		},
		{
			"Argo CD, which applied the image",
			marks{self, lastApplied(lastImage)},
			[]string{"Argo CD application shop owns " + imagePath + " and puts it back at its next sync, or within seconds where it " +
				"heals itself; pause it: argocd app set shop --sync-policy none"},
		},
		{"Argo CD, which has the new image already", marks{self, lastApplied(newImage)}, nil},
		{
			"Argo CD, which applied the partition and no image",
			marks{self, lastApplied(lastGate)},
			[]string{"Argo CD application shop owns " + gatePath + " and puts it back at its next sync, or within seconds where it " +
				"heals itself, which opens the gate; pause it: argocd app set shop --sync-policy none"},
		},
		{
			"Argo CD's id of another object, copied along",
			marks{tracked("shop:apps/StatefulSet:default/other"), lastApplied(lastImage)},
			nil,
		},
		{
			"Argo CD with server-side apply",
			marks{self, lastApplied(lastGate), owned("argocd-controller", apply, withImage)},
			[]string{"Argo CD application shop owns " + imagePath + " and puts it back at its next sync, or within seconds where it " +
				"heals itself; pause it: argocd app set shop --sync-policy none"},
		},
		{
			"Argo CD, whose words are no name",
			marks{tracked("$(rm -rf):apps/StatefulSet:default/web"), lastApplied(lastImage)},
			[]string{"Argo CD owns " + imagePath + " and puts it back at its next sync, or within seconds where it heals itself; " +
				"pause it: argocd app set NAME --sync-policy none"},
		},
		{
			"Helm 3, by its release",
			marks{
				ststest.Annotated("meta.helm.sh/release-name", "shop"), ststest.Annotated("meta.helm.sh/release-namespace", "apps"),
				owned("helm", update, withImage),
			},
			[]string{"Helm release apps/shop owns " + imagePath + " and puts it back at its next upgrade"},
		},
		{
			"Helm 3, which owns the default of the partition because it made the set",
			marks{ststest.Annotated("meta.helm.sh/release-name", "shop"), owned("helm", update, withGate)},
			[]string{"Helm release default/shop owns " + imagePath + " and puts it back at its next upgrade; it may have " + gatePath +
				" in its source, too"},
		},
		{
			"a chart's label alone",
			marks{labelled("app.kubernetes.io/managed-by", "Helm")},
			[]string{"Helm may have " + imagePath + " and " + gatePath + " in its source, and then puts them back at its next upgrade"},
		},
		{"another manager in that label", marks{labelled("app.kubernetes.io/managed-by", "jsonnet")}, nil},
		{
			"a chart that Argo CD renders",
			marks{
				self, lastApplied(newImage), labelled("app.kubernetes.io/managed-by", "Helm"),
			},
			nil,
		},
		{
			"a Helm release of Flux",
			marks{fluxHelm, ststest.Annotated("meta.helm.sh/release-name", "web"), owned("helm-controller", update, withImage)},
			[]string{"Flux HelmRelease apps/web owns " + imagePath + " and puts it back at its next upgrade; " +
				"pause it: flux --context prod -n apps suspend helmrelease web"},
		},
		{
			"a Rollout of OpenKruise",
			marks{ststest.Annotated("rollouts.kruise.io/in-progressing", `{"rolloutName":"web"}`)},
			[]string{"Kruise Rollout web is in progress and moves the partition of statefulset web itself; " +
				"go on with that Rollout, or disable it first"},
		},
		{
			"rollout-operator",
			marks{labelled("rollout-group", "ingester"), ststest.OnDelete},
			[]string{"rollout-operator restarts the pods of group ingester by itself, and holds no step back; pause it (from " +
				"rollout-operator 0.36 on): kubectl --context prod annotate statefulset web grafana.com/rollout-paused=true"},
		},
		{
			"rollout-operator, paused",
			marks{labelled("rollout-group", "ingester"), ststest.OnDelete, ststest.Annotated("grafana.com/rollout-paused", "true")},
			nil,
		},
		{"rollout-operator and a set that it leaves alone", marks{labelled("rollout-group", "ingester")}, nil},
		{
			"Reloader",
			marks{ststest.Annotated("configmap.reloader.stakater.com/reload", "a, b")},
			[]string{"Reloader changes the template of statefulset web when ConfigMap a or ConfigMap b changes, which halts the run"},
		},
		{"Reloader, switched off", marks{ststest.Annotated("reloader.stakater.com/auto", "false")}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, lines(t, facts(change(), test.set...)))
		})
	}
}

func TestWhatIsNotWrittenIsNotPutBack(t *testing.T) {
	set := marks{flux, owned("kustomize-controller", apply, withGate)}
	require.Empty(t, lines(t, facts(replicas(3), set...)))
	require.Equal(t, []string{"Flux Kustomization flux-system/shop owns spec.replicas and puts it back at its next reconcile; " +
		"pause it: flux --context prod -n flux-system suspend kustomization shop"},
		lines(t, facts(replicas(3), flux, owned("kustomize-controller", apply, `{"f:spec":{"f:replicas":{}}}`))))
	watch := change(func(p *plan.Plan) { p.ReadOnly = true })
	require.Empty(t, found(t, facts(watch, set...)))
	require.Empty(t, reconciler.Reads(facts(watch, set...)))
}

// A change that waits behind a partition of Git's goes through with the partition, which
// Git closes again.
func TestAPartitionThatClosesTheGateDoesNotOpenIt(t *testing.T) {
	takeUp := change(func(p *plan.Plan) { p.Steps = p.Steps[1:] })
	f := facts(takeUp, flux, owned("kustomize-controller", apply, withGate), ststest.Partition(5))
	require.Equal(t, []string{"Flux Kustomization flux-system/shop owns " + gatePath + " and puts it back at its next reconcile; " +
		"pause it: flux --context prod -n flux-system suspend kustomization shop"}, lines(t, f))
	require.True(t, found(t, f)[0].Fields[0].Commit, "or it is closed again")
}

// A restart adds an annotation that no source has.
func TestARestartIsPutBackByNobody(t *testing.T) {
	p := change(func(p *plan.Plan) {
		p.Steps = p.Steps[:1]
		p.Steps[0].Change = plan.Edit{Template: []byte(
			`{"metadata":{"annotations":{"kubectl.kubernetes.io/restartedAt":"now"},"labels":{"app":"web"}},` +
				`"spec":{"containers":[{"name":"nginx","image":"nginx:1.21","resources":{}}]}}`)}
	})
	for _, set := range []marks{
		{flux, owned("kustomize-controller", apply, withGate)},
		{tracked("shop:apps/StatefulSet:default/web"), lastApplied(lastImage)},
		{labelled("app.kubernetes.io/managed-by", "Helm")},
	} {
		require.Empty(t, lines(t, facts(p, set...)))
	}
}

func TestAutoscalers(t *testing.T) {
	f := facts(change())
	require.Empty(t, lines(t, f))
	f.Scalers = []claims.Autoscaler{{Name: "load"}}
	require.Equal(t, []string{"HorizontalPodAutoscaler load may change the replicas of statefulset web, which halts the run; pause it: " +
		"kubectl --context prod patch horizontalpodautoscaler load -p " +
		`'{"spec":{"behavior":{"scaleUp":{"selectPolicy":"Disabled"},"scaleDown":{"selectPolicy":"Disabled"}}}}'`}, lines(t, f))
	require.Empty(t, reconciler.Reads(f))

	f.Scalers[0].ScaledObject = "queue"
	require.Equal(t, []string{"KEDA ScaledObject queue may change the replicas of statefulset web, which halts the run; pause it: " +
		"kubectl --context prod annotate scaledobject queue autoscaling.keda.sh/paused=true"}, lines(t, f))
	paused := map[string]any{"metadata": map[string]any{"annotations": map[string]any{"autoscaling.keda.sh/paused": "true"}}}
	f = reads(t, f, reconciler.Object{Content: paused})
	require.Empty(t, lines(t, f))
	require.Equal(t, "it says autoscaling.keda.sh/paused: true", found(t, f)[0].Rests)
}

func TestVerticalAutoscalers(t *testing.T) {
	f := facts(change())
	f.Vertical = "web"
	const pause = `; pause it: kubectl --context prod patch verticalpodautoscaler web --type merge -p ` +
		`'{"spec":{"updatePolicy":{"updateMode":"Off"}}}'`
	require.Equal(t, []string{"VerticalPodAutoscaler web may evict pods of statefulset web during the run" + pause}, lines(t, f))
	with := func(mode string) reconciler.Facts {
		return reads(t, f, object(map[string]any{"updatePolicy": map[string]any{"updateMode": mode}}))
	}
	require.Equal(t, []string{"VerticalPodAutoscaler web (mode Recreate) may evict pods of statefulset web during the run" + pause},
		lines(t, with("Recreate")))
	require.Empty(t, lines(t, with("Off")))
	require.Empty(t, lines(t, with("Initial")))
	require.Empty(t, lines(t, reads(t, f, reconciler.Object{})), "it was deleted")
	f.Vertical = "$(no name)"
	require.Empty(t, lines(t, f))
}
