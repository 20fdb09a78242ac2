package kube_test

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
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
)

const (
	setsPath      = "/apis/apps/v1/namespaces/default/statefulsets"
	budgetsPath   = "/apis/policy/v1/namespaces/default/poddisruptionbudgets"
	setPath       = setsPath + "/web"
	podsPath      = "/api/v1/namespaces/default/pods"
	revisionsPath = "/apis/apps/v1/namespaces/default/controllerrevisions"
	eventsPath    = "/api/v1/namespaces/default/events"
	scalersPath   = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers"
)

func TestMain(m *testing.M) {
	// It sleeps by the real clock, also where the time is virtual.
	utilruntime.ErrorHandlers = nil
	m.Run()
}

// server plays the API server: it answers from a script, by method and path,
// and keeps what it was asked.
type server struct {
	*httptest.Server
	t       *testing.T
	network *network
	answers map[string]http.HandlerFunc
	date    func() string // the Date header, nil for the right one
	late    time.Duration // before every answer

	mu    sync.Mutex
	asked []request
}

// request is what the server was asked.
type request struct {
	What        string // method, path and sorted query
	ContentType string
	Body        string
}

// newServer starts a server on a network of its own in memory, so that it runs
// inside synctest too.
func newServer(t *testing.T) *server {
	t.Helper()
	s := &server{t: t, network: newNetwork(), answers: map[string]http.HandlerFunc{}}
	s.Server = httptest.NewUnstartedServer(s)
	require.NoError(t, s.Listener.Close())
	s.Listener = s.network
	s.Start()
	return s
}

// client is a client of the server, in namespace default. A warning that it
// does not expect fails the test.
func (s *server) client() *kube.Client {
	s.t.Helper()
	return s.warned(func(warning string) { s.t.Errorf("unexpected warning: %s", warning) })
}

// warned is a client whose warnings go to warn.
func (s *server) warned(warn func(string)) *kube.Client {
	s.t.Helper()
	c, err := kube.New(&rest.Config{Host: s.URL, Dial: s.network.dial}, "default", warn)
	require.NoError(s.t, err)
	return c
}

// on scripts an answer.
func (s *server) on(method, path string, answer http.HandlerFunc) {
	s.answers[method+" "+path] = answer
}

// ServeHTTP keeps the request and gives the scripted answer, which it finds by
// method and path alone: the query is the test's to judge.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // the client has gone
	}
	what := r.Method + " " + r.URL.Path
	answer := s.answers[what]
	if query := unescape(r.URL.Query()); query != "" {
		what += "?" + query
	}
	s.mu.Lock()
	s.asked = append(s.asked, request{what, r.Header.Get("Content-Type"), string(body)})
	s.mu.Unlock()
	if answer == nil {
		answer = failure(http.StatusNotFound, "not in the script: "+what)
	}
	time.Sleep(s.late)
	if s.date != nil {
		w.Header().Set("Date", s.date())
	}
	answer(w, r)
}

// unescape writes a query for a person: sorted, without escapes, and without
// what client-go leaves to chance.
func unescape(query url.Values) string {
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

// requests are all that the server was asked since the last call. Those for
// the same thing are in order; reads at the same time come in any order, so
// they are sorted.
func (s *server) requests() []request {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked := s.asked
	s.asked = nil
	slices.SortStableFunc(asked, func(a, b request) int { return strings.Compare(a.What, b.What) })
	return asked
}

// reads are requests that carry nothing.
func reads(what ...string) []request {
	var out []request
	for _, w := range what {
		out = append(out, request{What: w})
	}
	return out
}

// object answers with an object.
func object(obj runtime.Object) http.HandlerFunc { return text(http.StatusOK, string(wire(obj))) }

// list answers with a list of objects of one kind, which in a list they don't
// name.
func list[T runtime.Object](objs ...T) http.HandlerFunc {
	body, err := json.Marshal(map[string]any{"metadata": map[string]string{"resourceVersion": "100"}, "items": append([]T{}, objs...)})
	if err != nil {
		panic(err)
	}
	return text(http.StatusOK, string(body))
}

// text answers with JSON as it is.
func text(code int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", runtime.ContentTypeJSON)
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

// failure answers as the API server does when it says no, with the reason that
// goes with the code.
func failure(code int, message string) http.HandlerFunc {
	status := apierrors.NewGenericServerResponse(code, "", schema.GroupResource{}, "", "", 0, false).ErrStatus
	status.Message = message
	return failed(status)
}

func failed(status metav1.Status) http.HandlerFunc {
	status.Status = metav1.StatusFailure
	return text(int(status.Code), string(wire(&status)))
}

// wire is an object as the API server writes it: with its kind.
func wire(obj runtime.Object) []byte {
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

// received is an object after its way over the wire, which changes the zones
// of its times.
func received[T any](obj *T) *T {
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

func receivedAll[T any](objs []*T) []*T {
	out := make([]*T, 0, len(objs))
	for _, obj := range objs {
		out = append(out, received(obj))
	}
	return out
}
