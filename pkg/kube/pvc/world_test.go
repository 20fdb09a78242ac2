package pvc_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// boundClaim is a claim in namespace default, bound to a volume of its own.
func boundClaim(name string) *corev1.PersistentVolumeClaim {
	return &corev1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name, UID: types.UID(name + "-uid"), ResourceVersion: "7"},
		Spec:       corev1.PersistentVolumeClaimSpec{VolumeName: "pv-" + name},
	}
}

// volumeOf is the volume of a claim, with policy Delete.
func volumeOf(c *corev1.PersistentVolumeClaim, changes ...func(*corev1.PersistentVolume)) *corev1.PersistentVolume {
	v := &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: c.Spec.VolumeName, UID: types.UID(c.Spec.VolumeName + "-uid"), ResourceVersion: "9"},
		Spec: corev1.PersistentVolumeSpec{
			PersistentVolumeReclaimPolicy: corev1.PersistentVolumeReclaimDelete,
			ClaimRef:                      &corev1.ObjectReference{Namespace: c.Namespace, Name: c.Name, UID: c.UID},
		},
	}
	for _, change := range changes {
		change(v)
	}
	return v
}

// mounting is a pod of no set that mounts a claim.
func mounting(name, claim string) *corev1.Pod {
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name}}
	pod.Status.Phase = corev1.PodSucceeded
	pod.Spec.Volumes = []corev1.Volume{
		{Name: "scratch-0", VolumeSource: corev1.VolumeSource{Ephemeral: &corev1.EphemeralVolumeSource{}}},
		{Name: "tmp", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}},
		{Name: "data", VolumeSource: corev1.VolumeSource{
			PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: claim},
		}},
	}
	return pod
}

func withTemplate(s *appsv1.StatefulSet) *appsv1.StatefulSet {
	s.Status.Replicas = *s.Spec.Replicas
	s.Spec.VolumeClaimTemplates = []corev1.PersistentVolumeClaim{{ObjectMeta: metav1.ObjectMeta{Name: "data"}}}
	return s
}

func TestClaimWorldIsAllThatCanWantAClaim(t *testing.T) {
	server := kubetest.NewServer(t)
	defer server.Close()
	web := withTemplate(kubetest.Set("default", "web", 2))
	web.Annotations = map[string]string{note.ScaleAnnotation: "{}", "note": "nobody needs it"}
	server.On(http.MethodGet, kubetest.SetsPath, kubetest.Paged(web))
	server.On(http.MethodGet, kubetest.PodsPath, kubetest.Paged(mounting("job-1", "data-web-7")))
	server.On(http.MethodGet, kubetest.ScalersPath, kubetest.Paged(
		kubetest.Scaler("a", "StatefulSet", "apps/v1"), kubetest.Scaler("b", "Deployment", "apps/v1"),
		kubetest.Scaler("c", "StatefulSet", "example.com/v1")))

	w, err := server.Client().ClaimWorld(t.Context(), true)

	require.NoError(t, err)
	require.Equal(t, map[claims.Key]string{
		{Namespace: "default", Name: "data-web-7"}: "job-1", {Namespace: "default", Name: "job-1-scratch-0"}: "job-1",
	}, w.Users)
	require.Equal(t, map[string]string{note.ScaleAnnotation: "{}"}, w.Sets[0].Set.Annotations)
	require.Equal(t, []claims.Scaler{
		{Namespace: "default", Set: "web", Autoscaler: claims.Autoscaler{Name: "a", Min: 1, Max: 9}},
	}, w.Scalers)
	require.Len(t, w.Sets, 1)
	require.Equal(t, []string{"data"}, w.Sets[0].ClaimTemplates())
	require.Equal(t, claims.Look(sts.Snapshot{Set: workload.FromApps(web)}), claims.Look(w.Sets[0]))
	require.Equal(t, web.Spec.Selector, w.Sets[0].Set.Spec.Selector)
	require.Empty(t, w.Sets[0].Set.Spec.Template.Spec.Containers, "what nobody needs is not kept")
	require.Equal(t,
		kubetest.Reads("GET "+kubetest.PodsPath+kubetest.FirstLongPage, "GET "+kubetest.SetsPath+kubetest.FirstSetsPage,
			"GET "+kubetest.ScalersPath+kubetest.FirstLongPage), server.Requests())
}

