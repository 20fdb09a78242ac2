package replace_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/abort"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/intent"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/replace"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// claim is a claim of the set web, which is bound to a volume that goes with it.
func claim(name string, changes ...func(*storage.Claim)) storage.Claim {
	return ststest.Claim(name, append([]func(*storage.Claim){func(c *storage.Claim) {
		c.Namespace, c.Size, c.Class = "default", "10Gi", "standard"
		c.Phase, c.Reclaim = corev1.ClaimBound, corev1.PersistentVolumeReclaimDelete
	}}, changes...)...)
}

func retained(c *storage.Claim) { c.Reclaim = corev1.PersistentVolumeReclaimRetain }

func unbound(c *storage.Claim) { c.Volume, c.Phase = "", corev1.ClaimPending }

// lost is a claim whose volume is gone.
func lost(c *storage.Claim) { c.Phase, c.Reclaim = corev1.ClaimLost, "" }

func goingOut(c *storage.Claim) { c.Deleting = true }

// disks is the set of five pods with a claim each, of the template data, and of wal where
// that is a template too.
func disks(templates []string, claims ...storage.Claim) sts.Snapshot {
	s := ststest.WithClaims(claims...)
	s.Set.Spec.ClaimTemplates = templates
	s.Set.Spec.ClaimRequests = []string{"10Gi", "1Gi"}[:len(templates)]
	return s
}

// data is the usual one.
func data(changes ...func(*storage.Claim)) sts.Snapshot {
	var all []storage.Claim
	for _, name := range []string{"data-web-0", "data-web-1", "data-web-2", "data-web-3", "data-web-4"} {
		all = append(all, claim(name, changes...))
	}
	return disks([]string{"data"}, all...)
}

// ask is a replace of these ordinals, nil for all.
func ask(ordinals []int, changes ...func(*replace.Request)) replace.Request {
	r := replace.Request{ID: "RUN", Ordinals: ordinals, Run: intent.Run{Caller: hint.NewCaller()}}
	for _, change := range changes {
		change(&r)
	}
	return r
}

func deletes(r *replace.Request) { r.Delete = true }

func forced(r *replace.Request) { r.Force = true }

func asking(r *replace.Request) { r.Hooks.After = []plan.Hook{{Exec: true, Command: "in-sync"}} }

func only(templates ...string) func(*replace.Request) {
	return func(r *replace.Request) { r.Templates = templates }
}

func planned(t *testing.T, r replace.Request, s sts.Snapshot) *plan.Plan {
	t.Helper()
	p, err := plantest.Saved(replace.Plan(r, s, ststest.Start))
	require.NoError(t, err)
	return p
}

func renewal(name string, ordinal int, retain, receipt bool) plan.Renewal {
	return plan.Renewal{Name: name, UID: types.UID(name + "-uid"), Ordinal: ordinal, Volume: "pv-" + name, Retain: retain, Receipt: receipt}
}

