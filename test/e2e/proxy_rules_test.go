package e2e

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"

	"k8s.io/client-go/rest"

	"github.com/kubectl-sts/kubectl-sts/test/apiproxy"
	"github.com/kubectl-sts/kubectl-sts/test/auditlog"
)

// What a rule does to the requests that it is about.
const (
	holdRequest = "hold"   // it does not get to the API server until it is released
	holdAnswer  = "answer" // it does, and the answer waits
	lose        = "lose"   // it does, and nobody gets the answer
	repeat      = "repeat" // it gets there twice
	reject      = "reject" // the proxy answers, with a code
)

// proxy is one that does to the plugin's requests what the script says, and lets
// the others through as they are.
type proxy struct {
	*apiproxy.Proxy

	mu      sync.Mutex
	rules   []*rule
	held    int           // requests that stand still, since the last release
	senders int           // of them, those whose sender is still there
	freed   chan struct{} // closed when they are to go on
	grown   chan struct{} // closed and made anew when another one stands still
}

// newProxy makes a proxy with the credentials of the cluster's administrator.
func newProxy(config *rest.Config) (*proxy, error) {
	p := &proxy{freed: make(chan struct{}), grown: make(chan struct{})}
	var err error
	p.Proxy, err = apiproxy.New(config, p)
	return p, err
}

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

func (r *rule) fits(c apiproxy.Call) bool {
	return r.verb == c.Verb && r.resource == c.Resource && (r.name == "" || r.name == c.Name)
}

// ruleFor finds the first rule about a request, and counts it.
func (p *proxy) ruleFor(r *http.Request) (rule, bool) {
	if !strings.HasPrefix(r.UserAgent(), auditlog.PluginAgent) || r.URL.Query().Has("dryRun") {
		return rule{}, false
	}
	c := apiproxy.CallOf(r)
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
		p.Forward(w, r)
	case one.does == holdRequest:
		if p.stand(r.Context()) {
			p.Forward(w, r)
		}
	case one.does == reject:
		apiproxy.Answer(w, one.code)
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
		body, err := apiproxy.ReadBody(r)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		sent.Body = body()
		p.Forward(httptest.NewRecorder(), sent)
		sent.Body = body()
	}
	p.Forward(said, sent)
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
