package recreate_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/recreate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/saved"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// wal is a claim template of this StorageClass, "" for none.
func wal(class string) func(*appsv1.StatefulSet) {
	added := template("wal", "1Gi")
	if class != "" {
		added.Spec.StorageClassName = &class
	}
	return templates(template("data", "1Gi"), added)
}

// volumes have a pod use these claims.
func volumes(claims ...string) func(*corev1.Pod) {
	return func(pod *corev1.Pod) {
		for _, name := range claims {
			pod.Spec.Volumes = append(pod.Spec.Volumes, corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{
				PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: name},
			}})
		}
	}
}

const upward = `3/4 record, gate closed; the controller has seen the change
3/4 look; every pod has the volume of claim template wal and is Available
`

// adding is a recreate that adds a claim template whose class binds at once.
func adding(t *testing.T) (*plan.Plan, saved.Set) {
	t.Helper()
	n := wanted(t, wal("fast"))
	n.Storage = recreate.Storage{
		Classes: []storage.Class{{Name: "fast", Binds: true}},
		Claims:  []storage.Claim{ststest.Claim("wal-web-3"), ststest.Claim("wal-web-9")},
	}
	require.Equal(t, []string{"fast"}, n.AddedClasses(settled()))
	p, err := plantest.Saved(recreate.Plan(recreate.Request{Soak: time.Minute}, n, settled(), ststest.Start))
	require.NoError(t, err)
	save, ok := p.Steps[0].Change.(plan.SaveSet)
	require.True(t, ok)
	return p, save.Saved
}

func TestAClaimTemplateIsAddedToASetWithPods(t *testing.T) {
	p, kept := adding(t)
	require.Equal(t, []string{
		"claim template wal is added: a pod gets its volume when it is created; a claim of its name that is there already is used as it is",
		"the set is deleted and created again around its 5 pods",
		"then each pod restarts once, the lowest ordinal first, each Available before the next; until all have, the controller makes " +
			"no pod above one that lacks the volume (kubernetes#141876)",
		"claim wal-web-3 is there already: its pod gets what is on it",
		"it is saved in configmap kubectl-sts.web first; if the run is killed, resume with: kubectl sts recreate web",
	}, p.Details)
	require.Equal(t, "1/4 save the set in configmap kubectl-sts.web; the controller has seen the change\n1/4 "+keep+
		"2/4 delete statefulset web and leave its pods running; the set is gone\n"+
		"2/4 create statefulset web around its pods, with the gate closed; the new set has adopted 5 pods\n"+
		upward+fmt.Sprintf(putBack, 4), outline(p))
	require.Equal(t, []saved.Added{{Template: "wal", Binds: true}}, kept.Added)
	require.Equal(t, plan.ReplaceUpward, p.Steps[5].Replace.Mode)
	require.Equal(t, time.Minute, p.Steps[5].Soak)
	require.True(t, p.Claims)
	require.Equal(t, []string{"recreate", "web", "--cancel"}, append([]string{p.Abort.Verb}, p.Abort.Args...))
	require.Equal(t, "statefulset web was recreated around its pods: claim template wal is added; every pod has the volume", p.Success)
}

func TestClaimsThatCouldNotBeHadAreRefused(t *testing.T) {
	going := ststest.Claim("wal-web-1")
	going.Deleting = true
	for _, test := range []struct {
		class   string
		storage recreate.Storage
		want    string
	}{
		{
			"gone",
			recreate.Storage{Classes: []storage.Class{}},
			"StorageClass gone of claim template wal is not found: new claims would wait for it",
		},
		{"gone", recreate.Storage{}, ""},
		{"", recreate.Storage{Classes: []storage.Class{}}, ""},
		{"", recreate.Storage{Claims: []storage.Claim{going}}, "claim wal-web-1 is being deleted: a pod would wait for it to go"},
	} {
		n := wanted(t, wal(test.class))
		n.Storage = test.storage
		_, err := plantest.Saved(recreate.Plan(recreate.Request{}, n, settled(), ststest.Start))
		if test.want == "" {
			require.NoError(t, err)
			continue
		}
		var no *plan.Refusal
		require.ErrorAs(t, err, &no)
		require.Equal(t, test.want, no.Why)
	}
}

// created is the new set, of which some pods have the volume.
func created(t *testing.T, p *plan.Plan, pods ...[]*corev1.Pod) sts.Snapshot {
	t.Helper()
	create, ok := p.Steps[3].Change.(plan.CreateSet)
	require.True(t, ok)
	return ststest.Snapshot(set(wal("fast"), ststest.Annotated(saved.Annotation, create.Mark), func(set *appsv1.StatefulSet) {
		set.UID = "new"
	}), pods...)
}

