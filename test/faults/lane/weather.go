package lane

import (
	"context"
	"sync"
	"time"
)

// weather is what is being done to the control plane, one thing at a time.
type weather struct {
	one    sync.Mutex
	mu     sync.Mutex
	breaks []span
}

// span is a time in which something was broken. over is closed at its end.
type span struct {
	from, to time.Time
	over     chan struct{}
}

// broken runs something during which the control plane is not whole.
func (w *weather) broken(do func() error) error {
	w.one.Lock()
	defer w.one.Unlock()
	w.mu.Lock()
	i, over := len(w.breaks), make(chan struct{})
	w.breaks = append(w.breaks, span{from: time.Now(), over: over})
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		w.breaks[i].to = time.Now()
		w.mu.Unlock()
		close(over)
	}()
	return do()
}

// wasBroken reports whether the control plane was not whole at some time between
// these two.
func (w *weather) wasBroken(from, to time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, b := range w.breaks {
		if b.from.Before(to) && (b.to.IsZero() || b.to.After(from)) {
			return true
		}
	}
	return false
}

// whole waits until what is being done now is over.
func (w *weather) whole(ctx context.Context) error {
	w.mu.Lock()
	var over chan struct{}
	if n := len(w.breaks); n > 0 {
		over = w.breaks[n-1].over
	}
	w.mu.Unlock()
	if over == nil {
		return nil
	}
	select {
	case <-over:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
