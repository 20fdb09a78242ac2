package feed_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// stream is a collection that can be watched, as servers from 1.34 on do it: a
// watch that asks for the initial events gets the objects and a bookmark, and
// then what the test sends.
type stream struct {
	kind    string // and apiVersion, as JSON
	objects []runtime.Object
	events  chan string   // an empty one cuts the watch
	hold    chan struct{} // the bookmark waits for it, nil for no wait
	old     bool          // can't send the initial events
}

func newStream[T runtime.Object](kind string, objects ...T) *stream {
	s := &stream{kind: kind, events: make(chan string)}
	for _, obj := range objects {
		s.objects = append(s.objects, obj)
	}
	return s
}

func (s *stream) serve(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	initial := query.Get("sendInitialEvents") == "true"
	switch {
	case !query.Has("watch"):
		kubetest.List(s.objects...)(w, r)
		return
	case initial && s.old:
		status := kubetest.Invalid
		status.Message = "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled"
		kubetest.Failed(status)(w, r)
		return
	}
	w.Header().Set("Content-Type", runtime.ContentTypeJSON)
	send := func(lines ...string) {
		_, _ = io.WriteString(w, strings.Join(lines, ""))
		_ = http.NewResponseController(w).Flush()
	}
	send()
	if initial {
		for _, obj := range s.objects {
			send(kubetest.Event(watch.Added, obj))
		}
		if s.hold != nil {
			<-s.hold
		}
		send(`{"type":"BOOKMARK","object":{` + s.kind +
			`,"metadata":{"resourceVersion":"200","annotations":{"k8s.io/initial-events-end":"true"}}}}` + "\n")
	}
	for {
		select {
		case e := <-s.events:
			if e == "" {
				return
			}
			send(e)
		case <-r.Context().Done():
			return
		}
	}
}

// watched is a set that is watched.
type watched struct {
	t                             *testing.T
	server                        *kubetest.Server
	sets, pods, revisions, events *stream
	claims                        *stream // nil when they are not watched
	feed                          <-chan engine.Update
	zones                         bool // somebody wants to know them
	needs                         []kube.Need
	ahead                         bool // it begins while the set is loaded
}

// watching runs a test of the feed of set web with four of its five pods, in
// virtual time. Afterwards the feed must close and every goroutine end.
func watching(t *testing.T, prepare func(*watched), test func(*testing.T, *watched)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &watched{
			t:         t,
			server:    kubetest.NewServer(t),
			sets:      newStream(`"kind":"StatefulSet","apiVersion":"apps/v1"`, ststest.Set()),
			pods:      newStream(`"kind":"Pod","apiVersion":"v1"`, ststest.Pods(0, 4)...),
			revisions: newStream(`"kind":"ControllerRevision","apiVersion":"apps/v1"`, kubetest.Revisions...),
			events:    newStream(`"kind":"Event","apiVersion":"v1"`, kubetest.Quota),
		}
		for path, s := range map[string]*stream{
			kubetest.SetsPath: w.sets, kubetest.PodsPath: w.pods, kubetest.RevisionsPath: w.revisions, kubetest.EventsPath: w.events,
		} {
			w.server.On(http.MethodGet, path, s.serve)
		}
		prepare(w)
		ctx, cancel := context.WithCancel(t.Context())
		client := w.server.Client()
		if w.zones {
			client.KnowZones()
		}
		if w.claims != nil {
			w.server.On(http.MethodGet, kubetest.ClaimsPath, w.claims.serve)
			w.needs = append(w.needs, kube.NeedClaims)
		}
		if w.ahead {
			client.WatchAhead(ctx)
			_, _, err := client.Load(ctx, "web")
			require.NoError(t, err)
			synctest.Wait()
		}
		feed, err := client.Watch(ctx, workload.FromApps(claiming()), w.needs...)
		require.NoError(t, err)
		w.feed = feed
		defer w.end(cancel)
		test(t, w)
	})
}

// end ends the watch. What is left running then fails the test: synctest
// waits for every goroutine.
func (w *watched) end(cancel context.CancelFunc) {
	cancel()
	for range w.feed {
	}
	time.Sleep(time.Minute) // client-go sits out a delay, whatever its context says
	w.server.CloseClientConnections()
	w.server.Close()
}

// claiming is the set, with a template for claims.
func claiming() *appsv1.StatefulSet {
	return ststest.Set(func(set *appsv1.StatefulSet) {
		set.Spec.VolumeClaimTemplates = []corev1.PersistentVolumeClaim{{ObjectMeta: metav1.ObjectMeta{Name: "data"}}}
	})
}

// asIs changes nothing before the test.
func asIs(*watched) {}

// next is the next item of the feed, after all that comes at the same time.
func (w *watched) next() engine.Update {
	w.t.Helper()
	synctest.Wait()
	u, ok := <-w.feed
	require.True(w.t, ok, "the feed is closed")
	return u
}

// quiet checks that there is nothing to be had now.
func (w *watched) quiet() {
	w.t.Helper()
	synctest.Wait()
	select {
	case u, ok := <-w.feed:
		require.Fail(w.t, "the feed is not quiet", "%t %+v", ok, u)
	default:
	}
}

// closed checks that the feed is.
func (w *watched) closed() {
	w.t.Helper()
	_, ok := <-w.feed
	require.False(w.t, ok, "the feed is still open")
}

// shows is what the feed says of this state of the cluster.
func shows(set *appsv1.StatefulSet, pods []*corev1.Pod, events ...*corev1.Event) engine.Update {
	return engine.Update{
		Snapshot: sts.Observe(workload.FromApps(kubetest.Received(set)), kubetest.ReceivedAll(pods),
			kubetest.ReceivedAll(kubetest.Revisions),
			sts.FailedCreates(events)),
	}
}
