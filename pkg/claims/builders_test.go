package claims_test

import (
	"slices"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// set is a settled set in namespace default, with pods labelled app=NAME.
func set(name string, replicas int32, templates []string, changes ...func(*appsv1.StatefulSet)) sts.Snapshot {
	s := ststest.Set(ststest.Replicas(replicas))
	s.Name, s.UID, s.Status.Replicas = name, types.UID(name+"-uid"), replicas
	s.Spec.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"app": name}}
	for _, template := range templates {
		s.Spec.VolumeClaimTemplates = append(s.Spec.VolumeClaimTemplates,
			corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Name: template}})
	}
	for _, change := range changes {
		change(s)
	}
	return sts.Snapshot{Set: workload.FromApps(s)}
}

var data = []string{"data"}

// claim is a bound claim in namespace default that the controller made an hour
// ago, for a set whose selector is app=web.
func claim(name string, changes ...func(*storage.Claim)) storage.Claim {
	c := storage.Claim{
		Namespace: "default", Name: name, UID: types.UID(name + "-uid"), Version: "1",
		Labels: map[string]string{"app": "web"}, Size: "1Gi", Class: "standard", Volume: "pv-" + name,
		Phase: corev1.ClaimBound, Created: ststest.Start.Add(-time.Hour),
		MadeBy: "kube-controller-manager", ByController: true, Reclaim: corev1.PersistentVolumeReclaimDelete,
	}
	for _, change := range changes {
		change(&c)
	}
	return c
}

func labels(pairs map[string]string) func(*storage.Claim) {
	return func(c *storage.Claim) { c.Labels = pairs }
}

func madeBy(manager string) func(*storage.Claim) {
	return func(c *storage.Claim) { c.MadeBy, c.ByController = manager, false }
}

func ownedBy(kind, name string, uid types.UID) func(*storage.Claim) {
	return func(c *storage.Claim) { c.Owners = []metav1.OwnerReference{{Kind: kind, Name: name, UID: uid}} }
}

// scene is what a case of the tables is about.
type scene struct {
	claims  []storage.Claim
	world   claims.World
	options claims.Options
}

// standard is set web with 2 replicas and template data, and claims of five
// ordinals: a scale-down from 5 to 2.
func standard(changes ...func(*scene)) scene {
	s := scene{world: claims.World{Sets: []sts.Snapshot{set("web", 2, data)}, Users: map[claims.Key]string{
		{Namespace: "default", Name: "data-web-0"}: "web-0", {Namespace: "default", Name: "data-web-1"}: "web-1",
	}}, options: claims.Options{Now: ststest.Start}}
	for _, name := range []string{"data-web-0", "data-web-1", "data-web-2", "data-web-3", "data-web-4"} {
		s.claims = append(s.claims, claim(name))
	}
	for _, change := range changes {
		change(&s)
	}
	return s
}

// alter changes one claim.
func alter(name string, changes ...func(*storage.Claim)) func(*scene) {
	return func(s *scene) {
		i := slices.IndexFunc(s.claims, func(c storage.Claim) bool { return c.Name == name })
		for _, change := range changes {
			change(&s.claims[i])
		}
	}
}

// sets are the sets that there are.
func sets(all ...sts.Snapshot) func(*scene) {
	return func(s *scene) { s.world.Sets = all }
}

// only are the claims that there are.
func only(all ...storage.Claim) func(*scene) {
	return func(s *scene) { s.claims, s.world.Users = all, nil }
}

func mount(name, pod string) func(*scene) {
	return func(s *scene) {
		if s.world.Users == nil {
			s.world.Users = map[claims.Key]string{}
		}
		s.world.Users[claims.Key{Namespace: "default", Name: name}] = pod
	}
}

// scaler is autoscaler hpa of a set.
func scaler(namespace, set string, most int) claims.Scaler {
	return claims.Scaler{Namespace: namespace, Set: set, Autoscaler: claims.Autoscaler{Name: "hpa", Min: 1, Max: most}}
}

func ask(change func(*claims.Options)) func(*scene) {
	return func(s *scene) { change(&s.options) }
}

var deletedSets = ask(func(o *claims.Options) { o.DeletedSets = true })

func (s scene) judge() []claims.Verdict {
	return claims.NewJudge(s.claims, s.options).All(s.claims, s.world)
}

// deleted are the names of the claims that may go, with their class.
func (s scene) deleted() map[string]claims.Class {
	out := map[string]claims.Class{}
	for _, v := range s.judge() {
		if v.Delete {
			out[v.Claim.Name] = v.Class
		}
	}
	return out
}

// about is the verdict about one claim.
func (s scene) about(name string) claims.Verdict {
	all := s.judge()
	return all[slices.IndexFunc(all, func(v claims.Verdict) bool { return v.Claim.Name == name })]
}
