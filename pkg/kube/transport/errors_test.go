package transport_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// withCause adds a cause to a status.
func withCause(status metav1.Status, cause string) metav1.Status {
	status.Details = &metav1.StatusDetails{Causes: []metav1.StatusCause{{Type: metav1.CauseTypeUnexpectedServerResponse, Message: cause}}}
	return status
}

// page is what a proxy answers in place of the API server.
func page(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(code)
		_, _ = io.WriteString(w, "<html>a proxy</html>")
	}
}

// sorted is what the engine tells apart, and the words.
type sorted struct {
	Conflict, Lost bool
	Words          string
}

func sort(err error) sorted {
	return sorted{errors.Is(err, engine.ErrConflict), errors.Is(err, engine.ErrLost), err.Error()}
}

func TestFailedEdit(t *testing.T) {
	conflict := sorted{Conflict: true, Words: "the object changed meanwhile: statefulsets.apps web"}
	lost := func(words string) sorted { return sorted{Lost: true, Words: words} }
	other := func(words string) sorted { return sorted{Words: words} }
	tests := []struct {
		name   string
		answer http.HandlerFunc
		want   sorted
	}{
		{"a test that did not hold is a conflict", kubetest.Failed(kubetest.Stale), conflict},
		{
			"so it is without any details",
			kubetest.Failed(metav1.Status{Code: kubetest.Stale.Code, Reason: kubetest.Stale.Reason, Message: kubetest.Stale.Message}),
			conflict,
		},
		{
			"so it is with the patch library's words as the cause",
			kubetest.Failed(withCause(kubetest.Stale, "testing value /metadata/generation failed: test failed")), conflict,
		},
		{"a 409 is a conflict", kubetest.Failure(http.StatusConflict, "the object has been modified"), conflict},
		{"an invalid object is none", kubetest.Failed(kubetest.Invalid), other("patch statefulsets.apps: " + kubetest.Invalid.Message)},
		{"an unknown field is none", kubetest.Strictly(`unknown field "spec.x"`), other(`patch statefulsets.apps: unknown field "spec.x"`)},
		{
			"another cause without a kind is none", kubetest.Failed(withCause(kubetest.Stale, "the patch is too large")),
			other("patch statefulsets.apps: " + kubetest.Stale.Message),
		},
		{"a set that is gone is one: the next snapshot says so", kubetest.Failed(kubetest.Gone), conflict},
		{
			"a 500 may have been taken", kubetest.Failure(http.StatusInternalServerError, "etcdserver: leader changed"),
			lost("patch statefulsets.apps: etcdserver: leader changed"),
		},
		{
			"a 503 may have been taken", kubetest.Failure(http.StatusServiceUnavailable, "apiserver is shutting down"),
			lost("patch statefulsets.apps: apiserver is shutting down"),
		},
		{
			"a 504 may have been taken", kubetest.Failure(http.StatusGatewayTimeout, "request did not complete within requested timeout"),
			lost("patch statefulsets.apps: request did not complete within requested timeout"),
		},
		{
			"a 429 is another time's", kubetest.Failure(http.StatusTooManyRequests, "too many requests"),
			lost("patch statefulsets.apps: too many requests"),
		},
		{
			"a proxy's 502 may have been taken", page(http.StatusBadGateway),
			lost(`patch statefulsets.apps: an error on the server ("<html>a proxy</html>") has prevented the request from succeeding ` +
				`(patch statefulsets.apps web)`),
		},
		{
			"a proxy's 413 will not pass", page(http.StatusRequestEntityTooLarge),
			other("patch statefulsets.apps: the server responded with the status code 413 but did not return more information " +
				"(patch statefulsets.apps web)"),
		},
		{
			"an answer that breaks off may stand for a write that was taken", kubetest.Cut,
			lost("cannot reach the API server at http://apiserver: unexpected EOF"),
		},
		{
			"a missing permission is named in full", kubetest.Forbidden("jo", "patch", "statefulsets", "apps"),
			other(`forbidden: user "jo" cannot patch statefulsets.apps in namespace "default"`),
		},
		{
			"an admission plugin keeps its words, whatever they are",
			kubetest.Failure(http.StatusForbidden, `admission webhook "x" denied the request: images cannot be untagged`),
			other(`admission webhook "x" denied the request: images cannot be untagged`),
		},
		{
			"being forbidden to act as another user is not about the set",
			kubetest.Failure(http.StatusForbidden, `users "jo" is forbidden: User "eve" cannot impersonate resource "users"`),
			other(`users "jo" is forbidden: User "eve" cannot impersonate resource "users"`),
		},
		{"expired credentials", kubetest.Failed(kubetest.ExpiredLogin), other(kubetest.NoLogin)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := kubetest.NewServer(t)
			t.Cleanup(server.Close)
			server.On(http.MethodPatch, kubetest.SetPath, test.answer)

			_, err := server.Client().Apply(t.Context(), plan.Partition(4), ststest.Snapshot(ststest.Set()))

			require.Error(t, err)
			require.Equal(t, test.want, sort(err))
		})
	}
}

func TestFailedDelete(t *testing.T) {
	tests := []struct {
		name   string
		answer http.HandlerFunc
		want   sorted
	}{
		{
			"a pod that is gone is a conflict", kubetest.Failure(http.StatusNotFound, `pods "web-4" not found`),
			sorted{Conflict: true, Words: "the object changed meanwhile: pod web-4 is gone"},
		},
		{
			"a pod that was recreated is a conflict",
			kubetest.Failure(http.StatusConflict, "the UID in the precondition (a) does not match the UID in record (b)"),
			sorted{Conflict: true, Words: "the object changed meanwhile: pods web-4"},
		},
		{
			"a missing permission is named in full", kubetest.Forbidden("jo", "delete", "pods", ""),
			sorted{Words: `forbidden: user "jo" cannot delete pods in namespace "default"`},
		},
		{
			"a 503 may have been taken", kubetest.Failure(http.StatusServiceUnavailable, "try later"),
			sorted{Lost: true, Words: "delete pods: try later"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := kubetest.NewServer(t)
			t.Cleanup(server.Close)
			server.On(http.MethodDelete, kubetest.PodsPath+"/web-4", test.answer)

			_, err := server.Client().Apply(t.Context(), plan.DeletePod{Name: "web-4", UID: "a"}, ststest.Snapshot(ststest.Set()))

			require.Error(t, err)
			require.Equal(t, test.want, sort(err))
		})
	}
}

func TestWriteToAServerThatIsDownIsLost(t *testing.T) {
	server := kubetest.NewServer(t)
	t.Cleanup(server.Close)
	server.Network.Down.Store(true)

	_, err := server.Client().Apply(t.Context(), plan.Partition(4), ststest.Snapshot(ststest.Set()))

	require.Error(t, err)
	require.Equal(t, sorted{Lost: true, Words: "cannot reach the API server at http://apiserver: connection refused"}, sort(err))
}

func TestInterruptedWriteIsNotLost(t *testing.T) {
	server := kubetest.NewServer(t)
	t.Cleanup(server.Close)
	ctx, cancel := context.WithCancel(t.Context())
	server.On(http.MethodPatch, kubetest.SetPath, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})

	_, err := server.Client().Apply(ctx, plan.Partition(4), ststest.Snapshot(ststest.Set()))

	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, engine.ErrLost)
}
