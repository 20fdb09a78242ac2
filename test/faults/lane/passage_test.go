package lane

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/client-go/rest"

	"github.com/kubectl-sts/kubectl-sts/test/faults/judge"
	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
)

// sleeps is a run that does not end by itself, with one fault.
func sleeps(t *testing.T, l *lane, f schedule.Fault) *run {
	t.Helper()
	r := &run{lane: l, started: make(chan struct{}), done: make(chan struct{}), passed: make([]int, 1)}
	r.Run = judge.Run{Act: schedule.Act{Args: []string{"watch", "web"}, Faults: []schedule.Fault{f}}}
	r.cmd = r.command(t.Context(), "sleep", []string{"3600"})
	require.NoError(t, r.cmd.Start())
	close(r.started)
	go r.wait(func() {})
	l.runs = append(l.runs, r)
	return r
}

// The answer to a watch has no end: whoever is to be killed once the watch has arrived
// is killed when the answer begins. An API server that does not answer keeps nobody alive.
func TestARunIsKilledAtItsRequest(t *testing.T) {
	for _, tt := range []struct {
		name, url string
		answer    http.HandlerFunc
		of        string
	}{
		{"a watch", "/api/v1/namespaces/a/pods?watch=true", func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusOK)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}, "watch"},
		{"a read", "/api/v1/namespaces/a/pods", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }, "read"},
		{"a read without an answer", "/api/v1/namespaces/a/pods", func(http.ResponseWriter, *http.Request) {
			panic(http.ErrAbortHandler)
		}, "read"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			arrived := make(chan struct{}, 1)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				arrived <- struct{}{}
				tt.answer(w, r)
			}))
			defer server.Close()
			l := &lane{namespace: "a"}
			r := sleeps(t, l, schedule.Fault{Does: schedule.Killed, Of: tt.of})
			p, err := newPassage(l, &rest.Config{Host: server.URL})
			require.NoError(t, err)
			defer func() { require.NoError(t, p.Down()) }()
			request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, tt.url, http.NoBody)
			request.Header.Set("Authorization", "Bearer "+r.token())

			require.PanicsWithValue(t, http.ErrAbortHandler, func() { p.ServeHTTP(httptest.NewRecorder(), request) })

			<-r.done
			require.Equal(t, "killed", r.Signal)
			require.Len(t, arrived, 1)
		})
	}
}
