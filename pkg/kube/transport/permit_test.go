package transport_test

import (
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/permission"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

const (
	reviewsPath = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
	myselfPath  = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
)

func reviewed(status string) http.HandlerFunc {
	return kubetest.Text(http.StatusCreated,
		`{"kind":"SelfSubjectAccessReview","apiVersion":"authorization.k8s.io/v1","status":`+status+`}`)
}

func TestPermitNamesAllThatIsMissing(t *testing.T) {
	patch, del := permission.PatchSet(workload.Apps{}, "web"), permission.DeletePods()
	volumes := permission.Permission{Verb: "patch", Resource: "persistentvolumes"}
	const (
		here    = ` in namespace "default"`
		cluster = ` at the cluster scope (that takes a ClusterRole)`
	)
	no := reviewed(`{"allowed":false}`)
	for _, test := range []struct {
		name   string
		answer http.HandlerFunc
		needs  []permission.Permission
		want   string
	}{
		{"nothing is", reviewed(`{"allowed":true}`), []permission.Permission{patch, del}, ""},
		{"one", no, []permission.Permission{patch}, `forbidden: user "jo" cannot patch statefulsets.apps` + here},
		{"two", no, []permission.Permission{patch, del}, `forbidden: user "jo" cannot patch statefulsets.apps, delete pods` + here},
		{
			"one of them in no namespace", no,
			[]permission.Permission{volumes, patch},
			`forbidden: user "jo" cannot patch statefulsets.apps` + here + `, or patch persistentvolumes` + cluster,
		},
		{
			"one of them in another namespace", no,
			[]permission.Permission{patch, permission.Proxy("monitoring", "prometheus:9090"), del},
			`forbidden: user "jo" cannot patch statefulsets.apps, delete pods` + here + `, or get services/proxy in namespace "monitoring"`,
		},
		{"nobody knows: who may not ask goes on", kubetest.Failure(http.StatusForbidden, "no"), []permission.Permission{patch}, ""},
		{"nobody knows: a server without reviews", kubetest.Failure(http.StatusNotFound, "no"), []permission.Permission{patch}, ""},
		{
			"nobody knows: an authorizer that failed", reviewed(`{"allowed":false,"evaluationError":"webhook"}`),
			[]permission.Permission{patch},
			"",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := kubetest.NewServer(t)
				t.Cleanup(server.Close)
				server.On(http.MethodPost, reviewsPath, test.answer)
				server.On(http.MethodPost, myselfPath, kubetest.Text(http.StatusCreated,
					`{"kind":"SelfSubjectReview","apiVersion":"authentication.k8s.io/v1","status":{"userInfo":{"username":"jo"}}}`))

				err := server.Client().Permit(t.Context(), test.needs...)

				if test.want == "" {
					require.NoError(t, err)
					return
				}
				require.EqualError(t, err, test.want)
				require.True(t, kube.Denied(err))
			})
		})
	}
}
