package pvc_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// estate is what a server holds of all namespaces.
type estate struct {
	claims  []*corev1.PersistentVolumeClaim
	sets    []*appsv1.StatefulSet
	pods    []*corev1.Pod
	scalers []*autoscalingv2.HorizontalPodAutoscaler
}

func (e *estate) addClaim(namespace, name string) {
	c := boundClaim(name)
	c.Namespace = namespace
	e.claims = append(e.claims, c)
}

func (e *estate) addPod(namespace, name, claim string) {
	pod := mounting(name, claim)
	pod.Namespace = namespace
	e.pods = append(e.pods, pod)
}

func (e *estate) addScaler(namespace, name string) {
	a := kubetest.Scaler(name, "StatefulSet", "apps/v1")
	a.Namespace = namespace
	e.scalers = append(e.scalers, a)
}

// sorted puts the lists into the order of etcd's keys.
func (e *estate) sorted() *estate {
	slices.SortFunc(e.claims, byKey)
	slices.SortFunc(e.sets, byKey)
	slices.SortFunc(e.pods, byKey)
	slices.SortFunc(e.scalers, byKey)
	return e
}

func byKey[T metav1.Object](a, b T) int {
	return strings.Compare(a.GetNamespace()+"/"+a.GetName(), b.GetNamespace()+"/"+b.GetName())
}

// object is one that the API server has in both formats.
type object interface {
	runtime.Object
	Marshal() ([]byte, error)
}

// inPages answers with so many objects at once, whatever the limit.
func inPages[T object](size int, objs []T) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		from, _ := strconv.Atoi(r.URL.Query().Get("continue"))
		to := min(from+size, len(objs))
		if r.URL.Query().Get("limit") == "" {
			to = len(objs)
		}
		meta := metav1.ListMeta{ResourceVersion: "100"}
		if to < len(objs) {
			meta.Continue = strconv.Itoa(to)
		}
		if strings.Contains(r.Header.Get("Accept"), runtime.ContentTypeProtobuf) {
			w.Header().Set("Content-Type", runtime.ContentTypeProtobuf)
			_, _ = w.Write(kubetest.Protobuf(meta, objs[from:to]...))
			return
		}
		w.Header().Set("Content-Type", runtime.ContentTypeJSON)
		_ = json.NewEncoder(w).Encode(map[string]any{"metadata": meta, "items": append([]T{}, objs[from:to]...)})
	}
}

// in are the objects of a namespace.
func in[T metav1.Object](namespace string, all []T) []T {
	return slices.DeleteFunc(slices.Clone(all), func(one T) bool { return one.GetNamespace() != namespace })
}

// estateServer serves an estate, all of it and by namespace, in pages of these sizes.
func estateServer(t *testing.T, e *estate, claimPage, setPage, podPage, scalerPage int) *kubetest.Server {
	t.Helper()
	s := kubetest.NewServer(t)
	t.Cleanup(s.Close)
	s.On(http.MethodGet, kubetest.AllClaimsPath, inPages(claimPage, e.claims))
	s.On(http.MethodGet, kubetest.AllSetsPath, inPages(setPage, e.sets))
	s.On(http.MethodGet, kubetest.AllPodsPath, inPages(podPage, e.pods))
	s.On(http.MethodGet, kubetest.AllScalersPath, inPages(scalerPage, e.scalers))
	for _, namespace := range []string{"a", "team", "team-a", "team-b", "z"} {
		s.On(http.MethodGet, "/api/v1/namespaces/"+namespace+"/persistentvolumeclaims", inPages(claimPage, in(namespace, e.claims)))
		s.On(http.MethodGet, "/apis/apps/v1/namespaces/"+namespace+"/statefulsets", inPages(setPage, in(namespace, e.sets)))
		s.On(http.MethodGet, "/api/v1/namespaces/"+namespace+"/pods", inPages(podPage, in(namespace, e.pods)))
		s.On(http.MethodGet, "/apis/autoscaling/v2/namespaces/"+namespace+"/horizontalpodautoscalers",
			inPages(scalerPage, in(namespace, e.scalers)))
	}
	return s
}

// told are the namespaces that a way of reading passes on, in their order.
func told(t *testing.T, read func(context.Context, bool, func(claims.Namespace) error) error) ([]claims.Namespace, error) {
	t.Helper()
	var out []claims.Namespace
	err := read(t.Context(), true, func(n claims.Namespace) error {
		out = append(out, n)
		return nil
	})
	return out, err
}

// small is a namespace of each kind: with all, without sets, with a set alone,
// with only an autoscaler, and two whose names begin with the same word.
func small() *estate {
	e := &estate{}
	e.addClaim("a", "data-web-0")
	e.addClaim("a", "data-web-1")
	e.addClaim("a", "data-web-2")
	e.sets = append(e.sets, withTemplate(kubetest.Set("a", "web", 1)))
	e.addPod("a", "web-0", "data-web-0")
	e.addPod("a", "job", "data-web-2")
	e.addScaler("a", "web")
	e.addClaim("team-a", "data-db-0")
	e.addClaim("team", "data-db-1")
	e.addPod("team", "db-1", "data-db-1")
	e.sets = append(e.sets, withTemplate(kubetest.Set("team-b", "db", 1)))
	e.addScaler("z", "far")
	return e.sorted()
}

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

// onlyJSON is a proxy that hands on nothing else.
func onlyJSON(handler http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set("Accept", runtime.ContentTypeJSON)
		handler(w, r)
	}
}

