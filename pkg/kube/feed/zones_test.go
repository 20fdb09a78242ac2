package feed_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// knowing lets somebody want to know the zones; node-1 is in zone a.
func knowing(answer http.HandlerFunc) func(*watched) {
	return func(w *watched) {
		w.zones = true
		w.server.On(http.MethodGet, kubetest.NodePath, answer)
	}
}

var inZoneA = kubetest.Text(http.StatusOK, `{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"node-1",
	"labels":{"topology.kubernetes.io/zone":"a"}}}`)

// nodeReads counts how often a node was asked for.
func nodeReads(w *watched) int {
	n := 0
	for _, r := range w.server.Requests() {
		if strings.HasPrefix(r.What, "GET /api/v1/nodes") {
			n++
		}
	}
	return n
}

// zonesOf are the zones of the pods, in order.
func zonesOf(u engine.Update) string {
	var zones []string
	for _, p := range u.Snapshot.Pods {
		zones = append(zones, p.Zone)
	}
	return strings.Join(zones, ",")
}

func TestWatchAsksEachNodeOnceForItsZone(t *testing.T) {
	var late chan struct{}
	answer := func(w http.ResponseWriter, r *http.Request) {
		<-late
		inZoneA(w, r)
	}
	slow := func(w *watched) {
		late = make(chan struct{}) // of this bubble
		knowing(answer)(w)
	}
	watching(t, slow, func(t *testing.T, w *watched) {
		require.Equal(t, ",,,", zonesOf(w.next()), "nothing waits for the zones")
		close(late)
		require.Equal(t, "a,a,a,a", zonesOf(w.next()))
		w.pods.events <- kubetest.Event(watch.Added, ststest.Pod(4))
		require.Equal(t, "a,a,a,a,a", zonesOf(w.next()))
		require.Equal(t, 1, nodeReads(w))
		w.quiet()
	})
}

func TestWatchDoesWithoutZonesThatItMayNotRead(t *testing.T) {
	watching(t, knowing(kubetest.Forbidden("jo", "get", "nodes", "")), func(t *testing.T, w *watched) {
		require.Equal(t, ",,,", zonesOf(w.next()))
		elsewhere := func(pod *corev1.Pod) { pod.Spec.NodeName = "node-2" }
		w.pods.events <- kubetest.Event(watch.Added, ststest.Pod(4, elsewhere))
		require.Equal(t, ",,,,", zonesOf(w.next()))
		require.Equal(t, 1, nodeReads(w), "a no is for all nodes")
	})
}

func TestWatchBelievesThePodsOwnLabel(t *testing.T) {
	labelled := func(pod *corev1.Pod) { pod.Labels[corev1.LabelTopologyZone] = "b" }
	own := func(w *watched) {
		knowing(inZoneA)(w)
		for i := range w.pods.objects {
			w.pods.objects[i] = ststest.Pod(i, labelled)
		}
	}
	watching(t, own, func(t *testing.T, w *watched) {
		require.Equal(t, "b,b,b,b", zonesOf(w.next()))
		synctest.Wait()
		require.Zero(t, nodeReads(w))
		w.quiet()
	})
}

func TestWatchAsksForNoNodeUnlessSomebodyWantsToKnow(t *testing.T) {
	watching(t, asIs, func(t *testing.T, w *watched) {
		w.next()
		synctest.Wait()
		require.Zero(t, nodeReads(w))
	})
}
