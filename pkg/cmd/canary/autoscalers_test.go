package canary

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/client-go/rest"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// answering is a client of a server that answers so.
func answering(t *testing.T, answer http.HandlerFunc) *kube.Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		answer(w, r)
	}))
	t.Cleanup(server.Close)
	client, err := kube.New(&rest.Config{Host: server.URL}, "default", func(string) {})
	require.NoError(t, err)
	return client
}

// these are the objects of a list.
func these(items string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"items":[`+items+`]}`) }
}

// no answers with an error.
func no(code int, reason, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(map[string]any{
			"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason, "message": message,
		})
	}
}

func TestOnlyForbiddenSwitchesAutoscalersOff(t *testing.T) {
	const forbidden = `User "jo" cannot list resource "horizontalpodautoscalers" in API group "autoscaling"`
	tests := []struct {
		name   string
		answer http.HandlerFunc
		found  []string // their names
		want   []string // the warnings
		err    string
	}{
		{
			"there is one", these(`{"metadata":{"name":"load"},"spec":{"scaleTargetRef":{"kind":"StatefulSet","name":"web"}}}`),
			[]string{"load"},
			nil, "",
		},
		{"there is none", these(""), nil, nil, ""},
		{
			"forbidden", no(http.StatusForbidden, "Forbidden", forbidden), nil,
			[]string{"nobody knows whether an autoscaler may change the replicas: " +
				`forbidden: user "jo" cannot list horizontalpodautoscalers.autoscaling in namespace "default"`},
			"",
		},
		{"anything else", no(http.StatusTeapot, "", "not today"), nil, nil, "list horizontalpodautoscalers.autoscaling: not today"},
		{"what a webhook forbids", no(http.StatusForbidden, "Forbidden", "by policy"), nil, nil, "by policy"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			found, got, err := autoscalers(t.Context(), answering(t, test.answer), ststest.Snapshot(ststest.Set()))

			var names []string
			for _, a := range found {
				names = append(names, a.Name)
			}
			require.Equal(t, test.found, names)
			require.Equal(t, test.want, got)
			if test.err == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, test.err)
		})
	}
}
