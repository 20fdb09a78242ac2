package pvc_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

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
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// seenClaim is the settled set with the claim of ordinal 4.
func seenClaim(changes ...func(*sts.Claim)) sts.Snapshot {
	set := ststest.Set()
	set.Spec.VolumeClaimTemplates = []corev1.PersistentVolumeClaim{{ObjectMeta: metav1.ObjectMeta{Name: "data"}}}
	s := ststest.Snapshot(set, ststest.Pods(0, 4))
	c := sts.Claim{Namespace: "default", Name: "data-web-4", UID: "claim-uid", Version: "7", Volume: "pv-data-web-4"}
	for _, change := range changes {
		change(&c)
	}
	s.Claims = []sts.Claim{c}
	return s
}

// holding is a pod outside of the set that uses a claim.
func holding(source corev1.VolumeSource) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "data-web"},
		Spec:       corev1.PodSpec{Volumes: []corev1.Volume{{Name: "4", VolumeSource: source}}},
	}
}

func TestDeleteAClaim(t *testing.T) {
	change := plan.DeleteClaim{Name: "data-web-4", UID: "claim-uid", Why: "as answered"}
	claim := func(name string) corev1.VolumeSource {
		return corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: name}}
	}
	keep := func(c *sts.Claim) { c.Keep = true }
	ownedBy := func(kind, name string) func(*sts.Claim) {
		return func(c *sts.Claim) { c.Owners = []metav1.OwnerReference{{Kind: kind, Name: name, UID: "x"}} }
	}
	another := func(c *sts.Claim) { c.UID = "another" }
	own := ststest.Pod(4, func(pod *corev1.Pod) {
		pod.Spec.Volumes = []corev1.Volume{{Name: "data", VolumeSource: claim("data-web-4")}}
	})
	moved := ststest.Set(ststest.Replicas(6), ststest.Generation(2))
	all := []string{
		"DELETE " + kubetest.ClaimPath, "GET " + kubetest.PodsPath + kubetest.FirstLongPage,
		"GET " + kubetest.SetsPath + kubetest.FirstLongPage, "GET " + kubetest.ScalersPath + kubetest.FirstLongPage,
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

// What has come since the claim was judged keeps it, by the rule by which it was judged.
func TestAClaimIsJudgedOnceMoreBeforeItIsDeleted(t *testing.T) {
	rival := kubetest.Set("default", "a-web", 1)
	rival.Spec.VolumeClaimTemplates = []corev1.PersistentVolumeClaim{{ObjectMeta: metav1.ObjectMeta{Name: "data"}}}
	// Template data-a of web and template data of a-web make the same names.
	twoWays := func(s *sts.Snapshot) {
		s.Set.Spec.VolumeClaimTemplates[0].Name = "data-a"
		s.Claims[0].Name, s.Claims[0].Labels = "data-a-web-4", map[string]string{"app": "web"}
	}
	tests := []struct {
		name     string
		change   func(*sts.Snapshot)
		replaced bool
		also     *appsv1.StatefulSet
		scalers  []*autoscalingv2.HorizontalPodAutoscaler
		err      string
	}{
		{name: "nothing has come", change: twoWays},
		{
			name: "a set that makes the same name", change: twoWays, also: rival,
			err: "claim data-a-web-4 is kept by now: it can be template data of set a-web or template data-a of set web",
		},
		{
			name: "an autoscaler", scalers: []*autoscalingv2.HorizontalPodAutoscaler{kubetest.Scaler("load", "StatefulSet", "apps/v1")},
			err: "claim data-web-4 is kept by now: autoscaler load may scale set web up to 9",
		},
		{name: "autoscalers don't count where the ordinal gets another claim", replaced: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			seen := seenClaim()
			if tt.change != nil {
				tt.change(&seen)
			}
			name := seen.Claims[0].Name
			sets := []*appsv1.StatefulSet{seen.Set}
			if tt.also != nil {
				sets = []*appsv1.StatefulSet{tt.also, seen.Set}
			}
			server := kubetest.NewServer(t)
			t.Cleanup(server.Close)
			server.On(http.MethodGet, kubetest.SetsPath, kubetest.List(sets...))
			server.On(http.MethodGet, kubetest.PodsPath, kubetest.List(ststest.Pods(0, 4)...))
			if !tt.replaced {
				server.On(http.MethodGet, kubetest.ScalersPath, kubetest.List(tt.scalers...))
			}
			server.On(http.MethodDelete, kubetest.ClaimsPath+"/"+name, kubetest.Object(&corev1.PersistentVolumeClaim{}))

			_, err := server.Client().Apply(t.Context(), plan.DeleteClaim{Name: name, UID: "claim-uid", Replaced: tt.replaced}, seen)

			deleted := slices.ContainsFunc(server.Requests(), func(r kubetest.Request) bool { return strings.HasPrefix(r.What, "DELETE ") })
			require.Equal(t, tt.err == "", deleted)
			if tt.err != "" {
				require.EqualError(t, err, tt.err)
				return
			}
			require.NoError(t, err)
		})
	}
}

