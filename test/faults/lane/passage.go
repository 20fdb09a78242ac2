package lane

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"k8s.io/client-go/rest"

	"github.com/kubectl-sts/kubectl-sts/test/apiproxy"
	"github.com/kubectl-sts/kubectl-sts/test/faults/judge"
	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
)

// passage is the proxy of a namespace: all runs go through it, each with a token
// that tells it from the others.
type passage struct {
	*apiproxy.Proxy
	lane *lane
}

func newPassage(l *lane, config *rest.Config) (*passage, error) {
	p := &passage{lane: l}
	var err error
	p.Proxy, err = apiproxy.New(config, p)
	return p, err
}

// ServeHTTP does with a request what the faults of its run say.
func (p *passage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	run := p.lane.runOf(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
	if run == nil {
		panic(http.ErrAbortHandler)
	}
	r.Header.Del("Authorization")
	r.Header.Set("User-Agent", r.UserAgent()+judge.Tag(p.lane.namespace, run.Number))
	note := noteOf(r)
	if note.Write {
		// Its answer is read here.
		r.Header.Set("Accept", "application/json")
		body, err := apiproxy.ReadBody(r)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		text, _ := io.ReadAll(body())
		note.Body, r.Body = string(text), body()
	}
	e := exchange{p: p, run: run, w: w, r: r, note: run.noted(note)}
	e.pass(run.due(kindOf(note), time.Now()))
}

// noteOf is what a request is about.
func noteOf(r *http.Request) judge.Request {
	call := apiproxy.CallOf(r)
	note := judge.Request{Call: call, At: time.Now(), Dry: r.URL.Query().Has("dryRun")}
	switch call.Verb {
	case "create", "update", "patch", "delete", "deletecollection":
		// A question about permissions is none.
		note.Write = !strings.HasPrefix(call.Resource, "selfsubject")
	}
	return note
}

// kindOf is what faults call a request.
func kindOf(note judge.Request) string {
	switch {
	case note.Verb == "watch":
		return "watch"
	case note.Write && !note.Dry:
		return "write"
	default:
		return "read"
	}
}

// exchange is one request and its answer.
type exchange struct {
	p    *passage
	run  *run
	w    http.ResponseWriter
	r    *http.Request
	note int
}

// pass does to a request what is due, one after another, and then lets it through
// unless something has ended it.
func (e exchange) pass(due []schedule.Fault) {
	answers := e.w
	for _, f := range due {
		switch f.Does {
		case schedule.Kill:
			e.run.signal("KILL")
			e.abort()
		case schedule.Killed:
			e.deliver()
			e.run.signal("KILL")
			e.abort()
		case schedule.Int, schedule.Term:
			e.run.signal(strings.ToUpper(f.Does))
		case schedule.Stop:
			e.run.stopFor(f.For)
		case schedule.Delay:
			e.sleep(f.For)
		case schedule.Drop:
			e.abort()
		case schedule.Lose:
			e.deliver()
			e.abort()
		case schedule.Repeat:
			e.deliver()
		case schedule.Reject:
			apiproxy.Answer(e.w, f.Code)
			return
		case schedule.Cut:
			answers = &short{ResponseWriter: e.w, left: f.Bytes}
		case schedule.Expire:
			e.expire()
			return
		case schedule.Outage:
			e.p.Cut()
			e.abort()
		case schedule.Foreign:
			e.p.lane.edit(*f.Edit)
		case schedule.Restart:
			e.p.lane.disrupt(e.p.lane.plane.restart)
		case schedule.Freeze:
			e.p.lane.disrupt(func() error { return e.p.lane.plane.freeze(f.For) })
		}
	}
	e.forward(answers, e.r)
}

// abort breaks the connection off.
func (e exchange) abort() { panic(http.ErrAbortHandler) }

func (e exchange) sleep(d time.Duration) {
	select {
	case <-time.After(d):
	case <-e.r.Context().Done(): // nobody waits for it any more
		e.abort()
	}
}

// deliver has the request arrive, also where whoever has sent it is gone by then.
// Nobody gets the answer; that of a watch ends as soon as it begins.
func (e exchange) deliver() {
	ctx, cancel := context.WithCancel(context.WithoutCancel(e.r.Context()))
	defer cancel()
	// An API server that does not answer breaks this off, and not what comes next.
	defer func() {
		if broke := recover(); broke != nil && broke != http.ErrAbortHandler { //nolint:errorlint // it is what was panicked with
			panic(broke)
		}
	}()
	answer := unheard{httptest.NewRecorder(), func() {}}
	if e.run.request(e.note).Verb == "watch" {
		answer.begun = cancel
	}
	e.forward(answer, e.r.WithContext(ctx))
}

// unheard is an answer that nobody gets.
type unheard struct {
	*httptest.ResponseRecorder
	begun func()
}

// WriteHeader is when the answer begins.
func (u unheard) WriteHeader(code int) {
	u.ResponseRecorder.WriteHeader(code)
	u.begun()
}

// forward lets a request through. A write is not broken off with whoever has sent it.
func (e exchange) forward(w http.ResponseWriter, r *http.Request) {
	note := e.run.request(e.note)
	if !note.Write {
		e.run.arrived(e.note, 0, nil)
		e.p.Forward(w, r)
		return
	}
	r = r.Clone(context.WithoutCancel(r.Context()))
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(note.Body)), int64(len(note.Body))
	said := httptest.NewRecorder()
	e.run.arrived(e.note, 0, nil)
	e.p.Forward(said, r)
	e.run.arrived(e.note, said.Code, said.Body.Bytes())
	for key, values := range said.Header() {
		w.Header()[key] = values
	}
	w.WriteHeader(said.Code)
	_, _ = w.Write(said.Body.Bytes())
}

// expire tells a watch that what it asks for is too old, and anything else the same
// with a status.
func (e exchange) expire() {
	said := httptest.NewRecorder()
	apiproxy.Answer(said, http.StatusGone)
	e.w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(e.w, `{"type":"ERROR","object":`+strings.TrimSpace(said.Body.String())+"}\n")
}
