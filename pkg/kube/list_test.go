package kube_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

const (
	podsPage   = "?labelSelector=statefulset.kubernetes.io/pod-name&limit=500"
	eventsPage = "?fieldSelector=involvedObject.kind=StatefulSet,reason=FailedCreate&limit=500"
)

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
	s = kubetest.Received(s)
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
func listable(t *testing.T, sets []*appsv1.StatefulSet, pods []*corev1.Pod, events ...*corev1.Event) *kubetest.Server {
	t.Helper()
	s := kubetest.NewServer(t)
	t.Cleanup(s.Close)
	for path, answer := range map[string]http.HandlerFunc{
		kubetest.SetsPath: kubetest.Paged(sets...), kubetest.PodsPath: kubetest.Paged(pods...),
		kubetest.EventsPath:  kubetest.Paged(events...),
		kubetest.AllSetsPath: kubetest.Paged(sets...), kubetest.AllPodsPath: kubetest.Paged(pods...),
		kubetest.AllEventsPath: kubetest.Paged(events...),
	} {
		s.On(http.MethodGet, path, answer)
	}
	return s
}

func TestListReadsTheSetsOfANamespaceAndTheirPods(t *testing.T) {
	web, db := kubetest.Set("default", "web", 2), kubetest.Set("default", "db", 1)
	pods := slices.Concat(podsOf(web, 2), podsOf(db, 1))
	server := listable(t, []*appsv1.StatefulSet{web, db}, pods)

	got, err := server.Client().List(t.Context(), kube.Query{})

	require.NoError(t, err)
	require.Equal(t, []sts.Snapshot{
		unlabelled(sts.Observe(workload.FromApps(slim(db)), kubetest.ReceivedAll(pods), nil, nil)),
		unlabelled(sts.Observe(workload.FromApps(slim(web)), kubetest.ReceivedAll(pods), nil, nil)),
	}, got)
	require.Equal(t, kubetest.Reads("GET "+kubetest.PodsPath+podsPage, "GET "+kubetest.SetsPath+kubetest.FirstPage), server.Requests())
}

func TestListAsksOncePerPageAndNotPerSet(t *testing.T) {
	var sets []*appsv1.StatefulSet
	var pods []*corev1.Pod
	for i := range 1001 {
		s := kubetest.Set(fmt.Sprintf("team-%d", i%7), fmt.Sprintf("db-%d", i), 2)
		sets = append(sets, s)
		pods = append(pods, podsOf(s, 2)...)
	}
	server := listable(t, sets, pods)

	got, err := server.Client().Everywhere().List(t.Context(), kube.Query{})

	require.NoError(t, err)
	require.Len(t, got, 1001)
	for _, s := range got {
		require.Len(t, s.Pods, 2)
	}
	next := func(from int) string { return fmt.Sprintf("?continue=%d&", from) }
	require.ElementsMatch(t, kubetest.Reads(
		"GET "+kubetest.AllSetsPath+kubetest.FirstPage, "GET "+kubetest.AllSetsPath+next(500)+kubetest.FirstPage[1:],
		"GET "+kubetest.AllSetsPath+next(1000)+kubetest.FirstPage[1:],
		"GET "+kubetest.AllPodsPath+podsPage, "GET "+kubetest.AllPodsPath+next(500)+podsPage[1:],
		"GET "+kubetest.AllPodsPath+next(1000)+podsPage[1:],
		"GET "+kubetest.AllPodsPath+next(1500)+podsPage[1:], "GET "+kubetest.AllPodsPath+next(2000)+podsPage[1:],
	), server.Requests())
}

func TestListReadsOnlyWhatItMust(t *testing.T) {
	web, db, far := kubetest.Set("default", "web", 1), kubetest.Set("default", "db", 1), kubetest.Set("far", "web", 1)
	pods := slices.Concat(podsOf(web, 1), podsOf(db, 1), podsOf(far, 1))
	tests := []struct {
		name  string
		sets  []*appsv1.StatefulSet
		all   bool
		query kube.Query
		want  []string // the sets
		asked []kubetest.Request
	}{
		{"no sets, no pods", nil, false, kube.Query{}, nil, kubetest.Reads("GET " + kubetest.SetsPath + kubetest.FirstPage)},
		{
			"a selector is passed on",
			[]*appsv1.StatefulSet{web},
			false,
			kube.Query{Selector: "app=web"},
			[]string{"web"},
			kubetest.Reads("GET "+kubetest.PodsPath+podsPage, "GET "+kubetest.SetsPath+"?labelSelector=app=web&limit=500"),
		},
		{
			"names choose",
			[]*appsv1.StatefulSet{web, db},
			false,
			kube.Query{Names: []string{"web", "nope"}},
			[]string{"web"},
			kubetest.Reads("GET "+kubetest.PodsPath+podsPage, "GET "+kubetest.SetsPath+kubetest.FirstPage),
		},
		{
			"names of which there are none ask for no pods",
			[]*appsv1.StatefulSet{web},
			false,
			kube.Query{Names: []string{"nope"}},
			nil, kubetest.Reads("GET " + kubetest.SetsPath + kubetest.FirstPage),
		},
		{
			"all in one namespace: only its pods are read",
			[]*appsv1.StatefulSet{web, db},
			true,
			kube.Query{},
			[]string{"db", "web"},
			kubetest.Reads("GET "+kubetest.PodsPath+podsPage, "GET "+kubetest.AllSetsPath+kubetest.FirstPage),
		},
		{
			"sets of two namespaces",
			[]*appsv1.StatefulSet{far, web},
			true,
			kube.Query{},
			[]string{"web", "web"},
			kubetest.Reads("GET "+kubetest.AllPodsPath+podsPage, "GET "+kubetest.AllSetsPath+kubetest.FirstPage),
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := listable(t, test.sets, pods)
			client := server.Client()
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
			require.Equal(t, test.asked, server.Requests())
		})
	}
}
