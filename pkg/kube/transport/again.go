package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"time"

	utilnet "k8s.io/apimachinery/pkg/util/net"
	"k8s.io/apimachinery/pkg/util/wait"
)

// What does no harm when it is asked twice (reads, dry runs) is asked again
// when the answer is that it may work another time, or there is none.

// retryFor is for how long a question is asked again, from the first time that it went
// wrong: a long answer that breaks off is worth another try, however long it has taken. An
// API server behind a load balancer is back within that; one that restarts alone mostly is.
const retryFor = 10 * time.Second

// Retries are the pauses in between.
var Retries = wait.Backoff{Duration: 200 * time.Millisecond, Factor: 2, Jitter: 0.2, Steps: 10, Cap: 2 * time.Second}

// Again asks until there is an answer that will not change by itself, and for
// [retryFor] at most. The error of a context that ended is its cause.
func Again[T any](ctx context.Context, ask func(context.Context) (T, error)) (T, error) {
	var out T
	err := context.Cause(ctx)
	since, first := time.Now(), true
	_ = Retries.DelayFunc().Until(ctx, true, true, func(ctx context.Context) (bool, error) {
		out, err = ask(ctx)
		if !Transient(err) {
			return true, nil
		}
		if first && !errors.As(err, new(silence)) { // that has taken its time
			since = time.Now()
		}
		if first = false; time.Since(since) >= retryFor {
			return true, nil
		}
		tellRetry(ctx, err, "for up to "+retryFor.String())
		return false, nil
	})
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return out, err
}

// Nothing makes a question of one that has no answer but an error.
func Nothing(ask func(context.Context) error) func(context.Context) (struct{}, error) {
	return func(ctx context.Context) (struct{}, error) { return struct{}{}, ask(ctx) }
}

// Transient reports whether the same request may have another answer in a
// moment: the API server says so, or the connection was lost.
func Transient(err error) bool {
	return err != nil && (passing(err) || disconnected(err))
}

// disconnected reports whether a connection was lost or could not be made for
// now. A certificate or a name that is wrong stays wrong.
func disconnected(err error) bool {
	var silent silence
	var late timedOut
	var timeout net.Error
	return errors.As(err, &silent) || errors.As(err, &late) || errors.As(err, &timeout) && timeout.Timeout() ||
		utilnet.IsConnectionRefused(err) || utilnet.IsConnectionReset(err) || utilnet.IsProbableEOF(err) ||
		utilnet.IsHTTP2ConnectionLost(err) || errors.Is(err, syscall.EHOSTUNREACH) || errors.Is(err, syscall.ENETUNREACH) ||
		errors.Is(err, syscall.EPIPE) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		strings.Contains(err.Error(), "when reading response body") || streamReset(err)
}

// streamReset reports whether the other side ended one HTTP/2 stream and kept the
// connection, as a load balancer does that has lost its API server. net/http does
// not export the type of that error.
func streamReset(err error) bool {
	return strings.Contains(err.Error(), "stream error: stream ID") && strings.Contains(err.Error(), "received from peer")
}

type retryKey struct{}

// OnRetry sets who is told, before there is a feed to tell it, that the API
// server does not answer and is asked again. It may be called by several
// goroutines at once.
func (c *Conn) OnRetry(tell func(string)) { c.retrying = tell }

// Quiet keeps client-go from logging what goes wrong: an error or the feed
// says it, and the terminal is no place for a log. What is asked again is told
// to the client's own listener.
func (c *Conn) Quiet(ctx context.Context) context.Context {
	return context.WithValue(Quiet(ctx), retryKey{}, c)
}

// Tell tells whom [Conn.OnRetry] has set.
func (c *Conn) Tell(words string) {
	if c.retrying != nil {
		c.retrying(words)
	}
}

// tellRetry says that somebody waits, for what and how long. Once the time is over
// nobody does.
func tellRetry(ctx context.Context, err error, long string) {
	c, ok := ctx.Value(retryKey{}).(*Conn)
	if !ok || c.retrying == nil || ctx.Err() != nil {
		return
	}
	words := err.Error()
	if unreachable(err) {
		words = fmt.Sprintf("cannot reach the API server at %s: %v", c.host, innermost(err))
	}
	c.retrying(words + "; trying again " + long)
}
