package kube_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/rest"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// execServer runs every command as these frames of the channel protocol say:
// the channel's number first (1 and 2 for the outputs, 3 for how it ended).
// Without frames it says nothing, until the client goes.
func execServer(t *testing.T, pod *corev1.Pod, asked *string, frames ...string) *kube.Client {
	t.Helper()
	upgrader := websocket.Upgrader{Subprotocols: []string{"v5.channel.k8s.io"}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/exec") {
			kubetest.Object(pod)(w, r)
			return
		}
		*asked = r.Method + " " + r.URL.Path + "?" + kubetest.Unescape(r.URL.Query())
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		for _, frame := range frames {
			if conn.WriteMessage(websocket.BinaryMessage, []byte(frame)) != nil {
				return
			}
		}
		if len(frames) > 0 {
			bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
			_ = conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second))
		}
		for err == nil {
			_, _, err = conn.ReadMessage() // the client hangs up
		}
	}))
	t.Cleanup(server.Close)
	client, err := kube.New(&rest.Config{Host: server.URL}, "default", func(string) {})
	require.NoError(t, err)
	return client
}

func TestExec(t *testing.T) {
	const over = "\x03" + `{"metadata":{},"status":"Success"}`
	const failed = "\x03" + `{"metadata":{},"status":"Failure","reason":"NonZeroExitCode",` +
		`"details":{"causes":[{"reason":"ExitCode","message":"9"}]}}`
	tests := []struct {
		name      string
		pod       *corev1.Pod
		container string
		frames    []string
		asks      string
		says, err string
	}{
		{"both outputs", ststest.Pod(4), "", []string{"\x01one\n", "\x02two\n", over}, "nginx", "one\ntwo\n", ""},
		{"the container that is asked for", ststest.Pod(4), "sidecar", []string{over}, "sidecar", "", ""},
		{
			"the container that the pod says", ststest.Pod(4, func(pod *corev1.Pod) {
				pod.Annotations = map[string]string{"kubectl.kubernetes.io/default-container": "db"}
				pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{Name: "db"})
			}), "", []string{over}, "db", "", "",
		},
		{"a command that fails", ststest.Pod(4), "", []string{"\x02no\n", failed}, "nginx", "no\n", "exit code 9"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var asked string
			var said strings.Builder
			err := execServer(t, tt.pod, &asked, tt.frames...).Exec(t.Context(), "web-4", tt.container, []string{"sh", "-c", "x"}, &said)
			if tt.err == "" {
				require.NoError(t, err)
			} else {
				require.EqualError(t, err, tt.err)
			}
			lines := slices.Sorted(strings.Lines(said.String())) // the two outputs come in any order
			require.Equal(t, tt.says, strings.Join(lines, ""))
			require.Equal(t, "GET "+kubetest.PodsPath+"/web-4/exec?command=sh&command=-c&command=x&container="+tt.asks+
				"&stderr=true&stdout=true", asked)
		})
	}
}

// What the API server says instead of making the connection.
func TestExecThatIsNotAllowed(t *testing.T) {
	tests := []struct {
		name, says, want string
	}{
		{
			"the permission to connect", `pods "web-4" is forbidden: User "jo" cannot get resource "pods/exec" in API group ""`,
			`forbidden: user "jo" cannot get pods/exec in namespace "default"`,
		},
		{
			"the one that servers ask for besides, without a word", `pods "web-4" is forbidden: `,
			`forbidden: this account cannot create pods/exec in namespace "default"`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			mux := http.NewServeMux()
			mux.HandleFunc(kubetest.PodsPath+"/web-4", kubetest.Object(ststest.Pod(4)))
			mux.HandleFunc(kubetest.PodsPath+"/web-4/exec", kubetest.Failure(http.StatusForbidden, tt.says))
			server := httptest.NewServer(mux)
			t.Cleanup(server.Close)
			client, err := kube.New(&rest.Config{Host: server.URL}, "default", func(string) {})
			require.NoError(t, err)
			err = client.Exec(t.Context(), "web-4", "app", []string{"true"}, &strings.Builder{})
			require.EqualError(t, err, tt.want)
			require.True(t, kube.Denied(err))
		})
	}
}

func TestExecEndsWithItsContext(t *testing.T) {
	var asked string
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	err := execServer(t, ststest.Pod(4), &asked).Exec(ctx, "web-4", "", []string{"sleep", "60"}, &strings.Builder{})
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestExecAsksForNoContainerThatThePodHasNot(t *testing.T) {
	asked := "nothing"
	pod := ststest.Pod(4, func(pod *corev1.Pod) {
		pod.Annotations = map[string]string{"kubectl.kubernetes.io/default-container": "db"}
	})
	err := execServer(t, pod, &asked).Exec(t.Context(), "web-4", "", []string{"true"}, io.Discard)
	require.EqualError(t, err, "container db is not valid for pod web-4 out of: nginx")
	require.Equal(t, "nothing", asked)
}
