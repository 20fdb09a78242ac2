package kube_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// What a real 1.36 API server answers.
var (
	// stale is a JSON patch of which a test did not hold.
	stale = metav1.Status{
		Code: http.StatusUnprocessableEntity, Reason: metav1.StatusReasonInvalid,
		Message: "the server rejected our request due to an error in our request", Details: &metav1.StatusDetails{},
	}
	// invalid is an object that does not validate.
	invalid = metav1.Status{
		Code: http.StatusUnprocessableEntity, Reason: metav1.StatusReasonInvalid,
		Message: `StatefulSet.apps "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0`,
		Details: &metav1.StatusDetails{Name: "web", Group: "apps", Kind: "StatefulSet", Causes: []metav1.StatusCause{
			{Type: metav1.CauseTypeFieldValueInvalid, Message: "Invalid value: -1", Field: "spec.replicas"},
		}},
	}
	gone = metav1.Status{
		Code: http.StatusNotFound, Reason: metav1.StatusReasonNotFound, Message: `statefulsets.apps "web" not found`,
		Details: &metav1.StatusDetails{Name: "web", Group: "apps", Kind: "statefulsets"},
	}
	noLogin = "the API server at http://apiserver does not accept your credentials (log in again?)"

	expiredLogin = metav1.Status{Code: http.StatusUnauthorized, Reason: metav1.StatusReasonUnauthorized, Message: "Unauthorized"}
)

// strictly is strict field validation's no, which names no kind either and
// holds the whole object.
func strictly(words string) http.HandlerFunc {
	status := stale
	status.Message = ` "" is invalid: patch: Invalid value: "{\"kind\":\"StatefulSet\",\"spec\":{}}": strict decoding error: ` + words
	status.Details = &metav1.StatusDetails{Causes: []metav1.StatusCause{
		{Type: metav1.CauseTypeFieldValueInvalid, Message: status.Message, Field: "patch"},
	}}
	return failed(status)
}

// forbidden is RBAC's no.
func forbidden(user, verb, resource, group string) http.HandlerFunc {
	return failure(http.StatusForbidden, resource+` "web" is forbidden: User "`+user+`" cannot `+verb+
		` resource "`+resource+`" in API group "`+group+`" in the namespace "default"`)
}

// withCause adds a cause to a status.
func withCause(status metav1.Status, cause string) metav1.Status {
	status.Details = &metav1.StatusDetails{Causes: []metav1.StatusCause{{Type: metav1.CauseTypeUnexpectedServerResponse, Message: cause}}}
	return status
}

// cut is a connection that ends in the middle of an answer.
func cut(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", "1000")
	_, _ = io.WriteString(w, `{"kind":`)
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
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
		{"a test that did not hold is a conflict", failed(stale), conflict},
		{"so it is without any details", failed(metav1.Status{Code: stale.Code, Reason: stale.Reason, Message: stale.Message}), conflict},
		{
			"so it is with the patch library's words as the cause",
			failed(withCause(stale, "testing value /metadata/generation failed: test failed")), conflict,
		},
		{"a 409 is a conflict", failure(http.StatusConflict, "the object has been modified"), conflict},
		{"an invalid object is none", failed(invalid), other("patch statefulsets.apps: " + invalid.Message)},
		{"an unknown field is none", strictly(`unknown field "spec.x"`), other(`patch statefulsets.apps: unknown field "spec.x"`)},
		{
			"another cause without a kind is none", failed(withCause(stale, "the patch is too large")),
			other("patch statefulsets.apps: " + stale.Message),
		},
		{"a set that is gone is one: the next snapshot says so", failed(gone), conflict},
		{
			"a 500 may have been taken", failure(http.StatusInternalServerError, "etcdserver: leader changed"),
			lost("patch statefulsets.apps: etcdserver: leader changed"),
		},
		{
			"a 503 may have been taken", failure(http.StatusServiceUnavailable, "apiserver is shutting down"),
			lost("patch statefulsets.apps: apiserver is shutting down"),
		},
		{
			"a 504 may have been taken", failure(http.StatusGatewayTimeout, "request did not complete within requested timeout"),
			lost("patch statefulsets.apps: request did not complete within requested timeout"),
		},
		{
			"a 429 is another time's", failure(http.StatusTooManyRequests, "too many requests"),
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
			"an answer that breaks off may stand for a write that was taken", cut,
			lost("cannot reach the API server at http://apiserver: unexpected EOF"),
		},
		{
			"a missing permission is named in full", forbidden("jo", "patch", "statefulsets", "apps"),
			other(`forbidden: user "jo" cannot patch statefulsets.apps in namespace "default"`),
		},
		{
			"an admission plugin keeps its words, whatever they are",
			failure(http.StatusForbidden, `admission webhook "x" denied the request: images cannot be untagged`),
			other(`admission webhook "x" denied the request: images cannot be untagged`),
		},
		{
			"being forbidden to act as another user is not about the set",
			failure(http.StatusForbidden, `users "jo" is forbidden: User "eve" cannot impersonate resource "users"`),
			other(`users "jo" is forbidden: User "eve" cannot impersonate resource "users"`),
		},
		{"expired credentials", failed(expiredLogin), other(noLogin)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := newServer(t)
			t.Cleanup(server.Close)
			server.on(http.MethodPatch, setPath, test.answer)

			_, err := server.client().Apply(t.Context(), plan.Partition(4), ststest.Snapshot(ststest.Set()))

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
			"a pod that is gone is a conflict", failure(http.StatusNotFound, `pods "web-4" not found`),
			sorted{Conflict: true, Words: "the object changed meanwhile: pod web-4 is gone"},
		},
		{
			"a pod that was made anew is a conflict",
			failure(http.StatusConflict, "the UID in the precondition (a) does not match the UID in record (b)"),
			sorted{Conflict: true, Words: "the object changed meanwhile: pods web-4"},
		},
		{
			"a missing permission is named in full", forbidden("jo", "delete", "pods", ""),
			sorted{Words: `forbidden: user "jo" cannot delete pods in namespace "default"`},
		},
		{
			"a 503 may have been taken", failure(http.StatusServiceUnavailable, "try later"),
			sorted{Lost: true, Words: "delete pods: try later"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := newServer(t)
			t.Cleanup(server.Close)
			server.on(http.MethodDelete, podsPath+"/web-4", test.answer)

			_, err := server.client().Apply(t.Context(), plan.DeletePod{Name: "web-4", UID: "a"}, ststest.Snapshot(ststest.Set()))

			require.Error(t, err)
			require.Equal(t, test.want, sort(err))
		})
	}
}

func TestWriteToAServerThatIsDownIsLost(t *testing.T) {
	server := newServer(t)
	t.Cleanup(server.Close)
	server.network.down.Store(true)

	_, err := server.client().Apply(t.Context(), plan.Partition(4), ststest.Snapshot(ststest.Set()))

	require.Error(t, err)
	require.Equal(t, sorted{Lost: true, Words: "cannot reach the API server at http://apiserver: connection refused"}, sort(err))
}

func TestInterruptedWriteIsNotLost(t *testing.T) {
	server := newServer(t)
	t.Cleanup(server.Close)
	ctx, cancel := context.WithCancel(t.Context())
	server.on(http.MethodPatch, setPath, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})

	_, err := server.client().Apply(ctx, plan.Partition(4), ststest.Snapshot(ststest.Set()))

	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, engine.ErrLost)
}

var _ engine.Cluster = (*kube.Client)(nil)
