package main

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	client "github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// load is what one pod has to do.
type load struct {
	pod     string
	rate    float64 // requests per second
	seconds float64 // that each takes
}

// parse reads a line for each pod: its name, how many requests it gets per second, and
// how many seconds each takes. Those that begin with # say nothing.
func parse(text string) ([]load, error) {
	var out []load
	known := map[string]bool{}
	for i, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		l, err := parseLine(line)
		switch {
		case err != nil:
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		case known[l.pod]:
			return nil, fmt.Errorf("line %d: pod %s is there already", i+1, l.pod)
		}
		known[l.pod] = true
		out = append(out, l)
	}
	return out, nil
}

func parseLine(line string) (load, error) {
	fields := strings.Fields(line)
	if len(fields) != 3 || strings.ContainsAny(fields[0], "/?#%") {
		return load{}, errors.New("it is POD REQUESTS-PER-SECOND SECONDS")
	}
	l := load{pod: fields[0]}
	for i, into := range []*float64{&l.rate, &l.seconds} {
		v, err := strconv.ParseFloat(fields[i+1], 64)
		if err != nil || v < 0 || v > 10_000 || math.IsNaN(v) {
			return load{}, fmt.Errorf("%q is no number from 0 to 10000", fields[i+1])
		}
		*into = v
	}
	return l, nil
}

// enough is how many scrapes must begin before a rate is known to be of two: each ends
// before the next one of the same pod begins.
const enough = 3

// pods are what is scraped.
type pods struct {
	mu      sync.Mutex
	all     map[string]*pod
	left    int           // that have not been scraped often enough
	scraped chan struct{} // closed when none is left
}

// pod is one process: its metrics begin at 0 with it.
type pod struct {
	load
	since    time.Time // until when its requests are counted
	owed     float64   // of a request, at that time
	fresh    int       // requests that no scrape has shown yet
	scrapes  int       // that showed fresh ones since its load was set; each, where there are none to show
	requests client.Counter
	took     client.Histogram
	handler  http.Handler
}

func newPods() *pods { return &pods{all: map[string]*pod{}} }

func newPod(now time.Time) *pod {
	p := &pod{
		since:    now,
		requests: client.NewCounter(client.CounterOpts{Name: "http_requests_total", Help: "Requests."}),
		took: client.NewHistogram(client.HistogramOpts{
			Name: "http_request_duration_seconds", Help: "How long requests took.", Buckets: client.DefBuckets,
		}),
	}
	registry := client.NewRegistry()
	registry.MustRegister(p.requests, p.took)
	p.handler = promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
	return p
}

// set has the pods be those that are wanted. One that was there goes on counting, one
// that was not begins at 0. What it returns is closed when each has been scraped often
// enough, and never if that is not so before the next set.
func (p *pods) set(wanted []load, now time.Time) <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := map[string]*pod{}
	for _, l := range wanted {
		one := p.all[l.pod]
		if one == nil {
			one = newPod(now)
		}
		one.count(now)
		one.load, one.fresh, one.scrapes = l, 0, 0
		all[l.pod] = one
	}
	p.all, p.left, p.scraped = all, len(all), make(chan struct{})
	if p.left == 0 {
		close(p.scraped)
	}
	return p.scraped
}

// count counts the requests until now.
func (p *pod) count(now time.Time) {
	p.owed += p.rate * now.Sub(p.since).Seconds()
	p.since = now
	for ; p.owed >= 1; p.owed-- {
		p.fresh++
		p.requests.Inc()
		p.took.Observe(p.seconds)
	}
}

// scrape notes a scrape of one pod. Two that are so close together that nothing has
// happened in between, as after a pause of a busy machine, are as good as one: a rate of
// both would be 0.
func (p *pods) scrape(one *pod) {
	if one.rate > 0 && one.fresh == 0 {
		return
	}
	one.fresh = 0
	one.scrapes++
	if one.scrapes != enough {
		return
	}
	p.left--
	if p.left == 0 {
		close(p.scraped)
	}
}

// metrics answers a scrape of one pod.
func (p *pods) metrics(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	one := p.all[r.PathValue("pod")]
	if one != nil {
		one.count(time.Now())
		p.scrape(one)
	}
	p.mu.Unlock()
	if one == nil {
		http.NotFound(w, r)
		return
	}
	one.handler.ServeHTTP(w, r)
}