// A pod that has gone since is not waited for: it comes back only after those below it.
func TestGoOnAmongThePods(t *testing.T) {
	p, kept := adding(t)
	s := created(t, p, ststest.Pods(0, 1, volumes("wal-web-0"), owned), ststest.Pods(1, 4, owned))
	on, err := plantest.Saved(recreate.GoOn(recreate.Request{}, &kept, s, ststest.Start))
	require.NoError(t, err)
	require.Equal(t, "1/3 look; the new set has adopted 5 pods\n2/3 record, gate closed; the controller has seen the change\n"+
		"2/3 look; every pod has the volume of claim template wal and is Available\n"+fmt.Sprintf(putBack, 3), outline(on))
	require.True(t, on.Claims)
	require.True(t, on.Steps[0].Until.Check(s, ststest.Start).Done)

	away, err := plantest.Saved(recreate.GoOn(recreate.Request{}, &kept, sts.Snapshot{}, ststest.Start))
	require.NoError(t, err)
	require.Contains(t, outline(away), "the new set has adopted 5 pods\n2/3 record, gate closed; ")
	require.True(t, away.Steps[0].Until.Check(s, ststest.Start).Done, "one has gone while there was no set")
}

func owned(pod *corev1.Pod) { pod.OwnerReferences[0].UID = "new" }

// newSet is the one that a recreate has created, which somebody has scaled and labelled since.
func newSet(set *appsv1.StatefulSet) {
	wal("fast")(set)
	set.UID, set.Spec.PersistentVolumeClaimRetentionPolicy = "new", nil
	set.Labels = map[string]string{"tier": "back"}
	set.Spec.Replicas = ptr.To[int32](6)
	set.Spec.UpdateStrategy.RollingUpdate = &appsv1.RollingUpdateStatefulSetStrategy{Partition: ptr.To[int32](9)}
}

func TestTheWayBackFromAnAddedTemplate(t *testing.T) {
	p, kept := adding(t)
	s := created(t, p, ststest.Pods(0, 1, volumes("wal-web-0"), owned, ststest.Unready), ststest.Pods(1, 5, owned))
	mark, _ := s.Annotation(saved.Annotation)
	s.Set.Annotations[saved.Annotation] = strings.Replace(mark, `{"version":1`, `{"version":2,"failed":{"message":"x"}`, 1)
	request := recreate.Request{Live: text(t, set(newSet))}
	back, err := plantest.Saved(recreate.Cancel(request, &kept, s, ststest.Start))
	require.NoError(t, err)
	require.Equal(t, "1/4 save the set in configmap kubectl-sts.web; the controller has seen the change\n1/4 "+keep+
		"2/4 delete statefulset web and leave its pods running; the set is gone\n"+
		"2/4 create statefulset web around its pods, with the gate closed; the new set has adopted 5 pods\n"+
		"3/4 record, gate closed; the controller has seen the change\n"+
		"3/4 look; every pod is Available, with or without the volume of claim template wal\n"+fmt.Sprintf(putBack, 4), outline(back))
	require.Equal(t, "statefulset web is as it was before the recreate", back.Success)
	require.True(t, back.Abort.IsZero())
	save, ok := back.Steps[0].Change.(plan.SaveSet)
	require.True(t, ok)
	require.Equal(t, kept.ID, save.Instead)
	require.NotEqual(t, kept.ID, save.Saved.ID)
	require.Equal(t, kept.Managed, save.Saved.Managed)
	comes := &appsv1.StatefulSet{}
	require.NoError(t, json.Unmarshal(save.Saved.Manifest, comes))
	require.Len(t, comes.Spec.VolumeClaimTemplates, 1)
	require.Equal(t, int32(6), *comes.Spec.Replicas, "what somebody has changed meanwhile stays")
	require.Equal(t, map[string]string{"tier": "back"}, comes.Labels)
	require.Equal(t, set().Spec.PersistentVolumeClaimRetentionPolicy, comes.Spec.PersistentVolumeClaimRetentionPolicy)
	require.Equal(t, set().Spec.UpdateStrategy, comes.Spec.UpdateStrategy)
	require.Equal(t, []string{"claim template wal is removed"}, save.Saved.Changed)
	require.Equal(t, plan.Replace{Mode: plan.ReplaceUpward, AlwaysUnhealthy: true, Why: "so that it is recreated without the volume"},
		*back.Steps[5].Replace)
	create, ok := back.Steps[3].Change.(plan.CreateSet)
	require.True(t, ok)
	require.NotContains(t, create.Mark, "failed")

	// Written down, and killed: the set still has the mark of the recreate that is cancelled.
	on, err := plantest.Saved(recreate.GoOn(request, &save.Saved, s, ststest.Start))
	require.NoError(t, err, "with a pod that is not Ready")
	again, err := plantest.Saved(recreate.Cancel(request, &save.Saved, s, ststest.Start))
	require.NoError(t, err)
	for _, p := range []*plan.Plan{on, again} {
		require.Contains(t, outline(p), "1/4 "+keep+"2/4 delete statefulset web")
		edit, ok := p.Steps[0].Change.(plan.Edit)
		require.True(t, ok)
		require.Contains(t, *edit.Annotations[saved.Annotation], save.Saved.ID)
		require.Contains(t, *edit.Annotations[saved.Annotation], `"uid":"new"`)
		require.Contains(t, *edit.Annotations[saved.Annotation], `"back":true`)
	}

	// Changed once more: it is written down anew, with that.
	request.Live = text(t, set(newSet, ststest.Replicas(7)))
	anew, err := plantest.Saved(recreate.GoOn(request, &save.Saved, s, ststest.Start))
	require.NoError(t, err)
	resaved, ok := anew.Steps[0].Change.(plan.SaveSet)
	require.True(t, ok)
	require.Equal(t, save.Saved.ID, resaved.Instead)
	require.Contains(t, string(resaved.Saved.Manifest), `"replicas":7`)
	require.Contains(t, string(resaved.Saved.Manifest), `"whenDeleted":"Delete"`)
	require.Len(t, resaved.Saved.Added, 1)

	// Somebody has changed more of it: what it asks for since is what comes, and whoever asked owns it.
	request.Live = text(t, set(newSet, ststest.OnDelete, ststest.Parallel))
	s.Set.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "flux", Operation: "Apply"}}
	changed, err := plantest.Saved(recreate.Cancel(request, &kept, s, ststest.Start))
	require.NoError(t, err)
	save, ok = changed.Steps[0].Change.(plan.SaveSet)
	require.True(t, ok)
	require.Contains(t, string(save.Saved.Manifest), `"updateStrategy":{"type":"OnDelete"}`)
	require.Equal(t, []string{"podManagementPolicy: Parallel to OrderedReady", "claim template wal is removed"}, save.Saved.Changed)
	require.Empty(t, save.Saved.Managed)
	require.NotContains(t, outline(changed), "managedFields")

	// Another template than the pods have can't come around them.
	request.Live = text(t, set(newSet, mount("data")))
	_, err = plantest.Saved(recreate.Cancel(request, &kept, s, ststest.Start))
	var no *plan.Refusal
	require.ErrorAs(t, err, &no)
	require.Equal(t, `the pod template of statefulset "web" was changed meanwhile, and its pods have the one of before`, no.Why)

	// While there is no set what it was before all of it is in what comes, and not in what went.
	away, err := plantest.Saved(recreate.GoOn(recreate.Request{}, &resaved.Saved, sts.Snapshot{}, ststest.Start))
	require.NoError(t, err)
	restore, ok := away.Steps[3].Change.(plan.Edit)
	require.True(t, ok)
	require.Equal(t, 0, *restore.Partition)
	require.Equal(t, appsv1.DeletePersistentVolumeClaimRetentionPolicyType, *restore.WhenDeleted)

	// While there is no set there is nothing to be cancelled.
	_, err = plantest.Saved(recreate.Cancel(recreate.Request{}, &kept, sts.Snapshot{}, ststest.Start))
	require.ErrorAs(t, err, &no)
	require.Equal(t, hinttest.List("resume the recreate: kubectl sts recreate web"), no.Try)
}

