package feed

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
)

// A watch that was cut shows what was true before. What follows tells the feed
// when that is so, and when it shows the truth again.

// A watch that ended is mostly taken up again at once. Where it is not, nothing
// that it showed is relied on any more after unwatched, and after unanswered
// the person is told: client-go repeats a request that times out or is cut
// off, up to ten times a second or more apart, before it hands out the error.
const (
	unwatched  = 500 * time.Millisecond
	unanswered = 5 * time.Second
)

// failed is told every list or watch that could not be started.
func (w *watcher) failed(ctx context.Context, s *source, verb string, err error) {
	switch {
	case ctx.Err() != nil, apierrors.IsResourceExpired(err), apierrors.IsGone(err), apierrors.IsInvalid(err):
		// The reflector lists by itself, again or because the server can't
		// send a list as a watch (an Invalid, on servers without WatchList).
	case (apierrors.IsForbidden(err) || apierrors.IsNotFound(err)) && w.doneWithout(s):
		s.stop() // or it would ask again and again
		s.synced.Store(true)
		w.signal()
	case apierrors.IsForbidden(err), apierrors.IsUnauthorized(err), apierrors.IsNotFound(err):
		w.tell(ctx, engine.Update{Err: w.conn.Explain(err, verb, s.resource, "")})
	default:
		w.mu.Lock()
		defer w.mu.Unlock()
		w.lose(ctx, s, fmt.Sprintf("%v; trying again", w.conn.Explain(err, verb, s.resource, "")))
	}
}

// doneWithout gives a source up that may be forbidden, and reports whether it is one.
func (w *watcher) doneWithout(s *source) bool {
	w.access.Lock()
	defer w.access.Unlock()
	s.refused = s.optional
	return s.optional
}

// interrupted is told every watch that ended.
func (w *watcher) interrupted(ctx context.Context, s *source) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended[s] = true
	after := func(d time.Duration, notice string) {
		time.AfterFunc(d, func() {
			w.mu.Lock()
			defer w.mu.Unlock()
			if w.ended[s] && ctx.Err() == nil {
				w.lose(ctx, s, notice)
			}
		})
	}
	after(unwatched, "")
	after(unanswered, fmt.Sprintf("no answer from the API server at %s; trying again", w.conn.Host()))
}

// lose notes that a source is cut. One of them is enough for all. The lock is
// held.
func (w *watcher) lose(ctx context.Context, s *source, notice string) {
	news := len(w.cut) == 0
	w.cut[s] = true
	if w.told {
		notice = ""
	}
	if news || notice != "" {
		w.told = w.told || notice != ""
		w.tell(ctx, engine.Update{Cut: true, Notice: notice})
	}
}

// resumed is told every watch that was started, and refuses one that goes on
// where it was cut. That it is too old, the server says only after it has
// begun; a list is fresh.
func (w *watcher) resumed(s *source, anew bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cut[s] && !anew {
		return apierrors.NewResourceExpired("the watch was cut")
	}
	delete(w.ended, s)
	return nil
}

// fresh is told every list that is complete.
func (w *watcher) fresh(ctx context.Context, s *source) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.ended, s)
	if !w.cut[s] {
		return
	}
	delete(w.cut, s)
	if len(w.cut) > 0 {
		return
	}
	back := engine.Update{Back: true}
	if w.told {
		back.Notice, w.told = "the API server answers again", false
	}
	w.tell(ctx, back)
}

func (w *watcher) tell(ctx context.Context, u engine.Update) {
	select {
	case w.trouble <- u:
	case <-ctx.Done():
	}
}
