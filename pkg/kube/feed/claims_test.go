package feed_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestWatchTellsOfTheSetsOwnClaims(t *testing.T) {
	pvc := func(name string) *corev1.PersistentVolumeClaim {
		return &corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name, UID: types.UID(name)}}
	}
	prepare := func(w *watched) {
		w.sets = newStream(`"kind":"StatefulSet","apiVersion":"apps/v1"`, claiming())
		w.server.On("GET", kubetest.SetsPath, w.sets.serve)
		w.claims = newStream(`"kind":"PersistentVolumeClaim","apiVersion":"v1"`, pvc("data-web-3"), pvc("data-web-1-3"), pvc("other"))
	}
	watching(t, prepare, func(t *testing.T, w *watched) {
		names := func() []string {
			out := []string{}
			s := w.next().Snapshot
			require.NotNil(t, s.Claims, "they are known, also where there are none")
			for i := range s.Claims {
				out = append(out, s.Claims[i].Name)
			}
			return out
		}
		require.Equal(t, []string{"data-web-3"}, names())
		w.claims.events <- kubetest.Event(watch.Added, pvc("data-web-4"))
		require.Equal(t, []string{"data-web-3", "data-web-4"}, names())
		w.claims.events <- kubetest.Event(watch.Added, pvc("log-www-4"))
		w.quiet()
		w.claims.events <- kubetest.Event(watch.Added, pvc("log-web-4")) // of a template that a recreate may add
		require.Equal(t, []string{"data-web-3", "data-web-4"}, names())
		w.claims.events <- kubetest.Event(watch.Deleted, pvc("data-web-3"))
		require.Equal(t, []string{"data-web-4"}, names())
		w.pods.events <- kubetest.Event(watch.Added, ststest.Pod(4))
		require.Equal(t, []string{"data-web-4"}, names())
		w.claims.events <- kubetest.Event(watch.Deleted, pvc("data-web-4"))
		require.Equal(t, []string{}, names())
	})
}