// full is the small estate with more of what objects have, and what is to be read
// of them is all there.
func full() *estate {
	e := small()
	later := metav1.NewTime(ststest.Start.Add(time.Hour).Truncate(time.Second))
	for _, c := range e.claims {
		c.ManagedFields = []metav1.ManagedFieldsEntry{{
			Manager: "somebody", Operation: metav1.ManagedFieldsOperationUpdate, APIVersion: "v1", FieldsType: "FieldsV1",
			FieldsV1: metav1.NewFieldsV1(`{"f:spec":{"f:accessModes":{}}}`),
		}}
		c.Annotations, c.Finalizers, c.DeletionTimestamp = map[string]string{sts.KeepAnnotation: ""}, []string{"a/b"}, &later
		c.OwnerReferences = []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "StatefulSet", Name: "web", UID: "web-uid"}}
		c.Status.Conditions = []corev1.PersistentVolumeClaimCondition{{Type: "Unused", Status: corev1.ConditionTrue, LastTransitionTime: later}}
	}
	for _, set := range e.sets {
		set.Annotations = map[string]string{sts.ScaleAnnotation: "{}"}
		set.Spec.Ordinals = &appsv1.StatefulSetOrdinals{Start: 3}
		set.DeletionTimestamp, set.Status.Replicas, set.Generation, set.Status.ObservedGeneration = &later, 4, 7, 6
	}
	for _, pod := range e.pods {
		pod.Labels = map[string]string{"app": "web"}
		pod.Spec.Containers = []corev1.Container{{Name: "main", Image: "nginx"}}
		pod.Spec.Volumes = append(pod.Spec.Volumes,
			corev1.Volume{Name: "token", VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{}}},
			corev1.Volume{Name: "scratch", VolumeSource: corev1.VolumeSource{Ephemeral: &corev1.EphemeralVolumeSource{}}})
	}
	return e
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
	require.Equal(t, sts.ObserveClaim(e.claims[0], nil), want[0].Claims[0])
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

func TestCtrlCIsNotTheEndOfAList(t *testing.T) {
	for name, size := range map[string]int{"there is more to be read": 1, "all has been read": 500} {
		t.Run(name, func(t *testing.T) {
			server := estateServer(t, small(), size, size, size, size)
			ctx, cancel := context.WithCancel(t.Context())
			passed := 0

			err := server.Client().Everywhere().ClaimsInTurn(ctx, true, func(claims.Namespace) error {
				passed++
				cancel()
				return nil
			})

			require.ErrorIs(t, err, context.Canceled)
			require.Equal(t, 1, passed)
		})
	}
}

// Whether the page that failed comes first or the end is anybody's guess.
func TestTheUsersTimeoutEndsAList(t *testing.T) {
	for _, path := range []string{kubetest.AllClaimsPath, kubetest.AllSetsPath, kubetest.AllPodsPath, kubetest.AllScalersPath} {
		t.Run(path, func(t *testing.T) {
			for range 20 {
				synctest.Test(t, func(t *testing.T) {
					server := estateServer(t, small(), 1, 1, 1, 1)
					server.On(http.MethodGet, path, kubetest.Afterwards(1, kubetest.Silent, server.Answers[http.MethodGet+" "+path]))
					ctx, cancel := context.WithTimeoutCause(t.Context(), 5*time.Second, engine.ErrTimedOut)
					defer cancel()

					err := server.Client().Everywhere().ClaimsInTurn(ctx, true, func(claims.Namespace) error { return nil })

					require.ErrorIs(t, err, engine.ErrTimedOut)
					server.CloseClientConnections()
				})
			}
		})
	}
}

func TestAListThatFailsEndsTheOthers(t *testing.T) {
	for _, path := range []string{kubetest.AllClaimsPath, kubetest.AllSetsPath, kubetest.AllPodsPath, kubetest.AllScalersPath} {
		server := estateServer(t, small(), 1, 1, 1, 1)
		server.On(http.MethodGet, path, kubetest.Failure(http.StatusForbidden, `User "jo" cannot list resource "x"`))

		_, err := told(t, server.Client().Everywhere().ClaimsInTurn)

		require.ErrorContains(t, err, " cannot list ")
		require.ErrorContains(t, err, " in all namespaces")
	}
}

func TestEveryPageIsTriedAgainForAWhile(t *testing.T) {
	all := []string{kubetest.AllClaimsPath, kubetest.AllSetsPath, kubetest.AllPodsPath, kubetest.AllScalersPath}
	tests := []struct {
		name  string
		read  func(*testing.T, *kube.Client) (any, error)
		paths []string // of its lists
	}{
		{"claims in turn", func(t *testing.T, c *kube.Client) (any, error) { return told(t, c.ClaimsInTurn) }, all},
		{"claims at once", func(t *testing.T, c *kube.Client) (any, error) { return told(t, c.ClaimsAtOnce) }, all},
		{
			"sets and pods", func(t *testing.T, c *kube.Client) (any, error) { return c.List(t.Context(), kube.Query{}) },
			[]string{kubetest.AllSetsPath, kubetest.AllPodsPath},
		},
	}
	for _, test := range tests {
		for _, path := range test.paths {
			t.Run(test.name+" "+path, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					server := estateServer(t, small(), 1, 1, 1, 1)
					server.On(http.MethodGet, kubetest.AllEventsPath, kubetest.List[*corev1.Event]())
					want, err := test.read(t, server.Client().Everywhere())
					require.NoError(t, err)
					asked := len(server.Requests())
					server.On(http.MethodGet, path, kubetest.Afterwards(2, kubetest.Busy, server.Answers[http.MethodGet+" "+path]))

					got, err := test.read(t, server.Client().Everywhere())

					require.NoError(t, err)
					require.Equal(t, want, got)
					require.Len(t, server.Requests(), asked+2, "nothing else is read twice")
					server.CloseClientConnections()
				})
			})
		}
	}
}
