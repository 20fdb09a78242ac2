package transport

import (
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/rest"
)

// groups are clients of the API groups that the plugin reads and writes. Those of
// k8s.io/client-go/kubernetes know all groups in all versions: their types would
// be half of the program, and half of what its start costs.
type groups struct {
	Core, Apps, autoscaling, policy rest.Interface
	storage                         rest.Interface
	authorization, authentication   rest.Interface

	Parameters runtime.ParameterCodec // writes options into an address
	json       runtime.Decoder        // of whole answers
}

// newGroups makes the clients. They share their connections.
func newGroups(config *rest.Config) (groups, error) {
	httpClient, err := rest.HTTPClientFor(config)
	if err != nil {
		return groups{}, fmt.Errorf("kubeconfig: %w", err)
	}
	scheme := runtime.NewScheme()
	g := groups{Parameters: runtime.NewParameterCodec(scheme)}
	codecs := serializer.NewCodecFactory(scheme)
	format, _ := runtime.SerializerInfoForMediaType(codecs.SupportedMediaTypes(), runtime.ContentTypeJSON) // every factory has it
	g.json = format.Serializer
	metav1.AddToGroupVersion(scheme, schema.GroupVersion{Version: "v1"}) // what an API server says that went wrong is of no group
	for _, group := range g.all() {
		scheme.AddKnownTypes(group.version, group.types...)
		metav1.AddToGroupVersion(scheme, group.version)
		own := rest.CopyConfig(config)
		own.GroupVersion, own.APIPath, own.NegotiatedSerializer = &group.version, group.path, codecs.WithoutConversion()
		if *group.client, err = rest.RESTClientForConfigAndClient(own, httpClient); err != nil {
			return groups{}, fmt.Errorf("kubeconfig: %w", err)
		}
	}
	return g, nil
}

// group is one of the groups, in one version.
type group struct {
	client  *rest.Interface // is set
	path    string
	version schema.GroupVersion
	types   []runtime.Object // that are sent and read
}

func (g *groups) all() []group {
	return []group{
		{&g.Core, "/api", corev1.SchemeGroupVersion, []runtime.Object{
			&corev1.Event{}, &corev1.EventList{}, &corev1.Namespace{}, &corev1.NamespaceList{}, &corev1.Node{}, &corev1.NodeList{},
			&corev1.PersistentVolume{}, &corev1.PersistentVolumeList{},
			&corev1.PersistentVolumeClaim{}, &corev1.PersistentVolumeClaimList{},
			&corev1.Service{}, &corev1.ServiceList{},
			&corev1.Pod{}, &corev1.PodList{}, &corev1.PodExecOptions{}, &corev1.PodLogOptions{},
			&corev1.ResourceQuota{}, &corev1.ResourceQuotaList{},
		}},
		{&g.Apps, "/apis", appsv1.SchemeGroupVersion, []runtime.Object{
			&appsv1.ControllerRevision{}, &appsv1.ControllerRevisionList{}, &appsv1.StatefulSet{}, &appsv1.StatefulSetList{},
		}},
		{&g.autoscaling, "/apis", autoscalingv2.SchemeGroupVersion, []runtime.Object{
			&autoscalingv2.HorizontalPodAutoscaler{}, &autoscalingv2.HorizontalPodAutoscalerList{},
		}},
		{&g.policy, "/apis", policyv1.SchemeGroupVersion, []runtime.Object{
			&policyv1.PodDisruptionBudget{}, &policyv1.PodDisruptionBudgetList{},
		}},
		{&g.storage, "/apis", storagev1.SchemeGroupVersion, []runtime.Object{&storagev1.StorageClass{}, &storagev1.StorageClassList{}}},
		{&g.authorization, "/apis", authorizationv1.SchemeGroupVersion, []runtime.Object{&authorizationv1.SelfSubjectAccessReview{}}},
		{&g.authentication, "/apis", authenticationv1.SchemeGroupVersion, []runtime.Object{&authenticationv1.SelfSubjectReview{}}},
	}
}
