package transport_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

// fixed is the answer to every request.
type fixed []byte

func (b *fixed) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {runtime.ContentTypeProtobuf}},
		Body: io.NopCloser(bytes.NewReader(*b)),
	}, nil
}

// FuzzLists takes any bytes for the answer to a list. What the library reads of them
// at once is what is passed on one by one.
func FuzzLists(f *testing.F) {
	whole := kubetest.Protobuf(metav1.ListMeta{Continue: "more"}, somePods()...)
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add(kubetest.Protobuf[*corev1.Pod](metav1.ListMeta{}))
	for _, text := range []string{
		"", "k8s\x00", "{}", `{"kind":"PodList","apiVersion":"v1","items":[{"metadata":{"name":"web-0"}}]}`,
		`{"kind":"Status","apiVersion":"v1"}`, "k8s\x00\x12\x90\xce\xf0\xe2\x04\x12\x80\xc2\xd7\x2f",
	} {
		f.Add([]byte(text))
	}
	var answer fixed
	conn, err := transport.New(&rest.Config{Host: "http://apiserver", Transport: &answer}, "", func(string) {})
	require.NoError(f, err)
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		answer = body
		defer within.Input(t)()

		got := &corev1.PodList{}
		next, err := conn.Pods("").Each(t.Context(), metav1.ListOptions{}, []string{"status"}, func(pod *corev1.Pod) {
			got.Items = append(got.Items, *pod)
		})

		want, failed := conn.Pods("").List(t.Context(), metav1.ListOptions{})
		if failed != nil || errors.Is(err, transport.ErrTwoLists) || err != nil && twoLists(body) {
			return // some of what one can't read the other can
		}
		if err != nil {
			require.Empty(t, want.Items, err) // a message without a list, which the library takes for an empty one
			return
		}
		for i := range want.Items {
			want.Items[i].Status = corev1.PodStatus{}
		}
		require.Equal(t, want.Continue, next)
		require.Equal(t, want.Items, got.Items)
	})
}

// twoLists reports whether a message says twice what it is: the library takes the last,
// and does not look at the first, which may be anything.
func twoLists(body []byte) bool {
	n := 0
	for rest := bytes.TrimPrefix(body, []byte("k8s\x00")); len(rest) > 0; {
		number, _, size := protowire.ConsumeField(rest)
		if size < 0 {
			return false
		}
		if number == 2 {
			n++
		}
		rest = rest[size:]
	}
	return n > 1
}
