package recreate_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/recreate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/saved"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// set has a claim template, and whenDeleted Delete.
func set(changes ...func(*appsv1.StatefulSet)) *appsv1.StatefulSet {
	return ststest.Set(append([]func(*appsv1.StatefulSet){func(set *appsv1.StatefulSet) {
		set.Spec.VolumeClaimTemplates = []corev1.PersistentVolumeClaim{template("data", "1Gi")}
		set.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "helm", Operation: "Apply"}}
		set.Spec.PersistentVolumeClaimRetentionPolicy = &appsv1.StatefulSetPersistentVolumeClaimRetentionPolicy{
			WhenDeleted: appsv1.DeletePersistentVolumeClaimRetentionPolicyType,
			WhenScaled:  appsv1.RetainPersistentVolumeClaimRetentionPolicyType,
		}
	}}, changes...)...)
}

func template(name, size string) corev1.PersistentVolumeClaim {
	return corev1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: corev1.PersistentVolumeClaimSpec{
			AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
			Resources:   corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse(size)}},
		},
	}
}

func templates(all ...corev1.PersistentVolumeClaim) func(*appsv1.StatefulSet) {
	return func(set *appsv1.StatefulSet) { set.Spec.VolumeClaimTemplates = all }
}

func service(name string) func(*appsv1.StatefulSet) {
	return func(set *appsv1.StatefulSet) { set.Spec.ServiceName = name }
}

func text(t *testing.T, set *appsv1.StatefulSet) []byte {
	t.Helper()
	out, err := json.Marshal(set)
	require.NoError(t, err)
	return out
}

// wanted is what a manifest with this change comes to.
func wanted(t *testing.T, changes ...func(*appsv1.StatefulSet)) recreate.New {
	t.Helper()
	n := recreate.New{ID: "run", Live: text(t, set())}
	var err error
	n.Manifest, err = recreate.Merge(n.Live, text(t, set(changes...)))
	require.NoError(t, err)
	n.Default = n.Manifest
	return n
}

func settled(changes ...func(*appsv1.StatefulSet)) sts.Snapshot {
	return ststest.Snapshot(set(changes...), ststest.Pods(0, 5))
}

func outline(p *plan.Plan) string {
	var out strings.Builder
	for i := range p.Steps {
		step := &p.Steps[i]
		words := "look"
		if step.Change != nil {
			words = step.Change.String()
		}
		_, _ = fmt.Fprintf(&out, "%d/%d %s; %s\n", step.Number, step.Of, words, step.Until)
	}
	return out.String()
}

const (
	putBack = `%[1]d/%[1]d partition and retention policy as before, record removed; the controller has seen the change
%[1]d/%[1]d restore managedFields; the controller has seen the change
%[1]d/%[1]d delete configmap kubectl-sts.web; the controller has seen the change
`
	keep   = "whenScaled and whenDeleted Retain, record; no claim is owned by the set or a pod\n"
	around = `2/3 delete statefulset web and leave its pods running; the set is gone
2/3 create statefulset web around its pods, with the gate closed; the new set has adopted 5 pods
`
)