func TestWhatBecomesOfWhichClaim(t *testing.T) {
	both := disks([]string{"data", "wal"}, claim("data-web-2"), claim("wal-web-2"))
	for _, test := range []struct {
		name    string
		r       replace.Request
		s       sts.Snapshot
		claims  []plan.Renewal
		fates   []plan.Fate
		success string
	}{
		{
			"its volume stays, with a record", ask([]int{2}), data(),
			[]plan.Renewal{renewal("data-web-2", 2, true, true)},
			[]plan.Fate{plan.FateRenewed},
			"1 pod of web has new claims and is Available; 1 old volume stays, and so do records of their claims for restore-pvc",
		},
		{
			"the highest first", ask([]int{1, 3}), data(),
			[]plan.Renewal{renewal("data-web-3", 3, true, true), renewal("data-web-1", 1, true, true)},
			[]plan.Fate{plan.FateRenewed, plan.FateRenewed},
			"2 pods of web have new claims and are Available; 2 old volumes stay, and so do records of their claims for restore-pvc",
		},
		{
			"a volume that stays by itself has only a record", ask([]int{2}), data(retained),
			[]plan.Renewal{renewal("data-web-2", 2, false, true)},
			[]plan.Fate{plan.FateRenewed},
			"1 pod of web has new claims and is Available; 1 old volume stays, and so do records of their claims for restore-pvc",
		},
		{
			"the volume goes", ask([]int{2}, deletes), data(),
			[]plan.Renewal{renewal("data-web-2", 2, false, false)},
			[]plan.Fate{plan.FateReplaced},
			"1 pod of web has new claims and is Available",
		},
		{
			"one that never was bound has none", ask([]int{2}), data(unbound),
			[]plan.Renewal{{Name: "data-web-2", UID: "data-web-2-uid", Ordinal: 2, Retain: true}},
			[]plan.Fate{plan.FateRenewed},
			"1 pod of web has new claims and is Available",
		},
		{
			"one that has lost its volume has none", ask([]int{2}), data(lost),
			[]plan.Renewal{{Name: "data-web-2", UID: "data-web-2-uid", Ordinal: 2}},
			[]plan.Fate{plan.FateReplaced},
			"1 pod of web has new claims and is Available",
		},
		{
			"one that somebody has deleted already", ask([]int{2}), data(goingOut),
			[]plan.Renewal{renewal("data-web-2", 2, true, false)},
			[]plan.Fate{plan.FateGoing},
			"1 pod of web has new claims and is Available; 1 old volume stays",
		},
		{
			"one that is being deleted already, and whose volume stays", ask([]int{2}), data(goingOut, retained),
			[]plan.Renewal{renewal("data-web-2", 2, false, false)},
			[]plan.Fate{plan.FateGoing},
			"1 pod of web has new claims and is Available; 1 old volume stays",
		},
		{
			"the claims of one template alone", ask([]int{2}, only("wal")), both,
			[]plan.Renewal{renewal("wal-web-2", 2, true, true)},
			[]plan.Fate{plan.FateKept, plan.FateRenewed},
			"1 pod of web has new claims and is Available; 1 old volume stays, and so do records of their claims for restore-pvc",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := planned(t, test.r, test.s)
			require.True(t, p.Claims)
			require.True(t, p.Restarts())
			step := p.Steps[1]
			require.Equal(t, plan.PodsRenewed{Claims: test.claims}, step.Until)
			require.Equal(t, test.claims, step.Replace.Claims)
			require.Equal(t, plan.ReplaceRenew, step.Replace.Mode)
			var fates []plan.Fate
			for _, o := range p.Ordinals {
				for _, c := range o.Claims {
					fates = append(fates, c.Fate)
				}
			}
			require.Equal(t, test.fates, fates)
			require.Equal(t, test.success, p.Success)
		})
	}
}

func TestWhatIsSaidBefore(t *testing.T) {
	smaller := data()
	smaller.Set.Spec.ClaimRequests = []string{"5Gi"}
	smaller.Set.Spec.Claims = []corev1.PersistentVolumeClaim{{
		ObjectMeta: metav1.ObjectMeta{Name: "data"}, Spec: corev1.PersistentVolumeClaimSpec{StorageClassName: ptr.To("slow")},
	}}
	p := planned(t, ask([]int{2}), smaller)
	require.Equal(t, "new claims for statefulset web: web-2", p.Title)
	require.Equal(t, []string{"claims of template data: 10Gi of standard → 5Gi of slow"}, p.Details)
	require.Empty(t, p.Warnings)
	require.Equal(t, []string{
		"each pod loses its volume once the one before is Available; nothing asks whether that has its data back " +
			"(--after-exec, --check-exec and --preset do)",
	}, planned(t, ask([]int{2, 3}), data()).Warnings)
	require.Equal(t, []string{
		"each pod loses its volume once the one before is Available; nothing asks whether that has its data back, " +
			"and at the end no pod has the volume that it has now (--after-exec, --check-exec and --preset do)",
	}, planned(t, ask(nil), data()).Warnings)
	require.Empty(t, planned(t, ask(nil, asking), data()).Warnings)
	require.Equal(t, []string{
		"claim data-web-2 is being deleted already: its volume pv-data-web-2 is set to Retain, and no record is written of it",
	}, planned(t, ask([]int{2}), data(goingOut)).Warnings)
}

