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

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// holding is a pod outside of the set that uses a claim.
func holding(source corev1.VolumeSource) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "data-web"},
		Spec:       corev1.PodSpec{Volumes: []corev1.Volume{{Name: "4", VolumeSource: source}}},
	}
}

// What has come since the claim was judged keeps it, by the rule by which it was judged.
func TestAClaimIsJudgedOnceMoreBeforeItIsDeleted(t *testing.T) {
	rival := kubetest.Set("default", "a-web", 1)
	rival.Spec.VolumeClaimTemplates = []corev1.PersistentVolumeClaim{{ObjectMeta: metav1.ObjectMeta{Name: "data"}}}
	// Template data-a of web and template data of a-web make the same names.
	twoWays := func(s *sts.Snapshot) {
		s.Set.Spec.ClaimTemplates[0] = "data-a"
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
			sets := []*appsv1.StatefulSet{claimingSet(seen.Set.Spec.ClaimTemplates[0])}
			if tt.also != nil {
				sets = slices.Insert(sets, 0, tt.also)
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