func TestClaimWorldMustBeWhole(t *testing.T) {
	for path, what := range map[string]string{
		kubetest.SetsPath: "statefulsets.apps", kubetest.PodsPath: "pods", kubetest.ScalersPath: "horizontalpodautoscalers.autoscaling",
	} {
		t.Run(what, func(t *testing.T) {
			server := kubetest.NewServer(t)
			defer server.Close()
			server.On(http.MethodGet, kubetest.SetsPath, kubetest.List[*appsv1.StatefulSet]())
			server.On(http.MethodGet, kubetest.PodsPath, kubetest.List[*corev1.Pod]())
			server.On(http.MethodGet, kubetest.ScalersPath, kubetest.List[*autoscalingv2.HorizontalPodAutoscaler]())
			server.On(http.MethodGet, path, kubetest.Failure(http.StatusForbidden, `User "jo" cannot list resource "x"`))

			_, err := server.Client().ClaimWorld(t.Context(), true)

			require.EqualError(t, err, `forbidden: user "jo" cannot list `+what+` in namespace "default"`)
		})
	}
}

func TestThousandsOfClaimsAreReadPageByPageAndNotOneByOne(t *testing.T) {
	server := kubetest.NewServer(t)
	defer server.Close()
	var all []*corev1.PersistentVolumeClaim
	var volumes []*corev1.PersistentVolume
	var pods []*corev1.Pod
	for i := range 5000 {
		c := boundClaim(fmt.Sprintf("data-web-%d", i))
		all, volumes = append(all, c), append(volumes, volumeOf(c))
		if i%2 == 0 {
			pods = append(pods, mounting(fmt.Sprintf("job-%d", i), c.Name))
		}
	}
	server.On(http.MethodGet, kubetest.AllClaimsPath, kubetest.Paged(all...))
	server.On(http.MethodGet, kubetest.VolumesPath, kubetest.Paged(volumes...))
	server.On(http.MethodGet, kubetest.AllSetsPath, kubetest.Paged(withTemplate(kubetest.Set("default", "web", 10))))
	server.On(http.MethodGet, kubetest.AllPodsPath, kubetest.Paged(pods...))
	server.On(http.MethodGet, kubetest.AllScalersPath, kubetest.Paged(kubetest.Scaler("a", "StatefulSet", "apps/v1")))
	client := server.Client().Everywhere()

	found, err := client.ClaimsAlone(t.Context())
	require.NoError(t, err)
	world, err := client.ClaimWorld(t.Context(), true)
	require.NoError(t, err)
	verdicts := claims.NewJudge(found, claims.Options{}).All(found, world)
	var of []*storage.Claim
	for i := range verdicts {
		if verdicts[i].Delete {
			of = append(of, &verdicts[i].Claim)
		}
	}
	require.NoError(t, client.AddReclaim(t.Context(), of))

	require.Len(t, verdicts, 5000)
	require.Len(t, of, 2495, "every other one of those out of range")
	for _, c := range of {
		require.Equal(t, corev1.PersistentVolumeReclaimDelete, c.Reclaim)
	}
	require.Len(t, server.Requests(), 3+1+2+1+3, "pages of claims, sets, pods, autoscalers and volumes")
}

func TestAFewVolumesAreReadOneByOne(t *testing.T) {
	server := kubetest.NewServer(t)
	defer server.Close()
	mine, stolen, gone := boundClaim("mine"), boundClaim("stolen"), boundClaim("gone")
	server.On(http.MethodGet, kubetest.VolumesPath+"/pv-mine", kubetest.Object(volumeOf(mine)))
	server.On(http.MethodGet, kubetest.VolumesPath+"/pv-stolen",
		kubetest.Object(volumeOf(mine, func(v *corev1.PersistentVolume) { v.Name = "pv-stolen" })))
	var of []*storage.Claim
	for _, c := range []*corev1.PersistentVolumeClaim{mine, stolen, gone} {
		claim := storage.ObserveClaim(c, nil)
		of = append(of, &claim)
	}

	require.NoError(t, server.Client().AddReclaim(t.Context(), of))

	require.Equal(t, []corev1.PersistentVolumeReclaimPolicy{"Delete", "", ""},
		[]corev1.PersistentVolumeReclaimPolicy{of[0].Reclaim, of[1].Reclaim, of[2].Reclaim})
	require.Len(t, server.Requests(), 3)
}

func TestWhoMayNotReadVolumesIsToldThatTheyAreInNoNamespace(t *testing.T) {
	server := kubetest.NewServer(t)
	defer server.Close()
	server.On(http.MethodGet, kubetest.VolumesPath+"/pv-a",
		kubetest.Failure(http.StatusForbidden, `User "jo" cannot get resource "persistentvolumes"`))
	claim := storage.ObserveClaim(boundClaim("a"), nil)

	require.EqualError(t, server.Client().AddReclaim(t.Context(), []*storage.Claim{&claim}),
		`forbidden: user "jo" cannot get persistentvolumes at the cluster scope (that takes a ClusterRole)`)
}
