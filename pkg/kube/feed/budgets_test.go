package feed_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func strange(b *policyv1.PodDisruptionBudget) {
	b.Name, b.Spec.Selector.MatchLabels = "strange", map[string]string{"app": "db"}
}

func TestBudgetsThatCoverTheSetAreRead(t *testing.T) {
	server := kubetest.NewServer(t)
	t.Cleanup(server.Close)
	server.On(http.MethodGet, kubetest.BudgetsPath, kubetest.List(ststest.Budget(strange), ststest.Budget()))

	s, err := server.Client().Budgets(t.Context(), ststest.Snapshot(ststest.Set()))

	require.NoError(t, err)
	require.Equal(t, []sts.Budget{{Name: "quorum", Current: true, Allowed: 1, Healthy: 5, Desired: 4}}, s.Budgets)
	require.Equal(t, kubetest.Reads("GET "+kubetest.BudgetsPath), server.Requests())
}

func TestBudgetsThatMayNotBeRead(t *testing.T) {
	server := kubetest.NewServer(t)
	t.Cleanup(server.Close)
	server.On(http.MethodGet, kubetest.BudgetsPath, kubetest.Forbidden("jo", "list", "poddisruptionbudgets", "policy"))
	seen := ststest.Snapshot(ststest.Set())

	s, err := server.Client().Budgets(t.Context(), seen)

	require.EqualError(t, err,
		`forbidden: user "jo" cannot list poddisruptionbudgets.policy in namespace "default"`)
	require.Equal(t, seen, s, "what is known already stays")
}

func TestWatchShowsWhatBudgetsAllow(t *testing.T) {
	var budgets *stream
	prepare := func(w *watched) {
		budgets = newStream(`"kind":"PodDisruptionBudget","apiVersion":"policy/v1"`, ststest.Budget(), ststest.Budget(strange))
		w.server.On(http.MethodGet, kubetest.BudgetsPath, budgets.serve)
	}
	watching(t, prepare, func(t *testing.T, w *watched) {
		with := func(changes ...func(*policyv1.PodDisruptionBudget)) engine.Update {
			u := shows(ststest.Set(), ststest.Pods(0, 4), kubetest.Quota)
			u.Snapshot = u.Snapshot.WithBudgets([]*policyv1.PodDisruptionBudget{ststest.Budget(changes...)})
			return u
		}
		require.Equal(t, with(), w.next())

		full := ststest.Healthy(4, 4)
		budgets.events <- kubetest.Event(watch.Modified, ststest.Budget(full))
		require.Equal(t, with(full), w.next())

		budgets.events <- kubetest.Event(watch.Deleted, ststest.Budget(full))
		require.Equal(t, shows(ststest.Set(), ststest.Pods(0, 4), kubetest.Quota), w.next())
	})
}

func TestWatchDoesWithoutBudgetsThatItMayNotRead(t *testing.T) {
	refuse := func(w *watched) {
		w.server.On(http.MethodGet, kubetest.BudgetsPath, kubetest.Forbidden("jo", "watch", "poddisruptionbudgets", "policy"))
	}
	watching(t, refuse, func(t *testing.T, w *watched) {
		require.Equal(t, shows(ststest.Set(), ststest.Pods(0, 4), kubetest.Quota), w.next())

		w.pods.events <- kubetest.Event(watch.Added, ststest.Pod(4))

		require.Equal(t, shows(ststest.Set(), ststest.Pods(0, 5), kubetest.Quota), w.next())
		w.quiet()
	})
}

func TestWatchFailsWithoutBudgetsThatItNeeds(t *testing.T) {
	refuse := func(w *watched) {
		w.needs = []kube.Need{kube.NeedBudgets}
		w.server.On(http.MethodGet, kubetest.BudgetsPath, kubetest.Forbidden("jo", "watch", "poddisruptionbudgets", "policy"))
	}
	watching(t, refuse, func(t *testing.T, w *watched) {
		require.EqualError(t, w.next().Err,
			`forbidden: user "jo" cannot watch poddisruptionbudgets.policy in namespace "default"`)
	})
}
