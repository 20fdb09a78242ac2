package feed_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// loading begins the watch while this set is loaded.
func loading(set *appsv1.StatefulSet, needs ...kube.Need) func(*watched) {
	return func(w *watched) {
		w.ahead, w.needs = true, needs
		w.server.On(http.MethodGet, kubetest.SetPath, kubetest.Object(set))
	}
}

// watches are how many watches of each resource have begun.
func (w *watched) watches() map[string]int {
	n := map[string]int{}
	for _, r := range w.server.Requests() {
		if path, query, _ := strings.Cut(strings.TrimPrefix(r.What, "GET "), "?"); strings.Contains(query, "watch=true") {
			n[path]++
		}
	}
	return n
}

func TestAWatchThatBeganWithTheLoadIsGoneOnWith(t *testing.T) {
	with := func(w *watched) {
		loading(claiming(), kube.NeedBudgets)(w)
		w.server.On(http.MethodGet, kubetest.BudgetsPath, newStream[*policyv1.PodDisruptionBudget](
			`"kind":"PodDisruptionBudget","apiVersion":"policy/v1"`).serve)
	}
	watching(t, with, func(t *testing.T, w *watched) {
		require.Equal(t, shows(ststest.Set(), ststest.Pods(0, 4), kubetest.Quota), w.next())
		w.pods.events <- kubetest.Event(watch.Added, ststest.Pod(4))
		require.Equal(t, shows(ststest.Set(), ststest.Pods(0, 5), kubetest.Quota), w.next())
		require.Equal(t, map[string]int{
			kubetest.SetsPath: 1, kubetest.PodsPath: 1, kubetest.RevisionsPath: 1, kubetest.EventsPath: 1, kubetest.BudgetsPath: 1,
		}, w.watches())
	})
}

func TestAWatchThatBeganForWhatIsNotMeantAnyMoreEnds(t *testing.T) {
	other := claiming()
	other.UID = "another"
	relabelled := claiming()
	relabelled.Spec.Selector.MatchLabels = map[string]string{"app": "other"}
	for name, prepare := range map[string]func(*watched){
		"the set was recreated":       loading(other),
		"its selector is another one": loading(relabelled),
		"its claims are needed":       loading(claiming(), kube.NeedClaims),
	} {
		t.Run(name, func(t *testing.T) {
			with := func(w *watched) {
				prepare(w)
				w.server.On(http.MethodGet, kubetest.ClaimsPath, newStream[*corev1.PersistentVolumeClaim](
					`"kind":"PersistentVolumeClaim","apiVersion":"v1"`).serve)
			}
			watching(t, with, func(t *testing.T, w *watched) {
				got := w.next().Snapshot
				require.Equal(t, "web", got.Name())
				require.Len(t, got.Pods, 4)
				require.Equal(t, 2, w.watches()[kubetest.SetsPath], "one that began too early, and the one that is followed")
			})
		})
	}
}

func TestAWatchThatBeganWithTheLoadDoesNotHideWhatItNeeds(t *testing.T) {
	forbidden := func(w *watched) {
		loading(claiming(), kube.NeedBudgets)(w)
		w.server.On(http.MethodGet, kubetest.BudgetsPath, kubetest.Forbidden("jo", "watch", "poddisruptionbudgets", "policy"))
	}
	watching(t, forbidden, func(t *testing.T, w *watched) {
		require.EqualError(t, w.next().Err,
			`forbidden: user "jo" cannot watch poddisruptionbudgets.policy in namespace "default"`)
	})
}

func TestWhatIsNeededOfAWatchThatHasBegunMustComeInTheEnd(t *testing.T) {
	var answer chan struct{}
	late := func(w *watched) {
		answer = make(chan struct{})
		loading(claiming(), kube.NeedBudgets)(w)
		refuse := kubetest.Forbidden("jo", "watch", "poddisruptionbudgets", "policy")
		w.server.On(http.MethodGet, kubetest.BudgetsPath, func(rw http.ResponseWriter, r *http.Request) {
			<-answer
			refuse(rw, r)
		})
	}
	watching(t, late, func(t *testing.T, w *watched) {
		w.quiet()
		close(answer)
		require.EqualError(t, w.next().Err,
			`forbidden: user "jo" cannot watch poddisruptionbudgets.policy in namespace "default"`)
	})
}