func TestPlan(t *testing.T) {
	p, err := plantest.Saved(recreate.Plan(recreate.Request{}, wanted(t, templates(template("data", "2Gi"))), settled(), ststest.Start))

	require.NoError(t, err)
	require.Equal(t, "1/3 save the set in configmap kubectl-sts.web; the controller has seen the change\n1/3 "+keep+around+
		fmt.Sprintf(putBack, 3), outline(p))
	require.Equal(t, []string{
		"claim template data: size 1Gi to 2Gi: existing claims stay as they are",
		"the set is deleted and created again around its 5 pods; none restarts for it",
		"it is saved in configmap kubectl-sts.web first; if the run is killed, resume with: kubectl sts recreate web",
	}, p.Details)
	require.True(t, p.Claims)
	from, to := p.Gap()
	require.Equal(t, []int{2, 3}, []int{from, to})
	create, ok := p.Steps[to].Change.(plan.CreateSet)
	require.True(t, ok)
	o, err := saved.Parse(create.Manifest)
	require.NoError(t, err)
	require.Equal(t, map[string]any{"whenDeleted": "Retain", "whenScaled": "Retain"}, o.Map("spec", "persistentVolumeClaimRetentionPolicy"))
	require.Equal(t, json.Number("2147483647"), o.Map("spec", "updateStrategy", "rollingUpdate")["partition"])
	require.Equal(t, create.Mark, o.Map("metadata", "annotations")[saved.Annotation])
	require.Empty(t, o.Map("metadata")["uid"])

	p, err = plantest.Saved(recreate.Plan(recreate.Request{}, wanted(t), settled(), ststest.Start))
	require.NoError(t, err)
	require.Nil(t, p, "nothing differs")
}

// A resize that restarts pods goes on while one of them is away.
func TestPodsThatRestartAreWaitedFor(t *testing.T) {
	n := wanted(t, templates(template("data", "2Gi")))
	n.Restarting = true
	away := ststest.Snapshot(set(), ststest.Pods(0, 4))

	p, err := plantest.Saved(recreate.Plan(recreate.Request{}, n, away, ststest.Start))

	require.NoError(t, err)
	require.Equal(t, plan.PodsGood{From: 0}, p.Steps[0].Require, "before anything is written")
	require.Contains(t, outline(p), "the new set has adopted 5 pods")
	stray := ststest.Snapshot(set(), ststest.Pods(0, 6))
	_, err = plantest.Saved(recreate.Plan(recreate.Request{}, n, stray, ststest.Start))
	require.ErrorContains(t, err, "pod web-5 is outside of the wanted range")
	rolling := ststest.Snapshot(set(ststest.Updating("nginx:1.22")), ststest.Pods(0, 4))
	_, err = plantest.Saved(recreate.Plan(recreate.Request{}, n, rolling, ststest.Start))
	require.Error(t, err, "a rollout is not over")
}

func TestChanges(t *testing.T) {
	class := func(name string) func(*appsv1.StatefulSet) {
		return func(set *appsv1.StatefulSet) { set.Spec.VolumeClaimTemplates[0].Spec.StorageClassName = &name }
	}
	for name, test := range map[string]struct {
		change func(*appsv1.StatefulSet)
		says   string
	}{
		"another size":    {change: templates(template("data", "500Mi")), says: "claim template data: size 1Gi to 500Mi"},
		"another class":   {change: class("fast"), says: "claim template data: storageClassName (none) to fast"},
		"another policy":  {change: ststest.Parallel, says: "podManagementPolicy: OrderedReady to Parallel"},
		"another Service": {change: service("peers"), says: "serviceName: (none) to peers"},
		"one more template": {
			change: templates(template("data", "1Gi"), template("wal", "1Gi")), says: "claim template wal is added",
		},
		"one template less": {change: templates(), says: "claim template data is removed"},
		"two": {
			change: func(set *appsv1.StatefulSet) { templates(template("data", "2Gi"))(set); service("peers")(set) },
			says:   "serviceName: (none) to peers, claim template data: size 1Gi to 2Gi",
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := plantest.Saved(recreate.Plan(recreate.Request{}, wanted(t, test.change), settled(), ststest.Start))
			require.NoError(t, err)
			require.Equal(t, "recreate statefulset web around its pods: "+test.says, p.Title)
		})
	}
}

