package pvc_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestDeleteAClaim(t *testing.T) {
	change := plan.DeleteClaim{Name: "data-web-4", UID: "claim-uid", Why: "as answered"}
	claim := func(name string) corev1.VolumeSource {
		return corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: name}}
	}
	keep := func(c *storage.Claim) { c.Keep = true }
	ownedBy := func(kind, name string) func(*storage.Claim) {
		return func(c *storage.Claim) { c.Owners = []metav1.OwnerReference{{Kind: kind, Name: name, UID: "x"}} }
	}
	another := func(c *storage.Claim) { c.UID = "another" }
	own := ststest.Pod(4, func(pod *corev1.Pod) {
		pod.Spec.Volumes = []corev1.Volume{{Name: "data", VolumeSource: claim("data-web-4")}}
	})
	moved := ststest.Set(ststest.Replicas(6), ststest.Generation(2))
	all := []string{
		"DELETE " + kubetest.ClaimPath, "GET " + kubetest.PodsPath + kubetest.FirstLongPage,
		"GET " + kubetest.SetsPath + kubetest.FirstSetsPage, "GET " + kubetest.ScalersPath + kubetest.FirstLongPage,
	}
	tests := []struct {
		name  string
		seen  sts.Snapshot
		sets  http.HandlerFunc
		pods  http.HandlerFunc
		asked []string
		err   string
	}{
		{
			"after a look at all sets, pods and autoscalers", seenClaim(), kubetest.List(ststest.Set()),
			kubetest.List(ststest.Pods(0, 4)...), all, "",
		},
		{
			"a pod that names another claim does not matter", seenClaim(), kubetest.List(ststest.Set()),
			kubetest.List(holding(claim("data-web-3"))),
			all, "",
		},
		{
			"not while a pod names it", seenClaim(), kubetest.List(ststest.Set()), kubetest.List(holding(claim("data-web-4"))), all[1:],
			"claim data-web-4 is kept by now: pod data-web mounts it or waits for it",
		},
		{
			"not while it is a pod's ephemeral one", seenClaim(), kubetest.List(ststest.Set()),
			kubetest.List(holding(corev1.VolumeSource{Ephemeral: &corev1.EphemeralVolumeSource{}})), all[1:],
			"claim data-web-4 is kept by now: pod data-web mounts it or waits for it",
		},
		{
			"not once the set has changed", seenClaim(), kubetest.List(moved), kubetest.List[*corev1.Pod](), all[1:],
			engine.ErrConflict.Error() + ": statefulset web",
		},
		{
			"not once another run has begun, or an abort has ended this one", seenClaim(),
			kubetest.List(ststest.Set(ststest.Annotated(note.RolloutAnnotation, "{}"))), kubetest.List[*corev1.Pod](), all[1:],
			engine.ErrConflict.Error() + ": statefulset web",
		},
		{
			"whatever else is noted on the set", seenClaim(), kubetest.List(ststest.Set(ststest.Annotated("team", "db"))),
			kubetest.List(ststest.Pods(0, 4)...), all, "",
		},
		{
			"not once the set is gone", seenClaim(), kubetest.List[*appsv1.StatefulSet](), kubetest.List[*corev1.Pod](), all[1:],
			engine.ErrConflict.Error() + ": statefulset web",
		},
		{
			"not while its own pod names it", seenClaim(), kubetest.List(ststest.Set()), kubetest.List(own), all[1:],
			"claim data-web-4 is kept by now: pod web-4 mounts it or waits for it",
		},
		{
			"not once something else owns it", seenClaim(ownedBy("Backup", "nightly")), nil, nil, nil,
			"claim data-web-4 is kept by now: it belongs to Backup nightly",
		},
		{
			"not once a pod does that only sounds like its own", seenClaim(ownedBy("Pod", "4")), nil, nil, nil,
			"claim data-web-4 is kept by now: it belongs to Pod 4",
		},
		{
			"but when its own pod does", seenClaim(ownedBy("Pod", "web-4")), kubetest.List(ststest.Set()),
			kubetest.List(ststest.Pods(0, 4)...), all, "",
		},
		{
			"not once it is marked to be kept", seenClaim(keep), nil, nil, nil,
			"claim data-web-4 is kept by now: annotation kubectl-sts.github.io/keep",
		},
		{"not another one of that name", seenClaim(another), nil, nil, nil, engine.ErrConflict.Error() + ": claim data-web-4 is gone"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := kubetest.NewServer(t)
			t.Cleanup(server.Close)
			server.On(http.MethodGet, kubetest.SetsPath, tt.sets)
			server.On(http.MethodGet, kubetest.PodsPath, tt.pods)
			server.On(http.MethodGet, kubetest.ScalersPath, kubetest.List[*autoscalingv2.HorizontalPodAutoscaler]())
			server.On(http.MethodDelete, kubetest.ClaimPath, kubetest.Object(&corev1.PersistentVolumeClaim{}))

			_, err := server.Client().Apply(t.Context(), change, tt.seen)

			if tt.err == "" {
				require.NoError(t, err)
			} else {
				require.EqualError(t, err, tt.err)
			}
			var asked []string
			for _, r := range server.Requests() {
				asked = append(asked, r.What)
				if r.What == "DELETE "+kubetest.ClaimPath {
					requireDeletion(t, r.Body, metav1.DeleteOptions{Preconditions: &metav1.Preconditions{
						UID: ptr.To(types.UID("claim-uid")), ResourceVersion: ptr.To("7"),
					}})
				}
			}
			require.Equal(t, tt.asked, asked)
		})
	}
}