func TestWhatNoReplaceBeginsWith(t *testing.T) {
	keep := func(c *storage.Claim) { c.Keep = true }
	mounted := func(r *replace.Request) {
		r.World = claims.World{Users: map[claims.Key]string{{Namespace: "default", Name: "data-web-2"}: "backup"}}
	}
	one := disks([]string{"data"}, claim("data-web-0"))
	one.Set.Spec.Ordinals, one.Pods = one.Set.Spec.Ordinals.Resized(1), one.Pods[:1]
	away := data()
	away.Pods = away.Pods[:4]
	ending := data()
	ending.Pods = ststest.Snapshot(ststest.Set(), []*corev1.Pod{ststest.StablePod(4, ststest.Terminating)}).Pods
	nothing, unwell := ststest.Settled(), data()
	unwell.Pods[2] = ststest.Snapshot(ststest.Set(), []*corev1.Pod{ststest.StablePod(2, ststest.Unready)}).Pods[0]
	gone := data()
	gone.Set.Spec.Claims = []corev1.PersistentVolumeClaim{{Spec: corev1.PersistentVolumeClaimSpec{StorageClassName: ptr.To("gone")}}}
	known := func(r *replace.Request) { r.Classes = []storage.Class{{Name: "standard"}} }
	for _, test := range []struct {
		name string
		r    replace.Request
		s    sts.Snapshot
		why  string
	}{
		{"no claim templates", ask([]int{2}), nothing, `statefulset "web" has no volumeClaimTemplates: it has no claims`},
		{"an ordinal that there is not", ask([]int{7}), data(), `statefulset "web" has no ordinal 7: it has 0 to 4`},
		{"a template that there is not", ask([]int{2}, only("wal")), data(), `statefulset "web" has no claim template "wal": it has data`},
		{"a pod that is not there", ask([]int{4}), away, "pod web-4 is not there: its claims can be replaced once it is"},
		{"a pod on its way out", ask([]int{4}), ending, "pod web-4 is being deleted already: its claims can be replaced once it is back"},
		{"no claim", ask([]int{2}), disks([]string{"data"}), "pod web-2 has no claim to be replaced"},
		{
			"several of which one is not well", ask([]int{1, 2}), unwell,
			"web-2 is running, not Ready: together with others its claims are not replaced",
		},
		{
			"another that is not well", ask([]int{1}), unwell,
			`statefulset "web" is not settled: web-2 is running, not Ready`,
		},
		{
			"one that is to be kept", ask([]int{2}), data(keep),
			"nothing is replaced; claim data-web-2: annotation kubectl-sts.github.io/keep",
		},
		{
			"one that another pod uses", ask([]int{2}, mounted), data(),
			"nothing is replaced; claim data-web-2: pod backup mounts it or waits for it",
		},
		{
			"a class that there is not", ask([]int{2}, known), gone,
			"StorageClass gone of claim template data is not found: new claims would wait for it",
		},
		{
			"the only pod", ask(nil), one,
			`web-0 is the only pod of statefulset "web": it would begin without its data, which no other has`,
		},
		{
			"all volumes go, and nobody asks", ask(nil, deletes), data(),
			`with --pvc=delete every pod of statefulset "web" loses its volume, and nothing asks whether one has its data back ` +
				"before the next goes",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := plantest.Saved(replace.Plan(test.r, test.s, ststest.Start))
			var no *plan.Refusal
			require.ErrorAs(t, err, &no)
			require.Equal(t, test.why, no.Why)
		})
	}
	planned(t, ask(nil, deletes, asking), data())
	planned(t, ask(nil, deletes, forced), data())
	planned(t, ask([]int{2}, known), data())
	planned(t, ask([]int{2}), unwell)
	planned(t, ask([]int{1}, forced), unwell)
}

