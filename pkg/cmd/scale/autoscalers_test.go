package scale

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/client-go/rest"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/app/runner"
	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// scaled is an API server with set web and nothing else, that answers so who asks
// for autoscalers.
func scaled(code int, reason, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch {
		case strings.HasSuffix(r.URL.Path, "/horizontalpodautoscalers") && code == http.StatusOK:
			_, _ = io.WriteString(w, body)
		case strings.HasSuffix(r.URL.Path, "/horizontalpodautoscalers"):
			w.WriteHeader(code)
			_ = json.NewEncoder(w).Encode(map[string]any{
				"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason, "message": body,
			})
		case strings.HasSuffix(r.URL.Path, "/statefulsets/web"):
			_ = json.NewEncoder(w).Encode(ststest.Set())
		default:
			_, _ = io.WriteString(w, `{"items":[]}`)
		}
	}
}

func TestOnlyForbiddenSwitchesAutoscalersOff(t *testing.T) {
	const (
		load = `{"metadata":{"name":"load"},"spec":{"minReplicas":2,"maxReplicas":9,` +
			`"scaleTargetRef":{"kind":"StatefulSet","name":"web"}}}`
		forbidden = `User "jo" cannot list resource "horizontalpodautoscalers" in API group "autoscaling"`
	)
	tests := []struct {
		name   string
		server http.HandlerFunc
		want   []claims.Scaler
		said   string
		err    string
	}{
		{"there is one", scaled(http.StatusOK, "", `{"items":[`+load+`]}`), []claims.Scaler{{
			Namespace: "default", Set: "web", Autoscaler: claims.Autoscaler{Name: "load", Min: 2, Max: 9},
		}}, "", ""},
		{"there is none", scaled(http.StatusOK, "", `{"items":[]}`), nil, "", ""},
		{
			"forbidden", scaled(http.StatusForbidden, "Forbidden", forbidden), nil,
			"warning: nobody knows whether an autoscaler would scale the set again: " +
				`forbidden: user "jo" cannot list horizontalpodautoscalers.autoscaling in namespace "default"` + "\n",
			"",
		},
		{
			"anything else", scaled(http.StatusTeapot, "", "not today"), nil, "",
			"list horizontalpodautoscalers.autoscaling: not today",
		},
		{"what a webhook forbids", scaled(http.StatusForbidden, "Forbidden", "by policy"), nil, "", "by policy"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := httptest.NewServer(test.server)
			t.Cleanup(server.Close)
			client, err := kube.New(&rest.Config{Host: server.URL}, "default", func(string) {})
			require.NoError(t, err)
			var stderr strings.Builder
			env := &app.Env{Config: &app.Config{}, Streams: term.Streams{In: strings.NewReader(""), Out: io.Discard, Err: &stderr}}
			v := &visit{
				env: env, runner: &runner.Runner{Env: env, Client: client},
				request: Request{Name: "web", Replicas: 7, RecordDir: t.TempDir()},
			}

			err = v.load(t.Context())

			require.Equal(t, test.said, stderr.String())
			require.Equal(t, test.want, v.scale.World.Scalers)
			if test.err == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, test.err)
		})
	}
}