func TestRefused(t *testing.T) {
	for name, test := range map[string]struct {
		s    sts.Snapshot
		want string
	}{
		"being deleted": {settled(ststest.Deleted), `statefulset "web" is being deleted`},
		"a finalizer": {
			settled(func(set *appsv1.StatefulSet) { set.Finalizers = []string{"example.com/guard"} }),
			`statefulset "web" has finalizer example.com/guard: somebody else decides when it goes`,
		},
		"an operator": {
			settled(func(set *appsv1.StatefulSet) {
				yes := true
				set.OwnerReferences = []metav1.OwnerReference{{Kind: "Kafka", Name: "main", Controller: &yes}}
			}), `statefulset "web" is controlled by Kafka main, which may create its own`,
		},
		"a pod that is not Ready": {
			ststest.Snapshot(set(), ststest.Pods(0, 4), ststest.Pods(4, 5, ststest.Unready)),
			`statefulset "web" is not settled: web-4 is running, not Ready`,
		},
		"two revisions": {
			ststest.Snapshot(set(ststest.Updating("nginx:2"), ststest.Partition(4)), ststest.Pods(0, 4),
				ststest.Pods(4, 5, ststest.Revision(ststest.Update))),
			`statefulset "web" is not settled: pod web-0 has revision web-stable and others have web-update: ` +
				`a set that is new knows one revision`,
		},
		"its own record": {
			settled(ststest.Annotated(saved.Annotation,
				`{"version":1,"id":"x","started":"2030-01-02T03:04:05Z","whenScaled":"Retain","whenDeleted":"Retain"}`)),
			`a recreate of statefulset "web" is in progress: it ends first`,
		},
		"a strategy that nobody knows": {
			settled(ststest.Strategy("Later")), `statefulset "web" has update strategy "Later", which this kubectl-sts does not know`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			grown := wanted(t, templates(template("data", "2Gi")))
			_, err := plantest.Saved(recreate.Plan(recreate.Request{}, grown, test.s, ststest.Start))
			var no *plan.Refusal
			require.ErrorAs(t, err, &no)
			require.Equal(t, test.want, no.Why)
		})
	}
}

// begun is what a recreate has written down, and the record on its set.
func begun(t *testing.T) (*saved.Set, string) {
	t.Helper()
	p, err := plantest.Saved(recreate.Plan(recreate.Request{}, wanted(t, templates(template("data", "2Gi"))), settled(), ststest.Start))
	require.NoError(t, err)
	save, ok := p.Steps[0].Change.(plan.SaveSet)
	require.True(t, ok)
	create, ok := p.Steps[3].Change.(plan.CreateSet)
	require.True(t, ok)
	return &save.Saved, create.Mark
}

func TestGoOn(t *testing.T) {
	kept, mark := begun(t)
	anew := func(set *appsv1.StatefulSet) { set.UID = "new" }
	grown := templates(template("data", "2Gi"))
	for name, test := range map[string]struct {
		kept *saved.Set
		s    sts.Snapshot
		want string
		no   string
	}{
		"nothing": {s: settled()},
		"it is written down": {
			kept: kept, s: settled(),
			want: "1/3 " + keep + around + fmt.Sprintf(putBack, 3),
		},
		"the record is on the set": {
			kept: kept, s: settled(ststest.Annotated(saved.Annotation, mark)),
			want: "1/3 " + keep + around + fmt.Sprintf(putBack, 3),
		},
		"the set is going": {
			kept: kept, s: settled(ststest.Annotated(saved.Annotation, mark), ststest.Deleted),
			want: "1/2 look; the set is gone\n" +
				"1/2 create statefulset web around its pods, with the gate closed; the new set has adopted 5 pods\n" +
				fmt.Sprintf(putBack, 2),
		},
		"there is no set": {
			kept: kept,
			want: "1/2 create statefulset web around its pods, with the gate closed; the new set has adopted 5 pods\n" +
				fmt.Sprintf(putBack, 2),
		},
		"the new set has come": {
			kept: kept, s: settled(anew, grown, ststest.Annotated(saved.Annotation, mark)),
			want: "1/2 look; the new set has adopted 5 pods\n" + fmt.Sprintf(putBack, 2),
		},
		"the new set has another strategy by now": { // and no partition
			kept: kept, s: settled(anew, grown, ststest.Annotated(saved.Annotation, mark), ststest.OnDelete),
			want: "1/2 look; the new set has adopted 5 pods\n" + strings.Replace(fmt.Sprintf(putBack, 2), "partition and ", "", 1),
		},
		"all but what is written down": {
			kept: kept, s: settled(anew, grown),
			want: "1/2 look; the new set has adopted 5 pods\n" + fmt.Sprintf(putBack, 2),
		},
		"somebody else's": {
			kept: kept, s: settled(anew),
			no: `statefulset "web" was created by somebody meanwhile, with other pods or claims than those saved ` +
				`in configmap kubectl-sts.web`,
		},
		"nothing is written down": {
			s:  settled(anew, ststest.Annotated(saved.Annotation, mark)),
			no: `statefulset "web" is not settled: it has 0 of its 5 pods, and the gate is closed`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := plantest.Saved(recreate.GoOn(recreate.Request{}, test.kept, test.s, ststest.Start))
			if test.no != "" {
				require.EqualError(t, err, test.no)
				return
			}
			require.NoError(t, err)
			if test.want == "" {
				require.Nil(t, p)
				return
			}
			require.Equal(t, test.want, outline(p))
		})
	}
}

