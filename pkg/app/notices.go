package app

import (
	"slices"
	"sync"

	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// notices are what the API server says along with its answers, collected from
// whatever goroutine reads one, until the goroutine that writes tells them. Each
// is told once.
type notices struct {
	mu      sync.Mutex
	said    map[string]bool
	waiting []string
	news    chan struct{} // has an item while some are waiting, nil where nobody wants to know
	running bool          // an engine tells what happens
}

// note keeps a warning.
func (n *notices) note(text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if text = report.Clean(text); n.fresh(text) {
		n.wait(text)
	}
}

// wait leaves it to whoever tells the next, and lets them know. The lock is held.
func (n *notices) wait(text string) {
	n.waiting = append(n.waiting, text)
	select {
	case n.news <- struct{}{}:
	default: // nobody wants to know, or they do know
	}
}

// fresh reports whether it has not been said. The lock is held.
func (n *notices) fresh(text string) bool {
	if n.said == nil {
		n.said = map[string]bool{}
	}
	was := n.said[text]
	n.said[text] = true
	return !was
}

// Note keeps a warning until it is told.
func (e *Env) Note(text string) { e.notices.note(text) }

// Notices are the warnings that nobody has told yet.
func (e *Env) Notices() []string {
	n := &e.notices
	n.mu.Lock()
	defer n.mu.Unlock()
	out := n.waiting
	n.waiting = nil
	return out
}

// News has an item when there may be [Env.Notices] that nobody has told yet.
func (e *Env) News() <-chan struct{} {
	n := &e.notices
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.news == nil {
		n.news = make(chan struct{}, 1)
	}
	return n.news
}

// Running says whether an engine tells what happens. What comes meanwhile is
// left for it.
func (e *Env) Running(now bool) {
	e.notices.mu.Lock()
	defer e.notices.mu.Unlock()
	e.notices.running = now
}

// retrying tells at once that the API server is asked again: until it answers
// there is nothing else to be seen.
func (e *Env) retrying(text string) {
	n := &e.notices
	n.mu.Lock()
	defer n.mu.Unlock()
	switch text = report.Clean(text); {
	case !n.fresh(text):
	case n.running:
		n.wait(text)
	default:
		e.Warn(text)
	}
}

// Flush tells the warnings that no run has told, and the reports.
func (e *Env) Flush() {
	for _, text := range e.Notices() {
		e.Warn(text)
		if parts := e.Report.Parts; len(parts) > 0 {
			last := parts[len(parts)-1]
			last.Warnings = append(slices.Clip(last.Warnings), text)
		}
	}
}