// An API server that is away for a while is no reason to end a run half-way.
func TestThatAClaimCantBeJudgedForNowIsToldApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := kubetest.NewServer(t)
		server.On(http.MethodGet, kubetest.SetsPath, kubetest.Busy)
		server.On(http.MethodGet, kubetest.PodsPath, kubetest.List[*corev1.Pod]())
		server.On(http.MethodGet, kubetest.ScalersPath, kubetest.List[*autoscalingv2.HorizontalPodAutoscaler]())

		_, err := server.Client().Apply(t.Context(), plan.DeleteClaim{Name: "data-web-4", UID: "claim-uid"}, seenClaim())

		require.ErrorIs(t, err, engine.ErrLost)
		require.EqualError(t, err, "list statefulsets.apps: apiserver is starting")
		server.Close()
	})
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

func TestRetainAVolume(t *testing.T) {
	server := kubetest.NewServer(t)
	t.Cleanup(server.Close)
	server.On(http.MethodGet, volumePath, kubetest.Object(&corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: "pv-data-web-4", UID: "pv-uid"},
		Spec: corev1.PersistentVolumeSpec{
			ClaimRef: &corev1.ObjectReference{UID: "claim-uid"}, PersistentVolumeReclaimPolicy: corev1.PersistentVolumeReclaimDelete,
		},
	}))
	server.On(http.MethodPatch, volumePath, kubetest.Object(&corev1.PersistentVolume{}))

	change := plan.RetainVolume{Claim: "data-web-4", UID: "claim-uid", Volume: "pv-data-web-4"}
	set, err := server.Client().Apply(t.Context(), change, seenClaim())

	require.NoError(t, err)
	require.Nil(t, set)
	asked := server.Requests()
	require.Len(t, asked, 2)
	require.Equal(t, kubetest.Request{
		What: "PATCH " + volumePath + "?fieldManager=sts-rollout", ContentType: string(types.JSONPatchType),
		Body: `[{"op":"test","path":"/metadata/uid","value":"pv-uid"},{"op":"test","path":"/metadata/resourceVersion","value":""},` +
			`{"op":"add","path":"/metadata/annotations","value":{"kubectl-sts.github.io/reclaim-policy-before":"Delete"}},` +
			`{"op":"replace","path":"/spec/persistentVolumeReclaimPolicy","value":"Retain"}]`,
	}, asked[1])
}

func TestSetClaimsReadsOnlyTheSetsOwn(t *testing.T) {
	server := kubetest.NewServer(t)
	t.Cleanup(server.Close)
	pvc := func(name, volume string) *corev1.PersistentVolumeClaim {
		return &corev1.PersistentVolumeClaim{
			ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name, UID: types.UID(name)},
			Spec:       corev1.PersistentVolumeClaimSpec{VolumeName: volume},
		}
	}
	server.On(http.MethodGet, kubetest.ClaimsPath,
		kubetest.List(pvc("data-web-4", "pv-data-web-4"), pvc("data-web-1-4", "pv-5"), pvc("other", "pv-6")))
	server.On(http.MethodGet, volumePath, kubetest.Failure(http.StatusForbidden, `User "jo" cannot get resource "persistentvolumes"`))
	set := ststest.Set()
	set.Spec.VolumeClaimTemplates = []corev1.PersistentVolumeClaim{{ObjectMeta: metav1.ObjectMeta{Name: "data"}}}

	s, volumes, err := server.Client().SetClaims(t.Context(), sts.Snapshot{Set: set})

	require.NoError(t, err)
	require.ErrorContains(t, volumes, "cannot get persistentvolumes")
	require.Len(t, s.Claims, 1)
	require.Equal(t, "data-web-4", s.Claims[0].Name)
	require.Equal(t, kubetest.Reads("GET "+kubetest.ClaimsPath+"?limit=500", "GET "+volumePath), server.Requests())

	none, volumes, err := server.Client().SetClaims(t.Context(), sts.Snapshot{Set: ststest.Set()})
	require.NoError(t, err)
	require.NoError(t, volumes)
	require.Nil(t, none.Claims, "without templates nothing is asked")
	require.Empty(t, server.Requests())
}

func TestWhatCanWantAClaimThatIsToBeDeletedIsAskedForAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := kubetest.Loadable(t, ststest.Set(), ststest.Pods(0, 4))
		server.On(http.MethodDelete, kubetest.ClaimPath, kubetest.Object(&metav1.Status{Status: metav1.StatusSuccess}))
		server.On(http.MethodGet, kubetest.SetsPath, kubetest.After(2, kubetest.Busy, kubetest.List(ststest.Set())))
		server.On(http.MethodGet, kubetest.ScalersPath, kubetest.List[*autoscalingv2.HorizontalPodAutoscaler]())

		_, err := server.Client().Apply(t.Context(), plan.DeleteClaim{Name: "data-web-4", UID: "claim-uid"}, seenClaim())

		require.NoError(t, err)
		server.CloseClientConnections()
	})
}
