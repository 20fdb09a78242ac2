package feed_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
)

// infeasible is a claim that its driver can't give the size.
func infeasible(changes ...func(*corev1.PersistentVolumeClaim)) *corev1.PersistentVolumeClaim {
	c := &corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "data-web-3", UID: "claim-uid"}}
	size := func(text string) corev1.ResourceList {
		return corev1.ResourceList{corev1.ResourceStorage: resource.MustParse(text)}
	}
	c.Spec.Resources.Requests, c.Status.Capacity, c.Status.Phase = size("9Gi"), size("1Gi"), corev1.ClaimBound
	c.Status.AllocatedResourceStatuses = map[corev1.ResourceName]corev1.ClaimResourceStatus{
		corev1.ResourceStorage: corev1.PersistentVolumeClaimControllerResizeInfeasible,
	}
	for _, change := range changes {
		change(c)
	}
	return c
}

func TestWhatADriverSaysIsAskedForOnce(t *testing.T) {
	said := func(reason, message string) *corev1.Event {
		return &corev1.Event{
			ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: reason + message}, Reason: reason, Message: message,
			LastTimestamp: metav1.NewTime(metav1.Unix(int64(len(message)), 0).Time),
		}
	}
	prepare := func(w *watched) {
		w.sets = newStream(`"kind":"StatefulSet","apiVersion":"apps/v1"`, claiming())
		w.server.On("GET", kubetest.SetsPath, w.sets.serve)
		w.claims = newStream(`"kind":"PersistentVolumeClaim","apiVersion":"v1"`, infeasible())
		events := kubetest.List(said("Provisioned", "this is about something else"), said("VolumeResizeFailed", "old"),
			said("VolumeResizeFailed", "too large"))
		serve := w.events.serve
		w.server.On("GET", "/api/v1/namespaces/default/events", func(out http.ResponseWriter, r *http.Request) {
			asked := strings.Split(r.URL.Query().Get("fieldSelector"), ",")
			slices.Sort(asked) // the library has them in any order
			if slices.Equal(asked, []string{
				"involvedObject.kind=PersistentVolumeClaim", "involvedObject.name=data-web-3", "involvedObject.uid=claim-uid",
			}) {
				events(out, r)
				return
			}
			serve(out, r)
		})
	}
	watching(t, prepare, func(t *testing.T, w *watched) {
		require.Equal(t, "too large", w.next().Snapshot.Claims[0].Resize.Message)
		labelled := func(c *corev1.PersistentVolumeClaim) { c.Labels = map[string]string{"a": "b"} }
		w.claims.events <- kubetest.Event(watch.Modified, infeasible(labelled))
		require.Equal(t, "too large", w.next().Snapshot.Claims[0].Resize.Message)
	})
}
