package kube_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// tooMany is what is said of a set that wants one replica more than can be.
const tooMany = `statefulset "web" wants 100001 replicas, and no cluster has so many`

func TestASetThatWantsMorePodsThanAnyClusterHasIsNotGoneThrough(t *testing.T) {
	most, more := ststest.Set(ststest.Replicas(sts.MostReplicas)), ststest.Set(ststest.Replicas(sts.MostReplicas+1))

	_, _, err := kubetest.Loadable(t, most, ststest.Pods(0, 5)).Client().Load(t.Context(), "web")
	require.NoError(t, err)
	_, _, err = kubetest.Loadable(t, more, ststest.Pods(0, 5)).Client().Load(t.Context(), "web")
	require.EqualError(t, err, tooMany)

	_, err = listable(t, []*appsv1.StatefulSet{most}, nil).Client().List(t.Context(), kube.Query{})
	require.NoError(t, err)
	absurd := ststest.Set(ststest.Replicas(sts.MostReplicas+1), func(set *appsv1.StatefulSet) { set.Name = "absurd" })
	got, err := listable(t, []*appsv1.StatefulSet{absurd, most}, nil).Client().List(t.Context(), kube.Query{})
	require.NoError(t, err)
	require.Len(t, got, 2, "one does not hide the others")
	require.ErrorContains(t, got[0].Uncountable, `statefulset "absurd" wants 100001 replicas`)
	require.Zero(t, got[0].Replicas(), "nobody goes through its ordinals")
	require.NoError(t, got[1].Uncountable)
	require.Equal(t, sts.MostReplicas, got[1].Replicas())
	got, err = listable(t, []*appsv1.StatefulSet{absurd}, nil).Client().List(t.Context(), kube.Query{})
	require.NoError(t, err)
	require.Len(t, got, 1)
}

func TestASetWithAQuantityThatNoResourceHasIsNotDecoded(t *testing.T) {
	set := ststest.Set()
	set.Spec.Template.Spec.Overhead = corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("1e2147483647")}

	_, _, err := kubetest.Loadable(t, set, ststest.Pods(0, 5)).Client().Load(t.Context(), "web")
	require.EqualError(t, err, `statefulset "web": quantity "10e2147483646" is out of range`)
}
