package reconciler_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice/reconciler"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestReadsAreOfWhatTheSetNamesAlone(t *testing.T) {
	require.Empty(t, reconciler.Reads(facts(change())))
	require.Empty(t, reconciler.Reads(facts(change(), owned("kustomize-controller", apply, withImage))), "nobody says which Kustomization")
	require.Empty(t, reconciler.Reads(facts(change(), labelled("kustomize.toolkit.fluxcd.io/name", "shop"))), "nor in which namespace")
	require.Equal(t, []reconciler.Ref{{"kustomize.toolkit.fluxcd.io", "v1", "kustomizations", "flux-system", "shop"}},
		reconciler.Reads(facts(change(), flux)))
	require.Equal(t, []reconciler.Ref{{"helm.toolkit.fluxcd.io", "v2", "helmreleases", "apps", "web"}},
		reconciler.Reads(facts(change(), fluxHelm)))
	require.Equal(t, []reconciler.Ref{{"argoproj.io", "v1alpha1", "applications", "argocd", "shop"}},
		reconciler.Reads(facts(change(), tracked("shop:apps/StatefulSet:default/web"))))
	require.Equal(t, []reconciler.Ref{{"argoproj.io", "v1alpha1", "applications", "team", "shop"}},
		reconciler.Reads(facts(change(), tracked("team_shop:apps/StatefulSet:default/web"))))
	require.Empty(t, reconciler.Reads(facts(change(), tracked("../../nodes:apps/StatefulSet:default/web"))))
}

// automated are an application's words about when it syncs.
func automated(policy map[string]any, more ...map[string]any) reconciler.Object {
	spec := map[string]any{"syncPolicy": map[string]any{}}
	if policy != nil {
		spec["syncPolicy"] = map[string]any{"automated": policy, "syncOptions": []any{"RespectIgnoreDifferences=true"}}
	}
	for _, m := range more {
		for key, value := range m {
			spec[key] = value
		}
	}
	return object(spec)
}

func TestWhatAnApplicationSays(t *testing.T) {
	ignore := func(entry map[string]any) map[string]any { return map[string]any{"ignoreDifferences": []any{entry}} }
	skipped := automated(map[string]any{})
	skipped.Content["metadata"] = map[string]any{"annotations": map[string]any{"argocd.argoproj.io/skip-reconcile": "true"}}
	const owns = "Argo CD application argocd/shop owns " + imagePath + " and puts it back "
	for _, test := range []struct {
		name string
		app  reconciler.Object
		want []string
	}{
		{
			"it heals itself", automated(map[string]any{"selfHeal": true}),
			[]string{owns + "within seconds (self-heal is on); pause it: kubectl --context prod -n argocd patch " +
				`applications.argoproj.io shop --type merge -p '{"spec":{"syncPolicy":{"automated":{"selfHeal":false}}}}'`},
		},
		{"it syncs what is new", automated(map[string]any{}), []string{owns + "at the next commit"}},
		{"it is not automated any more", automated(map[string]any{"enabled": false}), []string{owns + "when somebody syncs"}},
		{"it is not automated", automated(nil), []string{owns + "when somebody syncs"}},
		{"it is skipped", skipped, nil},
		{
			"it leaves alone what the plugin writes",
			automated(map[string]any{}, ignore(map[string]any{
				"group": "apps", "kind": "StatefulSet", "managedFieldsManagers": []any{"sts-rollout"},
			})),
			nil,
		},
		{
			"it leaves the template alone",
			automated(map[string]any{}, ignore(map[string]any{
				"group": "apps", "kind": "StatefulSet", "jsonPointers": []any{"/spec/template"},
			})),
			nil,
		},
		{
			"it leaves another set alone",
			automated(map[string]any{}, ignore(map[string]any{
				"kind": "StatefulSet", "name": "db", "managedFieldsManagers": []any{"sts-rollout"},
			})),
			[]string{owns + "at the next commit"},
		},
		{
			"nobody may read it",
			reconciler.Object{Unread: `forbidden: user "jo" cannot get applications.argoproj.io in namespace "argocd"`},
			[]string{
				"Argo CD application shop owns " + imagePath + " and puts it back at its next sync, or within seconds where it heals " +
					"itself; pause it: argocd app set shop --sync-policy none",
				`not known when it is put back: forbidden: user "jo" cannot get applications.argoproj.io in namespace "argocd"`,
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := facts(change(), tracked("shop:apps/StatefulSet:default/web"), lastApplied(lastImage))
			require.Equal(t, test.want, lines(t, reads(t, f, test.app)))
		})
	}
}

func TestWhatFluxSays(t *testing.T) {
	f := facts(change(), flux, owned("kustomize-controller", apply, withImage))
	with := func(spec map[string]any) []string { return lines(t, reads(t, f, object(spec))) }
	require.Contains(t, with(map[string]any{"interval": "10m"})[0], "puts it back within its interval (10m); pause it")
	require.Empty(t, with(map[string]any{"interval": "10m", "suspend": true}))
	require.Contains(t, lines(t, reads(t, f, reconciler.Object{}))[0], "at its next reconcile", "there is none of that name here")

	f.Managers = []string{"kubectl-ci"}
	require.Equal(t, []string{"Flux Kustomization flux-system/shop takes over what the field manager kubectl-ci writes, whose name " +
		"begins with kubectl, and drops what is not in its source at its next reconcile: give another --field-manager; " +
		"pause it: flux --context prod -n flux-system suspend kustomization shop"}, lines(t, f))

	f = facts(change(), fluxHelm, owned("helm-controller", update, withImage))
	drift := func(mode string) map[string]any {
		return map[string]any{"interval": "5m", "driftDetection": map[string]any{"mode": mode}}
	}
	require.Contains(t, with(drift("enabled"))[0], "puts it back within its interval (5m), for it looks for drift")
	require.Contains(t, with(drift("warn"))[0], "at its next upgrade")
	require.Empty(t, with(map[string]any{"suspend": true}))
}

func TestWhatCouldNotBeReadIsNothingWhereNobodyWrites(t *testing.T) {
	require.Empty(t, reconciler.Lines(nil, []string{"forbidden"}, hint.Caller{}))
}

func TestAtMostThreeLines(t *testing.T) {
	f := facts(change(), flux, owned("kustomize-controller", apply, withImage), tracked("shop:apps/StatefulSet:default/web"),
		owned("argocd-controller", apply, withImage), ststest.Annotated("reloader.stakater.com/auto", "true"),
		controlledBy("example.com/v1", "Database", "main"))
	got := lines(t, f)
	require.Len(t, got, 3)
	require.Contains(t, got[0], "Database main")
	require.Contains(t, got[2], "; and 1 more (-o json tells of all)")

	f.Read = map[reconciler.Ref]reconciler.Object{}
	for _, ref := range reconciler.Reads(f) {
		f.Read[ref] = reconciler.Object{Unread: "forbidden: " + ref.Resource}
	}
	got = lines(t, f)
	require.Len(t, got, 3)
	require.Contains(t, got[1], "; and 2 more (-o json tells of all)")
	require.Equal(t, "not known when it is put back: forbidden: applications; and 1 more", got[2])
}
