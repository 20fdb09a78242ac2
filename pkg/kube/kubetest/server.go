// Package kubetest plays an API server to tests.
package kubetest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
)

// Server plays the API server: it answers from a script, by method and path,
// and keeps what it was asked.
type Server struct {
	*httptest.Server
	t       *testing.T
	Network *Network
	Answers map[string]http.HandlerFunc
	Date    func() string // the Date header, nil for the right one
	Late    time.Duration // before every answer

	mu    sync.Mutex
	asked []Request
}

// Request is what the server was asked.
type Request struct {
	What        string // method, path and sorted query
	ContentType string
	Body        string
}

// NewServer starts a server on a network of its own in memory, so that it runs
// inside synctest too.
func NewServer(t *testing.T) *Server {
	t.Helper()
	s := &Server{t: t, Network: newNetwork(), Answers: map[string]http.HandlerFunc{}}
	s.Server = httptest.NewUnstartedServer(s)
	require.NoError(t, s.Listener.Close())
	s.Listener = s.Network
	s.Start()
	return s
}

// Client is a client of the server, in namespace default. A warning that it
// does not expect fails the test.
func (s *Server) Client() *kube.Client {
	s.t.Helper()
	return s.Warned(func(warning string) { s.t.Errorf("unexpected warning: %s", warning) })
}

// Warned is a client whose warnings go to warn.
func (s *Server) Warned(warn func(string)) *kube.Client {
	s.t.Helper()
	c, err := kube.New(&rest.Config{Host: s.URL, Dial: s.Network.Dial}, "default", warn)
	require.NoError(s.t, err)
	return c
}

// On scripts an answer.
func (s *Server) On(method, path string, answer http.HandlerFunc) {
	s.Answers[method+" "+path] = answer
}

// ServeHTTP keeps the request and gives the scripted answer, which it finds by
// method and path alone: the query is the test's to judge.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // the client has gone
	}
	what := r.Method + " " + r.URL.Path
	answer := s.Answers[what]
	if query := Unescape(r.URL.Query()); query != "" {
		what += "?" + query
	}
	s.mu.Lock()
	s.asked = append(s.asked, Request{what, r.Header.Get("Content-Type"), string(body)})
	s.mu.Unlock()
	if answer == nil {
		answer = Failure(http.StatusNotFound, "not in the script: "+what)
	}
	time.Sleep(s.Late)
	if s.Date != nil {
		w.Header().Set("Date", s.Date())
	}
	answer(w, r)
}

// Unescape writes a query for a person: sorted, without escapes, and without
// what client-go leaves to chance.
func Unescape(query url.Values) string {
	query.Del("timeout")
	query.Del("timeoutSeconds")
	if fields := query.Get("fieldSelector"); fields != "" {
		terms := strings.Split(fields, ",")
		slices.Sort(terms)
		query.Set("fieldSelector", strings.Join(terms, ","))
	}
	text, err := url.QueryUnescape(query.Encode())
	if err != nil {
		return query.Encode()
	}
	return text
}

// Requests are all that the server was asked since the last call. Those for
// the same thing are in order; reads at the same time come in any order, so
// they are sorted.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked := s.asked
	s.asked = nil
	slices.SortStableFunc(asked, func(a, b Request) int { return strings.Compare(a.What, b.What) })
	return asked
}

// Reads are requests that carry nothing.
func Reads(what ...string) []Request {
	var out []Request
	for _, w := range what {
		out = append(out, Request{What: w})
	}
	return out
}

// Object answers with an object.
func Object(obj runtime.Object) http.HandlerFunc { return Text(http.StatusOK, string(Wire(obj))) }

// List answers with a list of objects of one kind, which in a list they don't
// name.
func List[T runtime.Object](objs ...T) http.HandlerFunc {
	body, err := json.Marshal(map[string]any{"metadata": map[string]string{"resourceVersion": "100"}, "items": append([]T{}, objs...)})
	if err != nil {
		panic(err)
	}
	return Text(http.StatusOK, string(body))
}

// Text answers with JSON as it is.
func Text(code int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", runtime.ContentTypeJSON)
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

// Failure answers as the API server does when it says no, with the reason that
// goes with the code.
func Failure(code int, message string) http.HandlerFunc {
	status := apierrors.NewGenericServerResponse(code, "", schema.GroupResource{}, "", "", 0, false).ErrStatus
	status.Message = message
	return Failed(status)
}

// Failed answers with a status.
func Failed(status metav1.Status) http.HandlerFunc {
	status.Status = metav1.StatusFailure
	return Text(int(status.Code), string(Wire(&status)))
}

// Wire is an object as the API server writes it: with its kind.
func Wire(obj runtime.Object) []byte {
	obj = obj.DeepCopyObject()
	kinds, _, err := scheme.Scheme.ObjectKinds(obj)
	if err != nil {
		panic(err)
	}
	obj.GetObjectKind().SetGroupVersionKind(kinds[0])
	data, err := json.Marshal(obj)
	if err != nil {
		panic(err)
	}
	return data
}

// Received is an object after its way over the wire, which changes the zones
// of its times.
func Received[T any](obj *T) *T {
	data, err := json.Marshal(obj)
	if err != nil {
		panic(err)
	}
	out := new(T)
	if err := json.Unmarshal(data, out); err != nil {
		panic(err)
	}
	return out
}

// ReceivedAll is the same of several.
func ReceivedAll[T any](objs []*T) []*T {
	out := make([]*T, 0, len(objs))
	for _, obj := range objs {
		out = append(out, Received(obj))
	}
	return out
}
