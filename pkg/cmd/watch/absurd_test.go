package watch

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/client-go/rest"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

type events []engine.Event

// Handle keeps the event.
func (all *events) Handle(e engine.Event) { *all = append(*all, e) }

// A set that wants more pods than there can be has its own end among the others.
func TestAnAbsurdSetIsAnEndOfItsOwn(t *testing.T) {
	client, err := kube.New(&rest.Config{Host: "http://127.0.0.1:1"}, "prod", func(string) {})
	require.NoError(t, err)
	env := &app.Env{Config: &app.Config{}}
	set := ststest.Set(ststest.Replicas(2147483647), func(set *appsv1.StatefulSet) { set.Namespace = "prod" })
	absurd := &watched{client: client, name: "web", absurd: sts.Countable(workload.FromApps(set))}
	require.ErrorIs(t, absurd.absurd, sts.ErrUncountable)

	var told events
	absurd.outcome = uncounted(env, absurd, Request{AllNamespaces: true}, &told)

	require.Equal(t, engine.Halted, absurd.outcome.Result)
	require.Equal(t, `statefulset "web" wants 2147483647 replicas, and no cluster has so many`, absurd.outcome.Message)
	require.Equal(t, []string{"set the number that is meant: kubectl -n prod scale statefulset web --replicas COUNT"},
		hint.Caller{}.RenderAll(absurd.outcome.Try))
	require.Equal(t, []engine.EventType{engine.EventPlan, engine.EventOutcome}, []engine.EventType{told[0].Type, told[1].Type})
	require.Equal(t, "watch statefulset web", told[0].Plan.Title, "no pods are counted")
	others := &watched{outcome: engine.Outcome{Result: engine.Done}}
	require.Equal(t, engine.Halted, worst([]*watched{others, absurd}).Result)
	require.Equal(t, []string{"prod/web"}, Request{AllNamespaces: true}.titles([]*watched{absurd}))
}

// watching are sets of these names on a server. Those called typo want more pods
// than there can be, and nobody may watch them.
func watching(t *testing.T, names ...string) []*watched {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, name, one := strings.Cut(r.URL.Path, "/statefulsets/")
		switch {
		case r.URL.Query().Has("watch"):
			if strings.Contains(r.URL.RawQuery, "typo") {
				t.Errorf("unexpected %s %s", r.Method, r.URL)
			}
			<-r.Context().Done() // nothing happens
		case one:
			set := ststest.Set(ststest.Replicas(0), func(set *appsv1.StatefulSet) { set.Name = name })
			if name == "typo" {
				ststest.Replicas(sts.MostReplicas + 1)(set)
			}
			_ = json.NewEncoder(w).Encode(set)
		default:
			_, _ = io.WriteString(w, `{"items":[]}`)
		}
	}))
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	client, err := kube.New(&rest.Config{Host: server.URL}, "default", func(string) {})
	require.NoError(t, err)
	var sets []*watched
	for _, name := range names {
		sets = append(sets, &watched{client: client, name: name})
	}
	return sets
}

func TestAnAbsurdSetDoesNotHideTheOthers(t *testing.T) {
	const says = `halted: statefulset "typo" wants 100001 replicas, and no cluster has so many`
	clock := regexp.MustCompile(`(?m)^\S+Z `)
	for _, test := range []struct {
		names []string
		want  []string // lines, in any order
	}{
		{[]string{"typo", "web"}, []string{"typo: " + says, "web: done: it has no replicas"}},
		{[]string{"typo", "typo"}, []string{"typo: " + says, "typo: " + says}},
	} {
		t.Run(strings.Join(test.names, " "), func(t *testing.T) {
			var stdout strings.Builder
			env := &app.Env{Streams: term.Streams{Out: &stdout, Err: &strings.Builder{}}, Config: &app.Config{}}
			sets := watching(t, test.names...)

			require.NoError(t, load(t.Context(), sets, false))
			require.NoError(t, watch(t.Context(), env, Request{}, sets))

			require.Equal(t, engine.Halted, worst(sets).Result)
			lines := slices.DeleteFunc(strings.Split(strings.TrimSuffix(clock.ReplaceAllString(stdout.String(), ""), "\n"), "\n"),
				func(line string) bool {
					return strings.HasPrefix(strings.TrimSpace(line), "set the number that is meant: ")
				})
			slices.Sort(lines)
			require.Equal(t, test.want, lines)
		})
	}
	require.ErrorIs(t, load(t.Context(), watching(t, "typo"), true), sts.ErrUncountable, "one alone is an error")
}
