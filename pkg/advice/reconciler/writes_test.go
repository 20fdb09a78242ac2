package reconciler_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice/reconciler"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/writeback"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

func TestWrites(t *testing.T) {
	s := ststest.Settled()
	require.Nil(t, reconciler.Writes(change(), sts.Snapshot{}))
	require.Nil(t, reconciler.Writes(&plan.Plan{Name: "web", Steps: []plan.Step{{Until: plan.Observed{}}}}, s))

	p := change(func(p *plan.Plan) {
		keep := plan.Retention("Retain")
		p.Steps = append(p.Steps, plan.Step{Change: plan.Edit{Retention: &keep}}, plan.Step{Change: plan.Edit{Replicas: ptr.To(7)}})
	})
	got := map[string]reconciler.Write{}
	var order []string
	for _, w := range reconciler.Writes(p, s) {
		order = append(order, w.Path.String())
		got[w.Path.String()] = w
	}
	require.Equal(t, []string{imagePath, gatePath, "spec.replicas", "spec.persistentVolumeClaimRetentionPolicy.whenScaled"}, order)
	require.Equal(t, "nginx:1.21", got[imagePath].Before)
	require.Equal(t, "nginx:1.22", got[imagePath].After)
	require.True(t, got[imagePath].Stays)
	require.Equal(t, 5, got[gatePath].After)
	require.False(t, got[gatePath].Stays, "it is 0 again at the end")
	require.True(t, got["spec.replicas"].Stays)
	require.False(t, got["spec.persistentVolumeClaimRetentionPolicy.whenScaled"].Stays, "it was that before")
}

// A scale goes pod by pod: what it ends at is what a source should have.
func TestAScaleIsJudgedByItsEnd(t *testing.T) {
	p := &plan.Plan{Verb: "scale", Name: "web", Scales: true, Steps: []plan.Step{
		{Change: plan.Edit{Replicas: ptr.To(6)}}, {Change: plan.Edit{Replicas: ptr.To(7)}}, {Change: plan.Edit{Replicas: ptr.To(8)}},
	}}
	of := func(replicas string) []writeback.Reconciler {
		s := ststest.Snapshot(
			ststest.Set(tracked("shop:apps/StatefulSet:default/web"), lastApplied(`{"spec":{"replicas":`+replicas+`}}`)),
			ststest.Pods(0, 5),
		)
		return found(t, reconciler.Facts{Set: s.Set, Writes: reconciler.Writes(p, s)})
	}
	require.Empty(t, of("8"), "it is there already")
	for _, replicas := range []string{"5", "6"} {
		commits := writeback.Commits(of(replicas))
		require.Len(t, commits, 1, replicas)
		require.JSONEq(t, `8`, string(commits[0].Value))
	}
}

// What began earlier is still to be committed when another run ends it.
func TestWhatAnEarlierRunHasWrittenIsCommittedByTheLast(t *testing.T) {
	promote := &plan.Plan{Verb: "promote", Name: "web", Stable: ststest.Stable, Steps: []plan.Step{{Change: plan.Partition(0)}}}
	s := ststest.Snapshot(ststest.Canary(tracked("shop:apps/StatefulSet:default/web"), lastApplied(lastImage)), ststest.Pods(0, 5))
	s.Raw = ststest.Raw("nginx:1.22")
	s.Revisions = []*appsv1.ControllerRevision{ststest.ControllerRevision(ststest.Stable, "nginx:1.21", 1)}
	all := found(t, reconciler.Facts{Set: s.Set, Writes: reconciler.Writes(promote, s)})
	require.Empty(t, reconciler.Told(all), "who began it was told")
	require.Len(t, all, 1)
	commits := writeback.Commits(all)
	require.Len(t, commits, 1)
	require.Equal(t, imagePath, commits[0].Path)
	require.JSONEq(t, `"nginx:1.22"`, string(commits[0].Value))

	s.Set.Annotations[applied] = newImage
	require.Empty(t, found(t, reconciler.Facts{Set: s.Set, Writes: reconciler.Writes(promote, s)}), "it has been committed by now")
}

func TestWanted(t *testing.T) {
	words := func(f reconciler.Facts, to string) []string {
		var out []string
		for _, path := range f.Wanted(to) {
			out = append(out, path.String())
		}
		return out
	}
	require.Equal(t, []string{imagePath, gatePath}, words(facts(change(), owned("helm", apply, withGate)), "helm"))
	require.Equal(t, []string{imagePath}, words(facts(change(), owned("helm", apply, withImage)), "helm"))
	require.Empty(t, words(facts(change(), owned("helm", apply, `{"f:spec":{"f:replicas":{}}}`)), "helm"))
	require.Equal(t, []string{imagePath},
		words(facts(change(), owned("helm", apply, noImage), owned("sts-rollout", update, ours)), "helm"), "taken over before")
}

func TestBy(t *testing.T) {
	f := facts(change(), flux, owned("kustomize-controller", apply, withImage))
	all := found(t, f)
	require.Equal(t, "Flux Kustomization flux-system/shop", writeback.By(all, "kustomize-controller", "template").Name)
	require.Equal(t, "Flux Kustomization flux-system/shop", writeback.By(all, "kustomize-controller", "replicas").Name)
	require.Nil(t, writeback.By(all, "kubectl-edit", "template"))
}

// Whatever stands in the places where names are looked for, no command has it unquoted.
func FuzzMarks(f *testing.F) {
	for _, text := range []string{
		"shop", "$(rm)", "shop:apps/StatefulSet:default/web", "a_b:apps/StatefulSet:default/web", `{"rolloutName":"x"}`, "\x1b[2J",
	} {
		f.Add(text)
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text string) {
		defer within.Input(t)()
		set := marks{owned("helm", apply, withImage)}
		for _, key := range []string{
			trackingID, "argocd.argoproj.io/instance", "meta.helm.sh/release-name", "rollouts.kruise.io/in-progressing", "rollout-group",
			"kustomize.toolkit.fluxcd.io/name", "helm.toolkit.fluxcd.io/name", "configmap.reloader.stakater.com/reload", applied,
		} {
			set = append(set, ststest.Annotated(key, text), labelled(key, text))
		}
		all := facts(change(), set...)
		all.Vertical = text
		for _, line := range lines(t, all) {
			require.NotContains(t, line, "$(")
			require.NotContains(t, line, "\x1b")
		}
		for _, ref := range reconciler.Reads(all) {
			require.NotContains(t, ref.Namespace+ref.Name, "/")
		}
	})
}