func TestATemplateIsNotAddedWhileAnotherGoes(t *testing.T) {
	_, err := plantest.Saved(recreate.Plan(recreate.Request{}, wanted(t, templates(template("wal", "1Gi"))), settled(), ststest.Start))
	var no *plan.Refusal
	require.ErrorAs(t, err, &no)
	require.Equal(t,
		"claim template wal is added and data is removed: pods would restart with the one volume and without the other", no.Why)
}

// The ConfigMap is gone: the pods tell which of them lack a volume, and the set of before nobody knows.
func TestGoOnAmongThePodsWithoutTheConfigMap(t *testing.T) {
	p, _ := adding(t)
	data := func(pod *corev1.Pod) { volumes("data-" + pod.Name)(pod) }
	s := created(t, p, ststest.Pods(0, 1, data, volumes("wal-web-0"), owned), ststest.Pods(1, 4, data, owned)) // web-4 has gone
	require.True(t, recreate.Lacked(s))
	on, err := plantest.Saved(recreate.GoOn(recreate.Request{}, nil, s, ststest.Start))
	require.NoError(t, err)
	require.Equal(t, "1/3 look; the new set has adopted 4 pods\n2/3 record, gate closed; the controller has seen the change\n"+
		"2/3 look; every pod has the volume of claim template wal and is Available\n"+
		"3/3 partition and retention policy as before, record removed; the controller has seen the change\n", outline(on))

	// On the way back, too: what it was like before is not known.
	mark, _ := s.Annotation(saved.Annotation)
	back := created(t, p, ststest.Pods(0, 5, data, owned))
	back.Set.Annotations[saved.Annotation] = strings.Replace(mark, `"uid":"web-uid"`, `"uid":"new","back":true`, 1)
	on, err = plantest.Saved(recreate.GoOn(recreate.Request{}, nil, back, ststest.Start))
	require.NoError(t, err)
	require.Contains(t, outline(on), "every pod has the volume of claim template wal")
	require.Equal(t, "statefulset web keeps its claim templates, and every pod has their volumes", on.Success)

	_, err = plantest.Saved(recreate.Cancel(recreate.Request{}, nil, s, ststest.Start))
	var no *plan.Refusal
	require.ErrorAs(t, err, &no)
	require.Equal(t,
		`configmap kubectl-sts.web, in which statefulset "web" was saved, does not exist: what it was like before is not known`, no.Why)
}
