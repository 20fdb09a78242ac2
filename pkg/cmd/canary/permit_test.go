package canary

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/app/runner"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// keepingPods answers as a server does whose user may do all but delete pods.
func keepingPods(set *appsv1.StatefulSet) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/selfsubjectaccessreviews"):
			body, _ := io.ReadAll(r.Body) // protobuf has the words in it as they are
			allowed := !strings.Contains(string(body), "delete") || !strings.Contains(string(body), "pods")
			_, _ = fmt.Fprintf(w, `{"kind":"SelfSubjectAccessReview","apiVersion":"authorization.k8s.io/v1",`+
				`"status":{"allowed":%t}}`, allowed)
		case strings.HasSuffix(r.URL.Path, "/selfsubjectreviews"):
			_, _ = io.WriteString(w, `{"kind":"SelfSubjectReview","apiVersion":"authentication.k8s.io/v1",`+
				`"status":{"userInfo":{"username":"jo"}}}`)
		default:
			_ = json.NewEncoder(w).Encode(set)
		}
	}
}

// What is missing is told before the server is asked about the template: the
// permission to delete pods where pods are deleted, or may be on a way back.
func TestAMissingPermissionIsToldBeforeAWordAboutTheTemplate(t *testing.T) {
	const (
		missing = `forbidden: user "jo" cannot delete pods in namespace "default"`
		patch   = `{"spec":{"containers":[{"name":"nginx","image":"nginx:1.22"}]}}`
	)
	rollback := ststest.Annotated(note.RolloutAnnotation, `{"version":1,"run":"r","started":"2030-01-02T03:04:05Z",`+
		`"stable":"web-1","ownTemplate":true,"steps":["1"],"soak":"1s","rollback":true}`)
	tests := []struct {
		name      string
		set       *appsv1.StatefulSet
		onFailure options.OnFailure
		want      string
	}{
		{"it halts unless told otherwise", ststest.Set(), "", ""},
		{"it halts", ststest.Set(), options.Halt, ""},
		{"it goes back", ststest.Set(), options.Rollback, missing},
		{"it goes back as the canary was started", ststest.Set(rollback), "", missing},
		{"it halts, other than the canary was started", ststest.Set(rollback), options.Halt, ""},
		{"the plugin deletes the pods", ststest.Set(ststest.OnDelete), options.Halt, missing},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			client := answering(t, keepingPods(test.set))
			runner := &runner.Runner{Client: client, Env: &app.Env{Config: &app.Config{}, Streams: term.Streams{Err: io.Discard}}}
			manifest, err := json.Marshal(test.set)
			require.NoError(t, err)
			r := Request{Name: "web", OnFailure: test.onFailure, Patch: []byte(patch)}

			err = change(t.Context(), runner, r, ststest.Snapshot(test.set), kube.Manifest(manifest), &canary.Request{})

			if test.want == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, test.want)
			require.True(t, kube.Denied(err))
		})
	}
}
