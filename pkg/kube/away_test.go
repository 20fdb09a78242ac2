package kube_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/saved"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

const (
	configsPath    = "/api/v1/namespaces/default/configmaps"
	allConfigsPath = "/api/v1/configmaps"
	savedPage      = "?labelSelector=kubectl-sts.github.io/recreate"
)

// config is a ConfigMap of this name in which a set of that name is saved.
func config(t *testing.T, namespace, name, set string) *corev1.ConfigMap {
	t.Helper()
	manifest := `{"metadata":{"name":"` + set + `","labels":{"tier":"data"}},"spec":{"replicas":3}}`
	data, err := saved.Set{
		Version: saved.Format, ID: "run", Name: set, UID: "old", Started: ststest.Start, Changed: []string{"serviceName a to b"},
		Manifest: []byte(manifest), Before: []byte(manifest),
	}.Data()
	require.NoError(t, err)
	out := &corev1.ConfigMap{Data: data}
	out.Namespace, out.Name, out.CreationTimestamp = namespace, name, metav1.NewTime(ststest.Start.Add(time.Second))
	return out
}

func TestASetThatIsAwayIsListed(t *testing.T) {
	web, far := kubetest.Set("default", "web", 1), kubetest.Set("far", "api", 1)
	pods := append(podsOf(web, 1), podsOf(far, 1)...)
	garbage := config(t, "default", "kubectl-sts.odd", "odd")
	garbage.Data[saved.KeyRecord] = "garbage"
	configs := []*corev1.ConfigMap{
		config(t, "default", "kubectl-sts.db", "db"), garbage,
		config(t, "default", "kubectl-sts.web", "web"), // which is there again
		config(t, "default", "kubectl-sts.", "x"), config(t, "default", "a-copy", "db"), config(t, "default", "kubectl-sts.b", "db"),
		config(t, "near", "kubectl-sts.web", "web"),
	}
	tests := []struct {
		name  string
		sets  []*appsv1.StatefulSet
		all   bool
		query kube.Query
		want  []string
		pods  string // the list of pods that is read, "" for none
	}{
		{"in its order", []*appsv1.StatefulSet{web}, false, kube.Query{}, []string{"b?", "db", "odd?", "web!"}, kubetest.PodsPath},
		{"by its name", []*appsv1.StatefulSet{web}, false, kube.Query{Names: []string{"db", "nope"}}, []string{"db"}, ""},
		{"by its labels", nil, false, kube.Query{Selector: "tier=data"}, []string{"db", "web"}, ""},
		{"not by others", nil, false, kube.Query{Selector: "tier!=data"}, nil, ""},
		{"no other set is there", nil, false, kube.Query{}, []string{"b?", "db", "odd?", "web"}, ""},
		{
			"in all namespaces, also where no other set is",
			[]*appsv1.StatefulSet{far, web},
			true,
			kube.Query{},
			[]string{"b?", "db", "odd?", "web!", "api!", "web"},
			kubetest.AllPodsPath,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := listable(t, test.sets, pods)
			here := configs[:len(configs)-1]
			server.On(http.MethodGet, configsPath, kubetest.List(here...))
			server.On(http.MethodGet, allConfigsPath, kubetest.List(configs...))
			client := server.Client()
			if test.all {
				client = client.Everywhere()
			}
			test.query.Away = true
			for name, list := range map[string]func(kube.Query) ([]sts.Snapshot, error){
				"at once": func(q kube.Query) ([]sts.Snapshot, error) { return client.List(t.Context(), q) },
				"in turn": func(q kube.Query) (out []sts.Snapshot, err error) {
					return out, client.ListInTurn(t.Context(), q, func(some []sts.Snapshot) error {
						out = append(out, some...)
						return nil
					})
				},
			} {
				got, err := list(test.query)
				require.NoError(t, err, name)
				var names []string
				for _, s := range got {
					names = append(names, s.Name()+mark(s))
				}
				require.Equal(t, test.want, names, name)
			}
			for _, r := range server.Requests() {
				if strings.Contains(r.What, "/pods") {
					require.Equal(t, "GET "+test.pods+podsPage, r.What)
				}
			}
		})
	}
}

// mark tells a set that is there, and one that can't be read.
func mark(s sts.Snapshot) string {
	switch {
	case s.Away == nil:
		return "!"
	case s.Away.Unread != nil:
		return "?"
	}
	return ""
}

func TestWhatIsKnownOfASetThatIsAway(t *testing.T) {
	server := listable(t, nil, nil)
	other := config(t, "default", "kubectl-sts.b", "db")
	server.On(http.MethodGet, configsPath, kubetest.List(config(t, "default", "kubectl-sts.db", "db"), other))

	got, err := server.Client().List(t.Context(), kube.Query{Away: true})

	require.NoError(t, err)
	require.Len(t, got, 2)
	require.EqualError(t, got[0].Away.Unread, `it is about statefulset "db"`)
	require.Equal(t, ststest.Start.Add(time.Second), got[0].Away.Started.UTC(), "as the ConfigMap tells")
	require.Equal(t, &sts.Away{ID: "run", Started: ststest.Start, Changes: "serviceName a to b"}, got[1].Away)
	require.Equal(t, 3, got[1].Set.Spec.Ordinals.Len())
	require.Zero(t, got[1].Replicas(), "nobody has looked at its pods")
	require.ElementsMatch(t, kubetest.Reads("GET "+kubetest.SetsPath+kubetest.FirstPage, "GET "+configsPath+savedPage), server.Requests())
}

func TestWhoMayNotReadWhatIsAwaySeesTheOthers(t *testing.T) {
	web := kubetest.Set("default", "web", 1)
	server := listable(t, []*appsv1.StatefulSet{web}, podsOf(web, 1))
	server.On(http.MethodGet, configsPath, kubetest.Forbidden("jo", "list", "configmaps", ""))

	got, err := server.Client().List(t.Context(), kube.Query{Away: true})
	require.NoError(t, err)
	require.Len(t, got, 1)

	names, away, err := server.Client().Names(t.Context(), kube.Query{Away: true})
	require.NoError(t, err)
	require.Equal(t, []string{"web"}, names)
	require.Empty(t, away)
}

func TestNamesOfSetsThatAreAway(t *testing.T) {
	server := listable(t, []*appsv1.StatefulSet{kubetest.Set("default", "web", 1)}, nil)
	server.On(http.MethodGet, configsPath, kubetest.List(
		config(t, "default", "kubectl-sts.web", "web"), config(t, "default", "kubectl-sts.db", "db")))

	names, away, err := server.Client().Names(t.Context(), kube.Query{Away: true})

	require.NoError(t, err)
	require.Equal(t, []string{"web"}, names)
	require.Equal(t, []string{"db"}, away)
}