// A pipeline that starts a killed job anew gives the same manifest again.
func TestTheSameManifestGoesOn(t *testing.T) {
	kept, _ := begun(t)
	require.True(t, recreate.Begun(*kept, text(t, set(templates(template("data", "2Gi"))))))
	scaled := text(t, set(templates(template("data", "2Gi")), ststest.Replicas(2)))
	require.True(t, recreate.Begun(*kept, scaled), "no field that it changes")
	require.False(t, recreate.Begun(*kept, text(t, set(templates(template("data", "3Gi"))))))
	require.False(t, recreate.Begun(*kept, text(t, set())))
	require.False(t, recreate.Begun(*kept, text(t, set(templates(template("data", "2Gi")), service("peers")))))
	require.False(t, recreate.Begun(*kept, text(t, set(templates(template("data", "2Gi")), func(set *appsv1.StatefulSet) {
		set.Spec.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"app": "other"}}
	}))))
	require.False(t, recreate.Begun(*kept, []byte("{}")))
}

func TestCancel(t *testing.T) {
	kept, mark := begun(t)
	s := settled(ststest.Annotated(saved.Annotation, mark))
	p, err := plantest.Saved(recreate.Cancel(recreate.Request{}, kept, s, ststest.Start))
	require.NoError(t, err)
	require.Equal(t, strings.Replace(fmt.Sprintf(putBack, 1), "partition and ", "", 1), outline(p), "the partition is somebody else's")
	for _, s := range []sts.Snapshot{{}, settled(func(set *appsv1.StatefulSet) { set.UID = "new" })} {
		_, err = plantest.Saved(recreate.Cancel(recreate.Request{}, kept, s, ststest.Start))
		require.EqualError(t, err,
			`statefulset "web" was deleted already, so the recreate can't be cancelled`)
	}
}

// A claim that no pod mounts is left by the controller as it is.
func TestClaimsThatWereLeftBehindAreDisowned(t *testing.T) {
	left := ststest.Claim("data-web-7")
	left.Owners = []metav1.OwnerReference{{Kind: "StatefulSet", Name: "web", UID: ststest.Set().UID}}
	mounted := ststest.Claim("data-web-1")
	mounted.Owners = left.Owners
	s := settled()
	s = s.WithClaims(nil)
	s.Claims = append(s.Claims, mounted, left)

	p, err := plantest.Saved(recreate.Plan(recreate.Request{}, wanted(t, templates(template("data", "2Gi"))), s, ststest.Start))

	require.NoError(t, err)
	require.Equal(t, plan.DisownClaim{Name: "data-web-7", UID: left.UID, Owner: s.UID()}, p.Steps[2].Change)
	_, again := p.Steps[3].Change.(plan.DisownClaim)
	require.False(t, again)
}
