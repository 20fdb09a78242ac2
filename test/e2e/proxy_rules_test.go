package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// What a rule does to the requests that it is about.
const (
	holdRequest = "hold"   // it does not get to the API server until it is released
	holdAnswer  = "answer" // it does, and the answer waits
	lose        = "lose"   // it does, and nobody gets the answer
	repeat      = "repeat" // it gets there twice
	reject      = "reject" // the proxy answers, with a code
)

// rule is about requests of the plugin: those that change nothing because they
// are a dry run are left out.
type rule struct {
	does     string
	verb     string // as in RBAC
	resource string
	name     string // empty for any
	code     int    // of reject
	after    int    // so many more are let through before
	times    int    // how often it applies; less than 0 for always
}

// call is what a request is about.
type call struct{ verb, resource, name string }

// callOf reads a request.
func callOf(r *http.Request) call {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	if parts[0] == "api" {
		parts = parts[min(2, len(parts)):] // api, version
	} else {
		parts = parts[min(3, len(parts)):] // apis, group, version
	}
	if len(parts) > 2 && parts[0] == "namespaces" {
		parts = parts[2:]
	}
	var c call
	if len(parts) > 0 {
		c.resource = parts[0]
	}
	if len(parts) > 1 {
		c.name = parts[1]
	}
	if len(parts) > 2 {
		c.resource += "/" + parts[2]
	}
	verbs := map[string]string{
		http.MethodPost: "create", http.MethodPut: "update", http.MethodPatch: "patch", http.MethodDelete: "delete", http.MethodGet: "get",
	}
	c.verb = verbs[r.Method]
	switch {
	case c.verb == "get" && slices.Contains([]string{"true", "1"}, r.URL.Query().Get("watch")):
		c.verb = "watch"
	case c.verb == "get" && c.name == "":
		c.verb = "list"
	case c.verb == "delete" && c.name == "":
		c.verb = "deletecollection"
	}
	return c
}

func (r *rule) fits(c call) bool {
	return r.verb == c.verb && r.resource == c.resource && (r.name == "" || r.name == c.name)
}

// ruleFor finds the first rule about a request, and counts it.
func (p *proxy) ruleFor(r *http.Request) (rule, bool) {
	if !strings.HasPrefix(r.UserAgent(), pluginAgent) || r.URL.Query().Has("dryRun") {
		return rule{}, false
	}
	c := callOf(r)
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, one := range p.rules {
		switch {
		case one.times == 0 || !one.fits(c):
			continue
		case one.after > 0:
			one.after--
			continue
		case one.times > 0:
			one.times--
		}
		return *one, true
	}
	return rule{}, false
}

// ServeHTTP does with a request what the rules say.
func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	one, ok := p.ruleFor(r)
	switch {
	case !ok:
		p.forward.ServeHTTP(w, r)
	case one.does == holdRequest:
		if p.stand(r.Context()) {
			p.forward.ServeHTTP(w, r)
		}
	case one.does == reject:
		answer(w, one.code)
	default:
		p.afterwards(one.does, w, r)
	}
}

// afterwards lets a request through and does something to its answer.
func (p *proxy) afterwards(does string, w http.ResponseWriter, r *http.Request) {
	// Whoever is killed meanwhile has sent it all the same.
	sent := r.WithContext(context.WithoutCancel(r.Context()))
	said := httptest.NewRecorder()
	if does == repeat {
		body, err := readBody(r)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		sent.Body = body()
		p.forward.ServeHTTP(httptest.NewRecorder(), sent)
		sent.Body = body()
	}
	p.forward.ServeHTTP(said, sent)
	if does == lose || does == holdAnswer && !p.stand(r.Context()) {
		panic(http.ErrAbortHandler) // the connection breaks off
	}
	for key, values := range said.Header() {
		w.Header()[key] = values
	}
	w.WriteHeader(said.Code)
	_, _ = w.Write(said.Body.Bytes())
}

// stand waits until the script releases what is held, and reports whether the
// client is still there then.
func (p *proxy) stand(ctx context.Context) bool {
	p.mu.Lock()
	p.held++
	close(p.grown)
	p.grown = make(chan struct{})
	freed := p.freed
	p.senders++
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		p.senders--
		p.mu.Unlock()
	}()
	select {
	case <-freed:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// standing waits until so many requests are held. What comes after them passes.
func (p *proxy) standing(number int) error {
	late := time.After(patience)
	for {
		p.mu.Lock()
		held, more := p.held, p.grown
		if held >= number {
			p.rules = slices.DeleteFunc(p.rules, func(r *rule) bool { return r.does == holdRequest || r.does == holdAnswer })
			p.mu.Unlock()
			return nil
		}
		p.mu.Unlock()
		select {
		case <-more:
		case <-late:
			return fmt.Errorf("%d requests are held after %s, want %d", held, patience, number)
		}
	}
}

// left waits until whoever sent what is held is gone, all of them: released before
// that, a request of a dead process would still arrive.
func (p *proxy) left() error {
	late := time.After(patience)
	for {
		p.mu.Lock()
		n := p.senders
		p.mu.Unlock()
		if n == 0 {
			return nil
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-late:
			return fmt.Errorf("%d requests still have a sender after %s", n, patience)
		}
	}
}

// release forgets all rules and lets go what is held.
func (p *proxy) release() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rules, p.held = nil, 0
	close(p.freed)
	p.freed = make(chan struct{})
}

// answer is the API server's own way to say no.
func answer(w http.ResponseWriter, code int) {
	reasons := map[int]metav1.StatusReason{
		http.StatusConflict: metav1.StatusReasonConflict, http.StatusTooManyRequests: metav1.StatusReasonTooManyRequests,
		http.StatusServiceUnavailable:  metav1.StatusReasonServiceUnavailable,
		http.StatusInternalServerError: metav1.StatusReasonInternalError,
	}
	if code == http.StatusTooManyRequests || code == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(metav1.Status{
		TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: metav1.StatusFailure,
		Message: "the proxy says no", Reason: reasons[code], Code: int32(code),
	})
}

func TestRequestsAreTold(t *testing.T) {
	for _, tt := range []struct {
		method, url string
		want        call
	}{
		{http.MethodGet, "/api/v1/namespaces/a/pods", call{"list", "pods", ""}},
		{http.MethodGet, "/api/v1/namespaces/a/pods?watch=true", call{"watch", "pods", ""}},
		{http.MethodGet, "/apis/apps/v1/namespaces/a/statefulsets/web", call{"get", "statefulsets", "web"}},
		{http.MethodPatch, "/apis/apps/v1/namespaces/a/statefulsets/web/scale", call{"patch", "statefulsets/scale", "web"}},
		{http.MethodPatch, "/api/v1/persistentvolumes/pvc-1", call{"patch", "persistentvolumes", "pvc-1"}},
		{http.MethodDelete, "/api/v1/namespaces/a/persistentvolumeclaims/data-1", call{"delete", "persistentvolumeclaims", "data-1"}},
		{http.MethodPost, "/api/v1/namespaces/a/persistentvolumeclaims", call{"create", "persistentvolumeclaims", ""}},
		{http.MethodGet, "/api/v1/namespaces/a", call{"get", "namespaces", "a"}},
		{http.MethodGet, "/version", call{"list", "", ""}},
	} {
		request := httptest.NewRequestWithContext(t.Context(), tt.method, tt.url, http.NoBody)
		require.Equal(t, tt.want, callOf(request), tt.url)
	}
}
