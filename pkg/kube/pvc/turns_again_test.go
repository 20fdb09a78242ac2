package pvc_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
)

// outdated answers with what first holds until the second page is asked for.
// That is too late: the server goes on with what then holds, if it offers to.
func outdated[T object](offer string, from int, first, then []T) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch token := r.URL.Query().Get("continue"); {
		case token == "" && r.URL.Query().Get("limit") == "":
			inPages(1, then)(w, r)
		case token == "":
			inPages(from, first)(w, r)
		case token == strconv.Itoa(from):
			kubetest.Failed(metav1.Status{
				Code: http.StatusGone, Reason: metav1.StatusReasonExpired, Message: "The provided continue parameter is too old",
				ListMeta: metav1.ListMeta{Continue: offer},
			})(w, r)
		default:
			rest, err := strconv.Atoi(strings.TrimPrefix(token, "now-"))
			if err != nil {
				panic(err)
			}
			inPages(500, then[rest:])(w, r)
		}
	}
}

// moved is a claim that pod job-z mounts, and pod job-a from some moment on:
// a list that shows job-a no more and job-z not yet shows neither.
func moved() (before, after *estate) {
	before, after = &estate{}, &estate{}
	for _, e := range []*estate{before, after} {
		e.addClaim("a", "data-web-5")
		e.addClaim("team", "data-web-5")
		e.sets = append(e.sets, withTemplate(kubetest.Set("a", "web", 0)), withTemplate(kubetest.Set("team", "web", 0)))
		e.addPod("a", "filler", "none")
	}
	before.addPod("a", "job-z", "data-web-5")
	after.addPod("a", "a-job", "data-web-5")
	return before.sorted(), after.sorted()
}

func TestPodsOfTwoStatesAreReadAgain(t *testing.T) {
	before, after := moved()
	server := estateServer(t, after, 500, 500, 500, 500)
	server.On(http.MethodGet, kubetest.AllPodsPath, outdated("now-2", 1, before.pods, after.pods)) // a-job is before the offered place

	got, err := told(t, server.Client().Everywhere().ClaimsInTurn)

	require.NoError(t, err)
	require.Equal(t, "a", got[0].Name)
	require.Equal(t, "a-job", got[0].World.Users[claims.Key{Namespace: "a", Name: "data-web-5"}])
	var asked []string
	for _, r := range server.Requests() {
		asked = append(asked, r.What)
	}
	require.Contains(t, asked, "GET /api/v1/namespaces/a/pods?limit=2000")
	require.NotContains(t, asked, "GET /api/v1/namespaces/team/pods?limit=2000", "which came from one state alone")
}

func TestClaimsThatAreNewerThanTheirWorldAreJudgedInANewOne(t *testing.T) {
	before := small()
	after := small()
	after.sets = append(after.sets, withTemplate(kubetest.Set("team", "db", 2))) // that is why there is a claim now
	after.sorted()
	server := estateServer(t, after, 500, 500, 500, 500)
	server.On(http.MethodGet, kubetest.AllClaimsPath, outdated("now-3", 3, before.claims, after.claims))
	server.On(http.MethodGet, kubetest.AllSetsPath, inPages(500, before.sets))

	got, err := told(t, server.Client().Everywhere().ClaimsInTurn)

	require.NoError(t, err)
	var names []string
	for _, n := range got {
		names = append(names, n.Name)
		if n.Name == "team" {
			require.Len(t, n.World.Sets, 1)
		}
	}
	require.Equal(t, []string{"a", "team-a", "team-b", "team", "z"}, names)
}

func TestAListThatCannotBeGoneOnWithIsReadAnew(t *testing.T) {
	before, after := moved()
	for name, path := range map[string]string{"pods": kubetest.AllPodsPath, "claims": kubetest.AllClaimsPath} {
		t.Run(name, func(t *testing.T) {
			server := estateServer(t, after, 500, 500, 500, 500)
			server.On(http.MethodGet, kubetest.AllPodsPath, outdated("", 1, before.pods, after.pods))
			if path == kubetest.AllClaimsPath {
				server.On(http.MethodGet, kubetest.AllPodsPath, inPages(500, after.pods))
				server.On(http.MethodGet, kubetest.AllClaimsPath, outdated("", 1, before.claims, after.claims))
			}

			_, err := told(t, server.Client().Everywhere().ClaimsInTurn)
			require.ErrorIs(t, err, kube.ErrNoOrder)
			server.Requests()

			got, err := told(t, server.Client().Everywhere().ClaimsAtOnce)
			require.NoError(t, err)
			require.Equal(t, "a-job", got[0].World.Users[claims.Key{Namespace: "a", Name: "data-web-5"}])
			require.Len(t, got, 2)
			require.Contains(t, server.Requests(), kubetest.Request{What: "GET " + path}, "all in one answer")
		})
	}
}
