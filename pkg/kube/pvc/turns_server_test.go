package pvc_test

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// estate is what a server holds of all namespaces.
type estate struct {
	claims  []*corev1.PersistentVolumeClaim
	sets    []*appsv1.StatefulSet
	pods    []*corev1.Pod
	scalers []*autoscalingv2.HorizontalPodAutoscaler
}

func (e *estate) addClaim(namespace, name string) {
	c := boundClaim(name)
	c.Namespace = namespace
	e.claims = append(e.claims, c)
}

func (e *estate) addPod(namespace, name, claim string) {
	pod := mounting(name, claim)
	pod.Namespace = namespace
	e.pods = append(e.pods, pod)
}

func (e *estate) addScaler(namespace, name string) {
	a := kubetest.Scaler(name, "StatefulSet", "apps/v1")
	a.Namespace = namespace
	e.scalers = append(e.scalers, a)
}

// sorted puts the lists into the order of etcd's keys.
func (e *estate) sorted() *estate {
	slices.SortFunc(e.claims, byKey)
	slices.SortFunc(e.sets, byKey)
	slices.SortFunc(e.pods, byKey)
	slices.SortFunc(e.scalers, byKey)
	return e
}

func byKey[T metav1.Object](a, b T) int {
	return strings.Compare(a.GetNamespace()+"/"+a.GetName(), b.GetNamespace()+"/"+b.GetName())
}

// object is one that the API server has in both formats.
type object interface {
	runtime.Object
	Marshal() ([]byte, error)
}

// inPages answers with so many objects at once, whatever the limit.
func inPages[T object](size int, objs []T) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		from, _ := strconv.Atoi(r.URL.Query().Get("continue"))
		to := min(from+size, len(objs))
		if r.URL.Query().Get("limit") == "" {
			to = len(objs)
		}
		meta := metav1.ListMeta{ResourceVersion: "100"}
		if to < len(objs) {
			meta.Continue = strconv.Itoa(to)
		}
		if strings.Contains(r.Header.Get("Accept"), runtime.ContentTypeProtobuf) {
			w.Header().Set("Content-Type", runtime.ContentTypeProtobuf)
			_, _ = w.Write(kubetest.Protobuf(meta, objs[from:to]...))
			return
		}
		w.Header().Set("Content-Type", runtime.ContentTypeJSON)
		_ = json.NewEncoder(w).Encode(map[string]any{"metadata": meta, "items": append([]T{}, objs[from:to]...)})
	}
}

// in are the objects of a namespace.
func in[T metav1.Object](namespace string, all []T) []T {
	return slices.DeleteFunc(slices.Clone(all), func(one T) bool { return one.GetNamespace() != namespace })
}

// estateServer serves an estate, all of it and by namespace, in pages of these sizes.
func estateServer(t *testing.T, e *estate, claimPage, setPage, podPage, scalerPage int) *kubetest.Server {
	t.Helper()
	s := kubetest.NewServer(t)
	t.Cleanup(s.Close)
	s.On(http.MethodGet, kubetest.AllClaimsPath, inPages(claimPage, e.claims))
	s.On(http.MethodGet, kubetest.AllSetsPath, inPages(setPage, e.sets))
	s.On(http.MethodGet, kubetest.AllPodsPath, inPages(podPage, e.pods))
	s.On(http.MethodGet, kubetest.AllScalersPath, inPages(scalerPage, e.scalers))
	for _, namespace := range []string{"a", "team", "team-a", "team-b", "z"} {
		s.On(http.MethodGet, "/api/v1/namespaces/"+namespace+"/persistentvolumeclaims", inPages(claimPage, in(namespace, e.claims)))
		s.On(http.MethodGet, "/apis/apps/v1/namespaces/"+namespace+"/statefulsets", inPages(setPage, in(namespace, e.sets)))
		s.On(http.MethodGet, "/api/v1/namespaces/"+namespace+"/pods", inPages(podPage, in(namespace, e.pods)))
		s.On(http.MethodGet, "/apis/autoscaling/v2/namespaces/"+namespace+"/horizontalpodautoscalers",
			inPages(scalerPage, in(namespace, e.scalers)))
	}
	return s
}

// told are the namespaces that a way of reading passes on, in their order.
func told(t *testing.T, read func(context.Context, bool, func(claims.Namespace) error) error) ([]claims.Namespace, error) {
	t.Helper()
	var out []claims.Namespace
	err := read(t.Context(), true, func(n claims.Namespace) error {
		out = append(out, n)
		return nil
	})
	return out, err
}

// small is a namespace of each kind: with all, without sets, with a set alone,
// with only an autoscaler, and two whose names begin with the same word.
func small() *estate {
	e := &estate{}
	e.addClaim("a", "data-web-0")
	e.addClaim("a", "data-web-1")
	e.addClaim("a", "data-web-2")
	e.sets = append(e.sets, withTemplate(kubetest.Set("a", "web", 1)))
	e.addPod("a", "web-0", "data-web-0")
	e.addPod("a", "job", "data-web-2")
	e.addScaler("a", "web")
	e.addClaim("team-a", "data-db-0")
	e.addClaim("team", "data-db-1")
	e.addPod("team", "db-1", "data-db-1")
	e.sets = append(e.sets, withTemplate(kubetest.Set("team-b", "db", 1)))
	e.addScaler("z", "far")
	return e.sorted()
}

// onlyJSON is a proxy that hands on nothing else.
func onlyJSON(handler http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set("Accept", runtime.ContentTypeJSON)
		handler(w, r)
	}
}

// full is the small estate with more of what objects have, and what is to be read
// of them is all there.
func full() *estate {
	e := small()
	later := metav1.NewTime(ststest.Start.Add(time.Hour).Truncate(time.Second))
	for _, c := range e.claims {
		c.ManagedFields = []metav1.ManagedFieldsEntry{{
			Manager: "somebody", Operation: metav1.ManagedFieldsOperationUpdate, APIVersion: "v1", FieldsType: "FieldsV1",
			FieldsV1: metav1.NewFieldsV1(`{"f:spec":{"f:accessModes":{}}}`),
		}}
		c.Annotations, c.Finalizers, c.DeletionTimestamp = map[string]string{storage.KeepAnnotation: ""}, []string{"a/b"}, &later
		c.OwnerReferences = []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "StatefulSet", Name: "web", UID: "web-uid"}}
		c.Status.Conditions = []corev1.PersistentVolumeClaimCondition{{
			Type: "Unused", Status: corev1.ConditionTrue, LastTransitionTime: later,
		}}
	}
	for _, set := range e.sets {
		set.Annotations = map[string]string{note.ScaleAnnotation: "{}"}
		set.Spec.Ordinals = &appsv1.StatefulSetOrdinals{Start: 3}
		set.DeletionTimestamp, set.Status.Replicas, set.Generation, set.Status.ObservedGeneration = &later, 4, 7, 6
	}
	for _, pod := range e.pods {
		pod.Labels = map[string]string{"app": "web"}
		pod.Spec.Containers = []corev1.Container{{Name: "main", Image: "nginx"}}
		pod.Spec.Volumes = append(pod.Spec.Volumes,
			corev1.Volume{Name: "token", VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{}}},
			corev1.Volume{Name: "scratch", VolumeSource: corev1.VolumeSource{Ephemeral: &corev1.EphemeralVolumeSource{}}})
	}
	return e
}