// begun is the set with the record of a replace of ordinals 3 and 2.
func begun(t *testing.T, s sts.Snapshot, changes ...func(*operation.Rollout)) sts.Snapshot {
	t.Helper()
	record := operation.Rollout{
		Verb: operation.VerbReplace, Run: "RUN", Started: ststest.Start, Stable: ststest.Stable, Steps: operation.AllAtOnce(), Retain: true,
		Pods:   map[int]types.UID{3: "web-3-uid", 2: "web-2-uid"},
		Claims: map[string]types.UID{"data-web-3": "data-web-3-uid", "data-web-2": "data-web-2-uid"},
	}
	for _, change := range changes {
		change(&record)
	}
	s.Set.Annotations = map[string]string{note.RolloutAnnotation: *record.Text()}
	return s
}

func TestAReplaceIsGoneOnWith(t *testing.T) {
	s := begun(t, disks([]string{"data"}, claim("data-web-3", func(c *storage.Claim) { c.UID = "new" }), claim("data-web-2")))
	p, err := plantest.Saved(replace.GoOn(ask(nil, deletes, func(r *replace.Request) { r.DeleteGiven = true }), s, ststest.Start))
	require.NoError(t, err)
	want := []plan.Renewal{{Name: "data-web-3", UID: "data-web-3-uid", Ordinal: 3}, renewal("data-web-2", 2, true, true)}
	require.Equal(t, plan.PodsRenewed{Claims: want}, p.Steps[len(p.Steps)-2].Until)
	require.Contains(t, p.Warnings, "the replace in progress goes on with its own --pvc=retain-volume")
	require.Len(t, p.Ordinals, 1, "what is done is not shown again")

	p, err = plantest.Saved(replace.GoOn(ask([]int{2, 3}), s, ststest.Start))
	require.NoError(t, err)
	require.NotNil(t, p)
	_, err = plantest.Saved(replace.GoOn(ask([]int{2}), s, ststest.Start))
	require.Equal(t, &plan.Refusal{
		Why: `a replace of statefulset "web" is in progress, of ordinals 2-3`,
		Try: hinttest.List("finish it first: kubectl sts replace web", "or give it up: kubectl sts abort web"),
	}, err)

	p, err = plantest.Saved(replace.GoOn(ask(nil), data(), ststest.Start))
	require.NoError(t, err)
	require.Nil(t, p, "there is none")
}

// Whoever goes on without the checks that it began with would have every volume deleted unasked.
func TestAReplaceOfAllIsNotGoneOnWithUnasked(t *testing.T) {
	all := func(r *operation.Rollout) {
		r.Retain, r.Pods, r.Claims = false, map[int]types.UID{}, map[string]types.UID{}
		for _, pod := range data().Pods {
			r.Pods[pod.Ordinal] = pod.UID
			r.Claims["data-"+pod.Name] = types.UID("data-" + pod.Name + "-uid")
		}
	}
	changed := func(r *replace.Request) { r.ChecksChanged = true }
	_, err := plantest.Saved(replace.GoOn(ask(nil, changed), begun(t, data(), all), ststest.Start))
	require.ErrorContains(t, err, "nothing asks whether one has its data back before the next goes")
	planned := func(s sts.Snapshot, changes ...func(*replace.Request)) {
		p, err := plantest.Saved(replace.GoOn(ask(nil, changes...), s, ststest.Start))
		require.NoError(t, err)
		require.NotNil(t, p)
	}
	planned(begun(t, data(), all), changed, forced)
	planned(begun(t, data(), all, func(r *operation.Rollout) { r.Retain = true }), changed)
	planned(begun(t, data(), func(r *operation.Rollout) { r.Retain = false }), changed)
	planned(begun(t, data(), all))
}

