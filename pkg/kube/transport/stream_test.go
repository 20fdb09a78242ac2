package transport_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
)

// somePods have what a pod may have besides its name.
func somePods() []*corev1.Pod {
	var pods []*corev1.Pod
	for _, name := range []string{"web-0", "web-1", "web-2"} {
		pods = append(pods, &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{
				Namespace: "default", Name: name, Labels: map[string]string{"app": "web"},
				ManagedFields: []metav1.ManagedFieldsEntry{{Manager: "x", FieldsV1: metav1.NewFieldsV1(`{"f:spec":{}}`)}},
			},
			Spec: corev1.PodSpec{
				Containers: []corev1.Container{{Name: "main", Image: "nginx"}},
				Volumes: []corev1.Volume{
					{Name: "data", VolumeSource: corev1.VolumeSource{
						PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "data-" + name},
					}},
					{Name: "token", VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{
						Sources: []corev1.VolumeProjection{{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{Path: "token"}}},
					}}},
				},
				NodeName: "node-1",
			},
			Status: corev1.PodStatus{Phase: corev1.PodRunning},
		})
	}
	return pods
}

func connected(t *testing.T, server *kubetest.Server) *transport.Conn {
	t.Helper()
	conn, err := transport.New(&rest.Config{Host: server.URL, Dial: server.Network.Dial}, "", func(string) {})
	require.NoError(t, err)
	return conn
}

// streamed are the objects that are passed on of this answer.
func streamed(t *testing.T, answer http.HandlerFunc, without ...string) ([]*corev1.Pod, string, error) {
	t.Helper()
	server := kubetest.NewServer(t)
	t.Cleanup(server.Close)
	server.On(http.MethodGet, kubetest.AllPodsPath, answer)
	conn := connected(t, server)
	var got []*corev1.Pod
	next, err := conn.Pods("").Each(t.Context(), metav1.ListOptions{}, without, func(pod *corev1.Pod) {
		got = append(got, pod.DeepCopy())
	})
	return got, next, err
}

func protobuf(body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", runtime.ContentTypeProtobuf)
		_, _ = w.Write(body)
	}
}

func TestObjectsArePassedOnAsTheyCome(t *testing.T) {
	pods := somePods()

	got, next, err := streamed(t, protobuf(kubetest.Protobuf(metav1.ListMeta{Continue: "more"}, pods...)))

	require.NoError(t, err)
	require.Equal(t, "more", next)
	require.Equal(t, pods, got)
}

func TestFieldsThatNobodyNeedsAreLeftOut(t *testing.T) {
	pods := somePods()

	got, _, err := streamed(t, protobuf(kubetest.Protobuf(metav1.ListMeta{}, pods...)),
		"metadata.managedFields.fieldsV1", "metadata.labels", "spec.containers", "spec.volumes.volumeSource.projected", "status")

	require.NoError(t, err)
	for _, pod := range pods {
		pod.ManagedFields[0].FieldsV1, pod.Labels, pod.Spec.Containers, pod.Status = nil, nil, nil, corev1.PodStatus{}
		pod.Spec.Volumes[1].Projected = nil
	}
	require.Equal(t, pods, got)
}

func TestAFieldThatThereIsNoneOfIsNotLeftOut(t *testing.T) {
	for _, path := range []string{"spec.container", "spec.containers.image.tag", "", "status."} {
		t.Run(path, func(t *testing.T) {
			got, _, err := streamed(t, protobuf(kubetest.Protobuf(metav1.ListMeta{}, somePods()...)), path)

			require.ErrorContains(t, err, "has no field")
			require.Empty(t, got)
		})
	}
}

func TestAnAnswerThatEndsTooEarlyIsNone(t *testing.T) {
	body := kubetest.Protobuf(metav1.ListMeta{Continue: "more"}, somePods()...)
	// What follows the list in the message, empty strings, tells nothing.
	list := len(body) - 4
	for size := range list {
		_, next, err := streamed(t, protobuf(body[:size]))
		require.Error(t, err, size)
		if size > 4 {
			require.ErrorIs(t, err, io.ErrUnexpectedEOF, size)
			require.True(t, transport.Transient(err))
		}
		require.Contains(t, []string{"", "more"}, next)
	}
}

func TestAnAnswerThatIsNoListIsAnError(t *testing.T) {
	pod := somePods()[0]
	whole, err := pod.Marshal()
	require.NoError(t, err)
	status, err := (&runtime.Unknown{TypeMeta: runtime.TypeMeta{Kind: "Pod", APIVersion: "v1"}, Raw: whole}).Marshal()
	require.NoError(t, err)
	for name, body := range map[string]string{
		"an object":          "k8s\x00" + string(status),
		"no fields":          "k8s\x00",
		"a field too long":   "k8s\x00\x12\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
		"an object too long": "k8s\x00\x12\x90\xce\xf0\xe2\x04\x12\x80\xc2\xd7\x2f",
		"no protobuf":        "k8s\x00\x13\x14",
		"no JSON":            "<html>",
	} {
		t.Run(name, func(t *testing.T) {
			got, _, err := streamed(t, protobuf([]byte(body)))

			require.Error(t, err)
			require.Empty(t, got)
		})
	}
}

func TestWhatTheServerSaysIsWrongComesThrough(t *testing.T) {
	gone := metav1.Status{Code: http.StatusGone, Reason: metav1.StatusReasonExpired, ListMeta: metav1.ListMeta{Continue: "later"}}

	_, _, err := streamed(t, kubetest.Failed(gone))

	require.Equal(t, "later", transport.Offered(err))
	_, _, err = streamed(t, kubetest.Drop)
	require.True(t, transport.Transient(err), err)
}
