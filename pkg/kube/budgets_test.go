package kube_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func strange(b *policyv1.PodDisruptionBudget) {
	b.Name, b.Spec.Selector.MatchLabels = "strange", map[string]string{"app": "db"}
}

func TestBudgetsThatCoverTheSetAreRead(t *testing.T) {
	server := newServer(t)
	t.Cleanup(server.Close)
	server.on(http.MethodGet, budgetsPath, list(ststest.Budget(strange), ststest.Budget()))

	s, err := server.client().Budgets(t.Context(), ststest.Snapshot(ststest.Set()))

	require.NoError(t, err)
	require.Equal(t, []sts.Budget{{Name: "quorum", Current: true, Allowed: 1, Healthy: 5, Desired: 4}}, s.Budgets)
	require.Equal(t, reads("GET "+budgetsPath), server.requests())
}

func TestBudgetsThatMayNotBeRead(t *testing.T) {
	server := newServer(t)
	t.Cleanup(server.Close)
	server.on(http.MethodGet, budgetsPath, forbidden("jo", "list", "poddisruptionbudgets", "policy"))
	seen := ststest.Snapshot(ststest.Set())

	s, err := server.client().Budgets(t.Context(), seen)

	require.EqualError(t, err,
		`forbidden: user "jo" cannot list poddisruptionbudgets.policy in namespace "default"`)
	require.Equal(t, seen, s, "what is known already stays")
}

func TestWatchShowsWhatBudgetsAllow(t *testing.T) {
	var budgets *stream
	prepare := func(w *watched) {
		budgets = newStream(`"kind":"PodDisruptionBudget","apiVersion":"policy/v1"`, ststest.Budget(), ststest.Budget(strange))
		w.server.on(http.MethodGet, budgetsPath, budgets.serve)
	}
	watching(t, prepare, func(t *testing.T, w *watched) {
		with := func(changes ...func(*policyv1.PodDisruptionBudget)) engine.Update {
			u := shows(ststest.Set(), ststest.Pods(0, 4), quota)
			u.Snapshot = u.Snapshot.WithBudgets([]*policyv1.PodDisruptionBudget{ststest.Budget(changes...)})
			return u
		}
		require.Equal(t, with(), w.next())

		full := ststest.Healthy(4, 4)
		budgets.events <- event(watch.Modified, ststest.Budget(full))
		require.Equal(t, with(full), w.next())

		budgets.events <- event(watch.Deleted, ststest.Budget(full))
		require.Equal(t, shows(ststest.Set(), ststest.Pods(0, 4), quota), w.next())
	})
}

func TestWatchDoesWithoutBudgetsThatItMayNotRead(t *testing.T) {
	refuse := func(w *watched) {
		w.server.on(http.MethodGet, budgetsPath, forbidden("jo", "watch", "poddisruptionbudgets", "policy"))
	}
	watching(t, refuse, func(t *testing.T, w *watched) {
		require.Equal(t, shows(ststest.Set(), ststest.Pods(0, 4), quota), w.next())

		w.pods.events <- event(watch.Added, ststest.Pod(4))

		require.Equal(t, shows(ststest.Set(), ststest.Pods(0, 5), quota), w.next())
		w.quiet()
	})
}

func TestWatchFailsWithoutBudgetsThatItNeeds(t *testing.T) {
	refuse := func(w *watched) {
		w.needs = []kube.Need{kube.NeedBudgets}
		w.server.on(http.MethodGet, budgetsPath, forbidden("jo", "watch", "poddisruptionbudgets", "policy"))
	}
	watching(t, refuse, func(t *testing.T, w *watched) {
		require.EqualError(t, w.next().Err,
			`forbidden: user "jo" cannot watch poddisruptionbudgets.policy in namespace "default"`)
	})
}
