package feed_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/utils/ptr"

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

// said is an event about a claim, so many seconds after the size was asked for.
func said(of, reason, message string, after int64) *corev1.Event {
	return &corev1.Event{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: reason + message}, Reason: reason, Message: message,
		InvolvedObject: corev1.ObjectReference{Kind: "PersistentVolumeClaim", UID: types.UID(of)},
		LastTimestamp:  metav1.NewTime(time.Unix(1000+after, 0)),
	}
}

// asked has a size asked for by somebody.
func asked(c *corev1.PersistentVolumeClaim) {
	c.ManagedFields = []metav1.ManagedFieldsEntry{{
		Manager: "sts-rollout", Time: ptr.To(metav1.NewTime(time.Unix(1000, 0))),
		FieldsV1: metav1.NewFieldsV1(`{"f:spec":{"f:resources":{"f:requests":{"f:storage":{}}}}}`),
	}}
}

// saying answers with events of this reason, and counts how often it was asked.
func saying(w *watched, all ...*corev1.Event) *atomic.Int32 {
	times := &atomic.Int32{}
	serve := w.events.serve
	w.server.On("GET", "/api/v1/namespaces/default/events", func(out http.ResponseWriter, r *http.Request) {
		asked := strings.Split(r.URL.Query().Get("fieldSelector"), ",")
		slices.Sort(asked) // the library has them in any order
		reason, ok := strings.CutPrefix(asked[len(asked)-1], "reason=")
		if !ok || asked[0] != "involvedObject.kind=PersistentVolumeClaim" {
			serve(out, r)
			return
		}
		times.Add(1)
		var of []*corev1.Event
		for _, e := range all {
			if e.Reason == reason {
				of = append(of, e)
			}
		}
		kubetest.List(of...)(out, r)
	})
	return times
}

func withClaims(w *watched, claims ...*corev1.PersistentVolumeClaim) {
	w.sets = newStream(`"kind":"StatefulSet","apiVersion":"apps/v1"`, claiming())
	w.server.On("GET", kubetest.SetsPath, w.sets.serve)
	w.claims = newStream(`"kind":"PersistentVolumeClaim","apiVersion":"v1"`, claims...)
}

func TestWhatADriverSaysIsAskedForOnce(t *testing.T) {
	times := &atomic.Int32{}
	prepare := func(w *watched) {
		withClaims(w, infeasible(asked))
		times = saying(w, said("claim-uid", "Provisioned", "this is about something else", 9),
			said("claim-uid", "VolumeResizeFailed", "old", 1), said("claim-uid", "VolumeResizeFailed", "too large", 2),
			said("other", "VolumeResizeFailed", "another's", 3))
	}
	watching(t, prepare, func(t *testing.T, w *watched) {
		require.Equal(t, "too large", w.next().Snapshot.Claims[0].Resize.Message)
		require.EqualValues(t, 2, times.Load(), "one list for each reason")
		labelled := func(c *corev1.PersistentVolumeClaim) { c.Labels = map[string]string{"a": "b"} }
		w.claims.events <- kubetest.Event(watch.Modified, infeasible(asked, labelled))
		require.Equal(t, "too large", w.next().Snapshot.Claims[0].Resize.Message)
		require.EqualValues(t, 2, times.Load())
	})
}

// What was said before is about the size that was asked for before. However many claims
// wait for words, they are waited for together.
func TestWhatADriverSaidOfAnotherSizeIsNotTold(t *testing.T) {
	start, times := time.Time{}, &atomic.Int32{}
	prepare := func(w *watched) {
		start = time.Now()
		claims := []*corev1.PersistentVolumeClaim{infeasible(asked)}
		for i := range 3 {
			claims = append(claims, infeasible(asked, func(c *corev1.PersistentVolumeClaim) {
				c.Name, c.UID = fmt.Sprintf("data-web-%d", i), types.UID(fmt.Sprint(i))
			}))
		}
		withClaims(w, claims...)
		times = saying(w, said("claim-uid", "VolumeResizeFailed", "about another size", -60),
			said("1", "FileSystemResizeFailed", "damaged", 1))
	}
	watching(t, prepare, func(t *testing.T, w *watched) {
		got := map[string]string{}
		for _, c := range w.next().Snapshot.Claims {
			got[c.Name] = c.Resize.Message
		}
		require.Equal(t, map[string]string{"data-web-0": "", "data-web-1": "damaged", "data-web-2": "", "data-web-3": ""}, got)
		require.Positive(t, times.Load())
		require.Less(t, time.Since(start), 3*time.Second)
	})
}
