package feed_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// tooOld says that a watch can't begin, or go on, where it was.
var tooOld = &metav1.Status{
	Status: metav1.StatusFailure, Code: http.StatusGone, Reason: metav1.StatusReasonExpired, Message: "too old resource version: 200",
}

func TestWatchBeginsWithOneWholeSnapshot(t *testing.T) {
	hold := func(w *watched) { w.revisions.hold = make(chan struct{}) }
	watching(t, hold, func(t *testing.T, w *watched) {
		w.quiet()

		close(w.revisions.hold)

		require.Equal(t, shows(ststest.Set(), ststest.Pods(0, 4), kubetest.Quota), w.next())
		w.quiet()
		const initial = "allowWatchBookmarks=true&"
		const rest = "resourceVersionMatch=NotOlderThan&sendInitialEvents=true&watch=true"
		require.Equal(t, kubetest.Reads(
			"GET "+kubetest.EventsPath+"?"+initial+kubetest.FailedCreatesQuery+"&"+rest,
			"GET "+kubetest.PodsPath+"?"+initial+"labelSelector=app=web&"+rest,
			"GET "+kubetest.RevisionsPath+"?"+initial+"labelSelector=app=web&"+rest,
			"GET "+kubetest.SetsPath+"?"+initial+"fieldSelector=metadata.name=web&"+rest,
			"GET "+kubetest.BudgetsPath+"?"+initial+rest,
		), w.server.Requests())
	})
}

func TestWatchShowsEveryKindOfChange(t *testing.T) {
	watching(t, asIs, func(t *testing.T, w *watched) {
		require.Equal(t, shows(ststest.Set(), ststest.Pods(0, 4), kubetest.Quota), w.next())

		w.pods.events <- kubetest.Event(watch.Added, ststest.Pod(4))
		require.Equal(t, shows(ststest.Set(), ststest.Pods(0, 5), kubetest.Quota), w.next())

		set := ststest.Set(ststest.Partition(3), ststest.Generation(2))
		w.sets.events <- kubetest.Event(watch.Modified, set)
		require.Equal(t, shows(set, ststest.Pods(0, 5), kubetest.Quota), w.next())

		w.events.events <- kubetest.Event(watch.Deleted, kubetest.Quota)
		require.Equal(t, shows(set, ststest.Pods(0, 5)), w.next())

		w.sets.events <- kubetest.Event(watch.Deleted, set)
		require.Equal(t, engine.Update{Snapshot: sts.Snapshot{FailedCreates: map[string]sts.FailedCreate{}}}, w.next())
	})
}

func TestWatchMergesABurst(t *testing.T) {
	watching(t, asIs, func(t *testing.T, w *watched) {
		w.next()

		for o := 4; o < 20; o++ {
			w.pods.events <- kubetest.Event(watch.Added, ststest.Pod(o))
		}
		synctest.Wait()

		require.Equal(t, shows(ststest.Set(), ststest.Pods(0, 20), kubetest.Quota), w.next())
		w.quiet()
	})
}

func TestWatchGoesOnSilentlyWhereItWasCut(t *testing.T) {
	watching(t, asIs, func(t *testing.T, w *watched) {
		w.next()
		w.server.Requests()
		time.Sleep(10 * time.Second) // a shorter watch would not be trusted

		w.pods.events <- ""
		w.pods.events <- kubetest.Event(watch.Added, ststest.Pod(4))

		require.Equal(t, shows(ststest.Set(), ststest.Pods(0, 5), kubetest.Quota), w.next())
		w.quiet()
		require.Equal(t,
			kubetest.Reads("GET "+kubetest.PodsPath+"?allowWatchBookmarks=true&labelSelector=app=web&resourceVersion=200&watch=true"),
			w.server.Requests())
	})
}

func TestWatchListsAgainSilently(t *testing.T) {
	tests := []struct{ name, event string }{
		{"when it was cut at once", ""},
		{"when it has become too old", kubetest.Event(watch.Error, tooOld)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			watching(t, asIs, func(t *testing.T, w *watched) {
				w.next()

				w.pods.objects = append(w.pods.objects, ststest.Pod(4))
				w.pods.events <- test.event

				require.Equal(t, shows(ststest.Set(), ststest.Pods(0, 5), kubetest.Quota), w.next())
				w.quiet()
			})
		})
	}
}

func TestWatchListsAgainSilentlyWhenItIsTooOldToBegin(t *testing.T) {
	watching(t, asIs, func(t *testing.T, w *watched) {
		w.next()
		time.Sleep(10 * time.Second)
		w.pods.objects = append(w.pods.objects, ststest.Pod(4))
		w.server.On(http.MethodGet, kubetest.PodsPath, func(rw http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("resourceVersion") == "200" {
				kubetest.Failed(*tooOld)(rw, r)
				return
			}
			w.pods.serve(rw, r)
		})

		w.pods.events <- ""

		require.Equal(t, shows(ststest.Set(), ststest.Pods(0, 5), kubetest.Quota), w.next())
		w.quiet()
	})
}

func TestWatchOfAServerThatCannotSendAListAsAWatch(t *testing.T) {
	old := func(w *watched) {
		for _, s := range []*stream{w.sets, w.pods, w.revisions, w.events} {
			s.old = true
		}
	}
	watching(t, old, func(t *testing.T, w *watched) {
		require.Equal(t, shows(ststest.Set(), ststest.Pods(0, 4), kubetest.Quota), w.next())

		w.pods.events <- kubetest.Event(watch.Added, ststest.Pod(4))

		require.Equal(t, shows(ststest.Set(), ststest.Pods(0, 5), kubetest.Quota), w.next())
		w.quiet()
	})
}

