package pvc_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

func TestNamespacesArePassedOnInTurnAsIfAllWereReadAtOnce(t *testing.T) {
	for seed := range uint64(40) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 1))
			e := &estate{}
			for _, namespace := range []string{"a", "team", "team-a", "team-b", "z"} {
				for i := range random.IntN(6) {
					e.addClaim(namespace, fmt.Sprintf("data-web-%d", i))
				}
				for i := range random.IntN(3) {
					e.sets = append(e.sets, withTemplate(kubetest.Set(namespace, fmt.Sprintf("web%d", i), 1)))
				}
				for i := range random.IntN(6) {
					e.addPod(namespace, fmt.Sprintf("web-%d", i), fmt.Sprintf("data-web-%d", i))
				}
				for i := range random.IntN(2) {
					e.addScaler(namespace, fmt.Sprintf("web%d", i))
				}
			}
			size := func() int { return 1 + random.IntN(5) }
			server := estateServer(t, e.sorted(), size(), size(), size(), size())

			got, err := told(t, server.Client().Everywhere().ClaimsInTurn)
			require.NoError(t, err)
			want, err := told(t, server.Client().Everywhere().ClaimsAtOnce)
			require.NoError(t, err)

			require.Equal(t, want, got)
		})
	}
}

func TestListsAreReadInEitherFormat(t *testing.T) {
	e := full()
	want, err := told(t, estateServer(t, e, 2, 2, 2, 2).Client().Everywhere().ClaimsInTurn)
	require.NoError(t, err)
	server := estateServer(t, e, 2, 2, 2, 2)
	server.On(http.MethodGet, kubetest.AllClaimsPath, onlyJSON(inPages(2, e.claims)))
	server.On(http.MethodGet, kubetest.AllSetsPath, onlyJSON(inPages(2, e.sets)))
	server.On(http.MethodGet, kubetest.AllPodsPath, onlyJSON(inPages(2, e.pods)))
	server.On(http.MethodGet, kubetest.AllScalersPath, onlyJSON(inPages(2, e.scalers)))

	got, err := told(t, server.Client().Everywhere().ClaimsInTurn)

	require.NoError(t, err)
	require.Equal(t, want, got)
	require.Equal(t, storage.ObserveClaim(e.claims[0], nil), want[0].Claims[0])
	require.Equal(t, "somebody", want[0].Claims[0].MadeBy)
}

func TestNothingThatCanWantAClaimIsReadBeforeTheClaims(t *testing.T) {
	e := small()
	server := estateServer(t, e, 500, 500, 500, 500)
	var asked []int // how many requests there were with each one for claims
	server.On(http.MethodGet, kubetest.AllClaimsPath, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, len(server.Requests()))
		inPages(500, e.claims)(w, r)
	})

	got, err := told(t, server.Client().Everywhere().ClaimsInTurn)

	require.NoError(t, err)
	require.Equal(t, []int{1}, asked)
	require.Len(t, got, 5)
	require.Len(t, server.Requests(), 3)
}

func TestAListThatIsNotInOrderIsNotReadInTurn(t *testing.T) {
	for name, mix := range map[string]func(*estate){
		"claims":      func(e *estate) { e.addClaim("a", "data-web-9") },
		"sets":        func(e *estate) { e.sets = append(e.sets, kubetest.Set("a", "web9", 1)) },
		"pods":        func(e *estate) { e.addPod("a", "job-9", "data-web-1") },
		"autoscalers": func(e *estate) { e.addScaler("a", "web9") },
		"by name": func(e *estate) { // as somebody may sort who does not know the keys
			slices.SortFunc(e.claims, func(a, b *corev1.PersistentVolumeClaim) int { return strings.Compare(a.Namespace, b.Namespace) })
		},
	} {
		for _, size := range []int{1, 2, 500} {
			t.Run(fmt.Sprintf("%s in pages of %d", name, size), func(t *testing.T) {
				e := small()
				mix(e)
				server := estateServer(t, e, size, size, size, size)

				_, err := told(t, server.Client().Everywhere().ClaimsInTurn)
				require.ErrorIs(t, err, kube.ErrNoOrder)

				got, err := told(t, server.Client().Everywhere().ClaimsAtOnce)
				require.NoError(t, err)
				want, err := told(t, estateServer(t, e.sorted(), 500, 500, 500, 500).Client().Everywhere().ClaimsInTurn)
				require.NoError(t, err)
				require.ElementsMatch(t, want[0].Claims, got[0].Claims)
				require.ElementsMatch(t, want[0].World.Sets, got[0].World.Sets)
				require.Equal(t, want[0].World.Users, got[0].World.Users)
				require.ElementsMatch(t, want[0].World.Scalers, got[0].World.Scalers)
				require.Equal(t, want[1:], got[1:])
			})
		}
	}
}