func requireDeletion(t *testing.T, body string, want metav1.DeleteOptions) {
	t.Helper()
	got := metav1.DeleteOptions{}
	_, _, err := scheme.Codecs.UniversalDeserializer().Decode([]byte(body), nil, &got)
	require.NoError(t, err)
	got.TypeMeta = metav1.TypeMeta{}
	require.Equal(t, want, got)
}

func TestDeleteAClaimInADryRunAsksOnlyThat(t *testing.T) {
	server := kubetest.NewServer(t)
	t.Cleanup(server.Close)
	server.On(http.MethodDelete, kubetest.ClaimPath, kubetest.Object(&corev1.PersistentVolumeClaim{}))

	_, err := server.Client().DryRun(t.Context(), plan.DeleteClaim{Name: "data-web-4", UID: "claim-uid"}, seenClaim())

	require.NoError(t, err)
	asked := server.Requests()
	require.Len(t, asked, 1)
	requireDeletion(t, asked[0].Body, metav1.DeleteOptions{
		Preconditions: &metav1.Preconditions{UID: ptr.To(types.UID("claim-uid"))}, // whatever its version is by now
		DryRun:        []string{metav1.DryRunAll},
	})
}

func TestAClaimThatGoesBeforeItsPod(t *testing.T) {
	uses := func(pod string) *corev1.Pod {
		return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: pod}, Spec: corev1.PodSpec{Volumes: []corev1.Volume{
			{Name: "data", VolumeSource: corev1.VolumeSource{
				PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "data-web-4"},
			}},
		}}}
	}
	for _, test := range []struct {
		name string
		pods []*corev1.Pod
		err  string
	}{
		{"its own pod uses it, which goes next", []*corev1.Pod{uses("web-4")}, ""},
		{
			"another pod uses it as well",
			[]*corev1.Pod{uses("web-4"), uses("backup")},
			"claim data-web-4 is kept by now: pod backup mounts it or waits for it",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := kubetest.NewServer(t)
			t.Cleanup(server.Close)
			server.On(http.MethodGet, kubetest.SetsPath, kubetest.List(ststest.Set()))
			server.On(http.MethodGet, kubetest.PodsPath, kubetest.List(test.pods...))
			server.On(http.MethodDelete, kubetest.ClaimPath, kubetest.Object(&corev1.PersistentVolumeClaim{}))

			_, err := server.Client().Apply(t.Context(),
				plan.DeleteClaim{Name: "data-web-4", UID: "claim-uid", Replaced: true, Mounted: true}, seenClaim())

			if test.err == "" {
				require.NoError(t, err)
			} else {
				require.EqualError(t, err, test.err)
			}
		})
	}
}
