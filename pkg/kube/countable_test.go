package kube_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// tooMany is what is said of a set that wants one replica more than can be.
const tooMany = `statefulset "web" wants 100001 replicas, and no cluster has so many; set the number that is meant: ` +
	"kubectl -n default scale statefulset web --replicas COUNT"

func TestASetThatWantsMorePodsThanAnyClusterHasIsNotGoneThrough(t *testing.T) {
	most, more := ststest.Set(ststest.Replicas(sts.MostReplicas)), ststest.Set(ststest.Replicas(sts.MostReplicas+1))

	_, _, err := loadable(t, most, ststest.Pods(0, 5)).client().Load(t.Context(), "web")
	require.NoError(t, err)
	_, _, err = loadable(t, more, ststest.Pods(0, 5)).client().Load(t.Context(), "web")
	require.EqualError(t, err, tooMany)

	_, err = listable(t, []*appsv1.StatefulSet{most}, nil).client().List(t.Context(), kube.Query{})
	require.NoError(t, err)
	_, err = listable(t, []*appsv1.StatefulSet{more}, nil).client().List(t.Context(), kube.Query{})
	require.EqualError(t, err, tooMany)
}

func TestASetWithAQuantityThatNoResourceHasIsNotDecoded(t *testing.T) {
	set := ststest.Set()
	set.Spec.Template.Spec.Overhead = corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("1e2147483647")}

	_, _, err := loadable(t, set, ststest.Pods(0, 5)).client().Load(t.Context(), "web")
	require.EqualError(t, err, `statefulset "web": quantity "10e2147483646" is out of range`)
}

func TestWatchEndsWhenTheSetWantsMorePodsThanAnyClusterHas(t *testing.T) {
	watching(t, asIs, func(t *testing.T, w *watched) {
		require.Equal(t, shows(ststest.Set(), ststest.Pods(0, 4), quota), w.next())

		w.sets.events <- event(watch.Modified, ststest.Set(ststest.Replicas(sts.MostReplicas+1), ststest.Generation(2)))

		require.EqualError(t, w.next().Err, tooMany)
		w.closed()
	})
}