func TestWatchEndsWhereItMayNotGoOn(t *testing.T) {
	tests := []struct {
		name, path string
		answer     http.HandlerFunc
		want       string
	}{
		{
			"pods that may not be watched", kubetest.PodsPath, kubetest.Forbidden("jo", "watch", "pods", ""),
			`forbidden: user "jo" cannot watch pods in namespace "default"`,
		},
		{
			"sets that may not be watched", kubetest.SetsPath, kubetest.Forbidden("jo", "watch", "statefulsets", "apps"),
			`forbidden: user "jo" cannot watch statefulsets.apps in namespace "default"`,
		},
		{
			"credentials that have expired", kubetest.RevisionsPath, kubetest.Failed(kubetest.ExpiredLogin),
			kubetest.NoLogin,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			refuse := func(w *watched) { w.server.On(http.MethodGet, test.path, test.answer) }
			watching(t, refuse, func(t *testing.T, w *watched) {
				require.EqualError(t, w.next().Err, test.want)
				w.closed()
			})
		})
	}
}

func TestWatchDoesWithoutEventsThatItMayNotRead(t *testing.T) {
	refuse := func(w *watched) {
		w.server.On(http.MethodGet, kubetest.EventsPath, kubetest.Forbidden("jo", "watch", "events", ""))
	}
	watching(t, refuse, func(t *testing.T, w *watched) {
		require.Equal(t, shows(ststest.Set(), ststest.Pods(0, 4)), w.next())

		w.pods.events <- kubetest.Event(watch.Added, ststest.Pod(4))

		require.Equal(t, shows(ststest.Set(), ststest.Pods(0, 5)), w.next())
	})
}

func TestWatchTellsOnceThatTheServerIsDownAndOnceThatItAnswersAgain(t *testing.T) {
	watching(t, asIs, func(t *testing.T, w *watched) {
		w.next()

		w.server.Network.Down.Store(true)
		w.server.CloseClientConnections()

		const down = "cannot reach the API server at http://apiserver: connection refused; trying again"
		require.Equal(t, engine.Update{Notice: down, Cut: true}, w.next())
		time.Sleep(10 * time.Minute) // of virtual time, with hundreds of tries
		w.quiet()

		w.pods.objects = append(w.pods.objects, ststest.Pod(4))
		w.server.Network.Down.Store(false)

		update := w.next()
		for update.Notice == "" {
			update = w.next() // what the first watch to come back shows is not the whole picture
		}
		require.Equal(t, engine.Update{Notice: "the API server answers again", Back: true}, update)
		time.Sleep(time.Minute) // until every watch is back
		require.Equal(t, shows(ststest.Set(), ststest.Pods(0, 5), kubetest.Quota), w.next())
		w.quiet()
	})
}

func TestWatchEndsWithItsContextWhileNobodyReads(t *testing.T) {
	watching(t, asIs, func(_ *testing.T, w *watched) {
		w.pods.events <- kubetest.Event(watch.Added, ststest.Pod(4))
		synctest.Wait() // a snapshot waits to be taken; watching cancels now
	})
}

func TestWatchOfASetWhoseSelectorIsNone(t *testing.T) {
	server := kubetest.NewServer(t)
	t.Cleanup(server.Close)
	set := ststest.Set(func(set *appsv1.StatefulSet) {
		set.Spec.Selector = &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "a", Operator: "Like"}}}
	})

	_, err := server.Client().Watch(t.Context(), workload.FromApps(set))

	require.EqualError(t, err, `statefulset "web": selector: "Like" is not a valid label selector operator`)
}

// client-go repeats a request that times out, and tells nobody meanwhile.
func TestWatchIsNotReliedOnWhileNobodyAnswers(t *testing.T) {
	watching(t, asIs, func(t *testing.T, w *watched) {
		w.next()
		time.Sleep(10 * time.Second)
		answer := make(chan struct{})
		w.server.On(http.MethodGet, kubetest.PodsPath, func(rw http.ResponseWriter, r *http.Request) {
			<-answer
			w.pods.serve(rw, r)
		})

		w.pods.events <- ""

		time.Sleep(500*time.Millisecond - 1)
		w.quiet()
		time.Sleep(time.Nanosecond)
		require.Equal(t, engine.Update{Cut: true}, w.next())
		time.Sleep(4500 * time.Millisecond)
		const notice = "no answer from the API server at http://apiserver; trying again"
		require.Equal(t, engine.Update{Cut: true, Notice: notice}, w.next())
		time.Sleep(time.Minute)
		w.quiet()

		w.pods.objects = append(w.pods.objects, ststest.Pod(4))
		close(answer)
		time.Sleep(time.Second)

		require.Equal(t, engine.Update{Back: true, Notice: "the API server answers again"}, w.next())
		require.Equal(t, shows(ststest.Set(), ststest.Pods(0, 5), kubetest.Quota), w.next())
		w.quiet()
	})
}

func TestAWatchOutlivesTheTimeoutOfARequest(t *testing.T) {
	watching(t, asIs, func(_ *testing.T, w *watched) {
		w.next()
		time.Sleep(10 * time.Minute)
		w.quiet()
	})
}

func TestWatchEndsWhenTheSetWantsMorePodsThanAnyClusterHas(t *testing.T) {
	watching(t, asIs, func(t *testing.T, w *watched) {
		require.Equal(t, shows(ststest.Set(), ststest.Pods(0, 4), kubetest.Quota), w.next())

		w.sets.events <- kubetest.Event(watch.Modified, ststest.Set(ststest.Replicas(sts.MostReplicas+1), ststest.Generation(2)))

		require.EqualError(t, w.next().Err, `statefulset "web" wants 100001 replicas, and no cluster has so many`)
		w.closed()
	})
}
