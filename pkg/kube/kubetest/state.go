package kubetest

import (
	"net/http"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// What is asked for.
const (
	SetsPath      = "/apis/apps/v1/namespaces/default/statefulsets"
	BudgetsPath   = "/apis/policy/v1/namespaces/default/poddisruptionbudgets"
	SetPath       = SetsPath + "/web"
	PodsPath      = "/api/v1/namespaces/default/pods"
	RevisionsPath = "/apis/apps/v1/namespaces/default/controllerrevisions"
	EventsPath    = "/api/v1/namespaces/default/events"
	ScalersPath   = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers"

	AllSetsPath    = "/apis/apps/v1/statefulsets"
	AllPodsPath    = "/api/v1/pods"
	AllEventsPath  = "/api/v1/events"
	NodesPath      = "/api/v1/nodes"
	FirstPage      = "?limit=500"
	FirstLongPage  = "?limit=2000"
	FirstSetsPage  = "?limit=250"
	ClaimsPath     = "/api/v1/namespaces/default/persistentvolumeclaims"
	AllClaimsPath  = "/api/v1/persistentvolumeclaims"
	VolumesPath    = "/api/v1/persistentvolumes"
	AllScalersPath = "/apis/autoscaling/v2/horizontalpodautoscalers"
	NodePath       = "/api/v1/nodes/node-1"
	ClaimPath      = ClaimsPath + "/data-web-4"
)

// What belongs to set web: its revisions, and the event that says why it lacks a pod.
var (
	Revisions = []*appsv1.ControllerRevision{
		ststest.ControllerRevision(ststest.Stable, "nginx:1.21", 1),
		ststest.ControllerRevision(ststest.Update, "nginx:1.22", 2),
	}
	Quota = &corev1.Event{
		ObjectMeta:     metav1.ObjectMeta{Namespace: "default", Name: "web.1"},
		InvolvedObject: corev1.ObjectReference{Kind: "StatefulSet", Name: "web"},
		Reason:         sts.ReasonFailedCreate,
		Message:        "create Pod web-4 in StatefulSet web failed error: exceeded quota",
	}
	FailedCreatesQuery = "fieldSelector=involvedObject.kind=StatefulSet,involvedObject.name=web"
)

// Loadable is a server that holds set web with these pods.
func Loadable(t *testing.T, set *appsv1.StatefulSet, pods []*corev1.Pod) *Server {
	t.Helper()
	s := NewServer(t)
	t.Cleanup(s.Close)
	s.On(http.MethodGet, SetPath, Object(set))
	s.On(http.MethodGet, PodsPath, List(pods...))
	s.On(http.MethodGet, RevisionsPath, List(Revisions...))
	s.On(http.MethodGet, EventsPath, List(Quota))
	return s
}

// Set is set web by another name, in a namespace, with so many replicas.
func Set(namespace, name string, replicas int32) *appsv1.StatefulSet {
	s := ststest.Set(ststest.Replicas(replicas))
	s.Namespace, s.Name, s.UID = namespace, name, types.UID(namespace+"/"+name)
	return s
}

// Scaler is an autoscaler of web.
func Scaler(name, kind, version string) *autoscalingv2.HorizontalPodAutoscaler {
	return &autoscalingv2.HorizontalPodAutoscaler{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name},
		Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
			MaxReplicas: 9, ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{Kind: kind, APIVersion: version, Name: "web"},
		},
	}
}