func TestWhoGoesOnWithAReplaceIsNotedFirst(t *testing.T) {
	driven := func(r *replace.Request) { r.Driver = &note.Driver{Process: 2} }
	p, err := plantest.Saved(replace.GoOn(ask(nil, driven), begun(t, data()), ststest.Start))
	require.NoError(t, err)
	require.Equal(t, "note who drives", p.Steps[0].Title, "the set is not written to before the end, and another run would not see it")
}

func TestWhatIsSaidOfOrdinalsThatAreGoneMeanwhile(t *testing.T) {
	for replicas, want := range map[int]string{
		3: "1 pod of web has new claims and is Available; 1 old volume stays, and so do records of their claims for restore-pvc",
		2: "web has none of the pods any more that were to get new claims",
	} {
		s := begun(t, data())
		s.Set.Spec.Ordinals = s.Set.Spec.Ordinals.Resized(replicas)
		p, err := plantest.Saved(replace.GoOn(ask(nil), s, ststest.Start))
		require.NoError(t, err)
		require.Equal(t, want, p.Success)
	}
}

func TestOnlyWhatIsAskedForIsGoneOnWith(t *testing.T) {
	all := func(r *replace.Request) { r.All = true }
	everyPod := func(r *operation.Rollout) {
		r.Pods = map[int]types.UID{0: "a", 1: "b", 2: "c", 3: "d", 4: "e", 5: "an ordinal that is gone since"}
	}
	set := func() sts.Snapshot { return disks([]string{"data", "wal"}, claim("data-web-3"), claim("data-web-2")) }
	other := func(of string) *plan.Refusal {
		return &plan.Refusal{
			Why: `a replace of statefulset "web" is in progress, of ` + of,
			Try: hinttest.List("finish it first: kubectl sts replace web", "or give it up: kubectl sts abort web"),
		}
	}
	for _, test := range []struct {
		name string
		r    replace.Request
		s    sts.Snapshot
		want *plan.Refusal
	}{
		{"all, of some", ask(nil, all), begun(t, set()), other("ordinals 2-3")},
		{"all, of all", ask(nil, all), begun(t, set(), everyPod), nil},
		{"other claims", ask(nil, only("wal")), begun(t, set()), other("claim templates data")},
		{"more claims", ask([]int{2, 3}, only("wal", "data")), begun(t, set()), other("claim templates data")},
		{"the same claims", ask([]int{2, 3}, only("data", "data")), begun(t, set()), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := plantest.Saved(replace.GoOn(test.r, test.s, ststest.Start))
			if test.want == nil {
				require.NoError(t, err)
				return
			}
			require.Equal(t, test.want, err)
		})
	}
}

func TestAnAbortSaysWhichClaimIsOnItsWayOut(t *testing.T) {
	s := begun(t, disks([]string{"data"}, claim("data-web-3", goingOut), claim("data-web-2")))
	p, err := plantest.Saved(abort.Plan(abort.Request{Now: ststest.Start}, s))
	require.NoError(t, err)
	require.Equal(t, "stop the replace of statefulset web: no other pod is deleted", p.Title)
	require.Equal(t, "the replace is over", p.Success)
	require.Equal(t, []string{
		"claim data-web-3 is being deleted already, which can't be taken back: when web-3 is deleted next, it gets a new one",
	}, p.Warnings)
	require.False(t, p.Claims)
}

func TestARecordOfAReplaceIsWhole(t *testing.T) {
	for _, broken := range []func(*operation.Rollout){
		func(r *operation.Rollout) { r.Claims = nil },
		func(r *operation.Rollout) { r.Pods = nil },
		func(r *operation.Rollout) { r.Verb = operation.VerbRestart },
	} {
		_, err := operation.FindRollout(begun(t, data(), broken))
		require.Error(t, err)
	}
	record, err := operation.FindRollout(begun(t, data()))
	require.NoError(t, err)
	others := data()
	for i := range others.Pods {
		others.Pods[i].UID += "-2"
	}
	require.Zero(t, record.Position(others).Begun, "other pods on the same claims")
	for i := range others.Claims {
		others.Claims[i].UID += "-2"
	}
	require.Equal(t, 1, record.Position(others).Begun)
}
