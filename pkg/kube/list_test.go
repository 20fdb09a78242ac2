package kube_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

const (
	allSetsPath   = "/apis/apps/v1/statefulsets"
	allPodsPath   = "/api/v1/pods"
	allEventsPath = "/api/v1/events"
	nodesPath     = "/api/v1/nodes"

	firstPage  = "?limit=500"
	podsPage   = "?labelSelector=statefulset.kubernetes.io/pod-name&limit=500"
	eventsPage = "?fieldSelector=involvedObject.kind=StatefulSet,reason=FailedCreate&limit=500"
)

// paged answers page by page, as the API server does.
func paged[T runtime.Object](objs ...T) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		from, _ := strconv.Atoi(r.URL.Query().Get("continue"))
		limit, err := strconv.Atoi(r.URL.Query().Get("limit"))
		if err != nil {
			limit = len(objs)
		}
		to := min(from+limit, len(objs))
		meta := map[string]string{"resourceVersion": "100"}
		if to < len(objs) {
			meta["continue"] = strconv.Itoa(to)
		}
		w.Header().Set("Content-Type", runtime.ContentTypeJSON)
		_ = json.NewEncoder(w).Encode(map[string]any{"metadata": meta, "items": append([]T{}, objs[from:to]...)})
	}
}

// set is set web by another name, in a namespace, with so many replicas.
func set(namespace, name string, replicas int32) *appsv1.StatefulSet {
	s := ststest.Set(ststest.Replicas(replicas))
	s.Namespace, s.Name, s.UID = namespace, name, types.UID(namespace+"/"+name)
	return s
}

// podsOf are the first pods of a set.
func podsOf(s *appsv1.StatefulSet, n int) []*corev1.Pod {
	return ststest.Pods(0, n, func(pod *corev1.Pod) {
		pod.Name = s.Name + pod.Name[len("web"):]
		pod.Namespace = s.Namespace
		pod.OwnerReferences[0].Name, pod.OwnerReferences[0].UID = s.Name, s.UID
	})
}

// slim is what a list keeps of a set.
func slim(s *appsv1.StatefulSet) *appsv1.StatefulSet {
	s = received(s)
	containers := []corev1.Container{{Name: "nginx", Image: s.Spec.Template.Spec.Containers[0].Image}}
	s.Annotations, s.ManagedFields = nil, nil
	s.Spec.Template, s.Spec.VolumeClaimTemplates = corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: containers}}, nil
	return s
}

func unlabelled(s sts.Snapshot) sts.Snapshot {
	for i := range s.Pods {
		s.Pods[i].Labels, s.Pods[i].Images = nil, nil
	}
	return s
}

// listable is a server that holds these sets with these pods, in namespace
// default and all together.
func listable(t *testing.T, sets []*appsv1.StatefulSet, pods []*corev1.Pod, events ...*corev1.Event) *server {
	t.Helper()
	s := newServer(t)
	t.Cleanup(s.Close)
	for path, answer := range map[string]http.HandlerFunc{
		setsPath: paged(sets...), podsPath: paged(pods...), eventsPath: paged(events...),
		allSetsPath: paged(sets...), allPodsPath: paged(pods...), allEventsPath: paged(events...),
	} {
		s.on(http.MethodGet, path, answer)
	}
	return s
}

func TestListReadsTheSetsOfANamespaceAndTheirPods(t *testing.T) {
	web, db := set("default", "web", 2), set("default", "db", 1)
	pods := slices.Concat(podsOf(web, 2), podsOf(db, 1))
	server := listable(t, []*appsv1.StatefulSet{web, db}, pods)

	got, err := server.client().List(t.Context(), kube.Query{})

	require.NoError(t, err)
	require.Equal(t, []sts.Snapshot{
		unlabelled(sts.Observe(slim(db), receivedAll(pods), nil, nil)),
		unlabelled(sts.Observe(slim(web), receivedAll(pods), nil, nil)),
	}, got)
	require.Equal(t, reads("GET "+podsPath+podsPage, "GET "+setsPath+firstPage), server.requests())
}

func TestListAsksOncePerPageAndNotPerSet(t *testing.T) {
	var sets []*appsv1.StatefulSet
	var pods []*corev1.Pod
	for i := range 1001 {
		s := set(fmt.Sprintf("team-%d", i%7), fmt.Sprintf("db-%d", i), 2)
		sets = append(sets, s)
		pods = append(pods, podsOf(s, 2)...)
	}
	server := listable(t, sets, pods)

	got, err := server.client().Everywhere().List(t.Context(), kube.Query{})

	require.NoError(t, err)
	require.Len(t, got, 1001)
	for _, s := range got {
		require.Len(t, s.Pods, 2)
	}
	next := func(from int) string { return fmt.Sprintf("?continue=%d&", from) }
	require.ElementsMatch(t, reads(
		"GET "+allSetsPath+firstPage, "GET "+allSetsPath+next(500)+firstPage[1:], "GET "+allSetsPath+next(1000)+firstPage[1:],
		"GET "+allPodsPath+podsPage, "GET "+allPodsPath+next(500)+podsPage[1:], "GET "+allPodsPath+next(1000)+podsPage[1:],
		"GET "+allPodsPath+next(1500)+podsPage[1:], "GET "+allPodsPath+next(2000)+podsPage[1:],
	), server.requests())
}

func TestListReadsOnlyWhatItMust(t *testing.T) {
	web, db, far := set("default", "web", 1), set("default", "db", 1), set("far", "web", 1)
	pods := slices.Concat(podsOf(web, 1), podsOf(db, 1), podsOf(far, 1))
	tests := []struct {
		name  string
		sets  []*appsv1.StatefulSet
		all   bool
		query kube.Query
		want  []string // the sets
		asked []request
	}{
		{"no sets, no pods", nil, false, kube.Query{}, nil, reads("GET " + setsPath + firstPage)},
		{
			"a selector is passed on",
			[]*appsv1.StatefulSet{web},
			false,
			kube.Query{Selector: "app=web"},
			[]string{"web"},
			reads("GET "+podsPath+podsPage, "GET "+setsPath+"?labelSelector=app=web&limit=500"),
		},
		{
			"names choose",
			[]*appsv1.StatefulSet{web, db},
			false,
			kube.Query{Names: []string{"web", "nope"}},
			[]string{"web"},
			reads("GET "+podsPath+podsPage, "GET "+setsPath+firstPage),
		},
		{
			"names of which there are none ask for no pods",
			[]*appsv1.StatefulSet{web},
			false,
			kube.Query{Names: []string{"nope"}},
			nil, reads("GET " + setsPath + firstPage),
		},
		{
			"all in one namespace: only its pods are read",
			[]*appsv1.StatefulSet{web, db},
			true,
			kube.Query{},
			[]string{"db", "web"},
			reads("GET "+podsPath+podsPage, "GET "+allSetsPath+firstPage),
		},
		{
			"sets of two namespaces",
			[]*appsv1.StatefulSet{far, web},
			true,
			kube.Query{},
			[]string{"web", "web"},
			reads("GET "+allPodsPath+podsPage, "GET "+allSetsPath+firstPage),
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := listable(t, test.sets, pods)
			client := server.client()
			if test.all {
				client = client.Everywhere()
			}

			got, err := client.List(t.Context(), test.query)

			require.NoError(t, err)
			var names []string
			for _, s := range got {
				names = append(names, s.Name())
				require.Len(t, s.Pods, 1)
			}
			require.Equal(t, test.want, names)
			require.Equal(t, test.asked, server.requests())
		})
	}
}
