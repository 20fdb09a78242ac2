package apiproxy

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRequestsAreTold(t *testing.T) {
	for _, tt := range []struct {
		method, url string
		want        Call
	}{
		{http.MethodGet, "/api/v1/namespaces/a/pods", Call{"list", "pods", ""}},
		{http.MethodGet, "/api/v1/namespaces/a/pods?watch=true", Call{"watch", "pods", ""}},
		{http.MethodGet, "/apis/apps/v1/namespaces/a/statefulsets/web", Call{"get", "statefulsets", "web"}},
		{http.MethodPatch, "/apis/apps/v1/namespaces/a/statefulsets/web/scale", Call{"patch", "statefulsets/scale", "web"}},
		{http.MethodPatch, "/api/v1/persistentvolumes/pvc-1", Call{"patch", "persistentvolumes", "pvc-1"}},
		{http.MethodDelete, "/api/v1/namespaces/a/persistentvolumeclaims/data-1", Call{"delete", "persistentvolumeclaims", "data-1"}},
		{http.MethodPost, "/api/v1/namespaces/a/persistentvolumeclaims", Call{"create", "persistentvolumeclaims", ""}},
		{http.MethodGet, "/api/v1/namespaces/a", Call{"get", "namespaces", "a"}},
		{http.MethodGet, "/version", Call{"list", "", ""}},
	} {
		request := httptest.NewRequestWithContext(t.Context(), tt.method, tt.url, http.NoBody)
		require.Equal(t, tt.want, CallOf(request), tt.url)
	}
}
