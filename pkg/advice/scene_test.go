package advice_test

import (
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice"
	"github.com/kubectl-sts/kubectl-sts/pkg/advice/world"
	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// scene is what a row is about: set web, as its rules want it, with all that is around.
type scene struct {
	live     bool
	set      *appsv1.StatefulSet
	more     []*appsv1.StatefulSet
	pods     []*corev1.Pod
	claims   []*corev1.PersistentVolumeClaim
	volumes  []*corev1.PersistentVolume
	nodes    []*corev1.Node
	class    *storagev1.StorageClass
	service  *corev1.Service
	budgets  []*policyv1.PodDisruptionBudget
	scalers  []claims.Scaler
	unused   map[string][]claims.Verdict
	others   []map[string]string
	before   map[string]*appsv1.StatefulSet
	unseen   map[world.Part]string
	away     *sts.Away
	noVolume bool // nobody has read volumes
}

// good is a set of three pods in which there is nothing to find.
func good(live bool) *scene {
	s := &scene{
		live: live,
		set:  ststest.Set(ststest.Replicas(3)),
		pods: ststest.Pods(0, 3),
		class: &storagev1.StorageClass{
			ObjectMeta: metav1.ObjectMeta{Name: "fast"}, Provisioner: "disk", AllowVolumeExpansion: ptr.To(true),
			ReclaimPolicy: ptr.To(corev1.PersistentVolumeReclaimRetain),
		},
		service: &corev1.Service{
			ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "web"},
			Spec:       corev1.ServiceSpec{ClusterIP: corev1.ClusterIPNone, Selector: map[string]string{"app": "web"}},
		},
		budgets: []*policyv1.PodDisruptionBudget{budget("web", 1)},
	}
	s.set.Spec.ServiceName = "web"
	c := &s.set.Spec.Template.Spec.Containers[0]
	c.ReadinessProbe = &corev1.Probe{}
	c.VolumeMounts = []corev1.VolumeMount{{Name: "data", MountPath: "/data"}}
	s.set.Spec.VolumeClaimTemplates = []corev1.PersistentVolumeClaim{claim("data")}
	for i, pod := range s.pods {
		node := fmt.Sprintf("node-%d", i)
		pod.Spec.NodeName, pod.Spec.Subdomain = node, "web"
		pod.Spec.Volumes = []corev1.Volume{{Name: "data", VolumeSource: corev1.VolumeSource{
			PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: fmt.Sprintf("data-web-%d", i)},
		}}}
		pod.Status.ContainerStatuses[0].ImageID = "docker.io/library/nginx@sha256:1"
		own := claim(fmt.Sprintf("data-web-%d", i))
		own.Spec.VolumeName, own.Status.Phase = "pv-"+pod.Name, corev1.ClaimBound
		own.Status.Capacity = corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Gi")}
		s.claims = append(s.claims, &own)
		s.volumes = append(s.volumes, &corev1.PersistentVolume{
			ObjectMeta: metav1.ObjectMeta{Name: "pv-" + pod.Name},
			Spec:       corev1.PersistentVolumeSpec{PersistentVolumeReclaimPolicy: corev1.PersistentVolumeReclaimRetain},
		})
		s.nodes = append(s.nodes, &corev1.Node{
			ObjectMeta: metav1.ObjectMeta{
				Name: node, Labels: map[string]string{corev1.LabelHostname: node, corev1.LabelArchStable: "arm64"},
			},
			Status: corev1.NodeStatus{Conditions: []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue}}},
		})
	}
	return s
}

// claim is a claim, or a claim template, of 1Gi.
func claim(name string) corev1.PersistentVolumeClaim {
	return corev1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name},
		Spec: corev1.PersistentVolumeClaimSpec{
			StorageClassName: ptr.To("fast"), AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
			Resources: corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Gi")}},
		},
	}
}

// budget is one for the pods of web, which all are healthy.
func budget(name string, maxUnavailable int32) *policyv1.PodDisruptionBudget {
	return &policyv1.PodDisruptionBudget{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name},
		Spec: policyv1.PodDisruptionBudgetSpec{
			Selector:       &metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}},
			MaxUnavailable: ptr.To(intstr.FromInt32(maxUnavailable)),
		},
		Status: policyv1.PodDisruptionBudgetStatus{
			ExpectedPods: 3, CurrentHealthy: 3, DesiredHealthy: 3 - maxUnavailable, DisruptionsAllowed: maxUnavailable,
		},
	}
}

// look judges the scene's set.
func (s *scene) look() advice.Advice {
	w := &world.World{
		Live: s.live, Now: ststest.Start, Patience: time.Minute, Scalers: s.scalers, Unused: s.unused, Others: s.others, Before: s.before,
		Claims: map[string]world.Claim{}, Unseen: s.unseen,
		Cluster: &world.Cluster{Classes: map[string]storagev1.StorageClass{}},
	}
	if s.class != nil {
		w.Cluster.Classes[s.class.Name] = *s.class
	}
	for _, b := range s.budgets {
		w.Budgets = append(w.Budgets, *b)
	}
	if s.service != nil {
		w.Services = append(w.Services, *s.service)
	}
	var pods []world.SetPod
	for _, p := range s.pods {
		if pod, ok := world.ObservePod(p); ok && s.live {
			pods = append(pods, pod)
		}
	}
	for _, object := range append([]*appsv1.StatefulSet{s.set}, s.more...) {
		set := world.ObserveSet(object)
		set.Take(pods)
		w.Sets = append(w.Sets, set)
	}
	w.Sets[0].Snapshot.Away = s.away
	if s.live {
		s.around(w)
	}
	return advice.Judge(w, &w.Sets[0])
}

// around adds what only a cluster has.
func (s *scene) around(w *world.World) {
	for _, c := range s.claims {
		w.Claims[c.Name] = world.ObserveClaim(c, storage.ObserveClaim(c, nil))
	}
	w.Cluster.Nodes = map[string]world.Node{}
	for _, n := range s.nodes {
		w.Cluster.Nodes[n.Name] = world.ObserveNode(n)
	}
	if s.noVolume {
		return
	}
	w.Cluster.Volume = func(name string) (world.Volume, bool) {
		for _, v := range s.volumes {
			if v.Name == name {
				return world.ObserveVolume(v), true
			}
		}
		return world.Volume{}, false
	}
}
