package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

const (
	// readWithin is how long a server may say nothing while it owes an answer,
	// unless --request-timeout says otherwise: with one that never answers, a
	// command ends within half a minute.
	readWithin = 20 * time.Second
	// writeWithin is the same for a write, for which admission webhooks take time.
	writeWithin = 30 * time.Second
)

// timeouts give requests up that nobody answers. client-go's own timeout would
// also cut every watch.
type timeouts struct {
	whole time.Duration // --request-timeout: from the request to the end of the answer, 0 for none
}

func (t timeouts) wrap(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		within := t.within(req)
		ctx, cancel := context.WithCancelCause(req.Context())
		timer := time.AfterFunc(within, func() { cancel(silence{within}) })
		stop := func() { timer.Stop(); cancel(nil) }
		answer, err := next.RoundTrip(req.WithContext(ctx))
		if err != nil {
			err = notOurs(req.Context(), ctx, err)
			stop()
			return nil, err
		}
		switch {
		case answer.StatusCode == http.StatusSwitchingProtocols:
			timer.Stop() // it is a connection now
		case watches(req):
			timer.Stop()
			answer.Body = &timedBody{ReadCloser: answer.Body, ctx: ctx, asked: req.Context(), stop: stop, read: func() {}}
		default:
			read := func() {}
			if t.whole == 0 { // a slow line is no silence
				read = func() { timer.Reset(within) }
			}
			answer.Body = &timedBody{ReadCloser: answer.Body, ctx: ctx, asked: req.Context(), stop: stop, read: read}
		}
		return answer, nil
	})
}

// within is how long the request may wait.
func (t timeouts) within(req *http.Request) time.Duration {
	switch {
	case t.whole > 0:
		return t.whole
	case req.Method == http.MethodGet:
		return readWithin
	}
	return writeWithin
}

// watches reports whether the answer goes on until somebody ends it.
func watches(req *http.Request) bool {
	query := req.URL.Query()
	return query.Get("watch") == "true" || query.Get("watch") == "1" || query.Get("follow") == "true"
}

// timedBody is an answer whose reader is not kept waiting.
type timedBody struct {
	io.ReadCloser
	asked, ctx context.Context //nolint:containedctx // of the one request that this answers
	read, stop func()
}

// Read reads, and notes that something came.
func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		err = notOurs(b.asked, b.ctx, err)
	case n > 0:
		b.read()
	}
	return n, err
}

// Close ends the answer.
func (b *timedBody) Close() error {
	b.stop()
	return b.ReadCloser.Close()
}

// notOurs keeps the error of a connection from looking like the end of the
// caller's own context, and the other way round: net's timeouts are
// [context.DeadlineExceeded] to errors.Is, too.
func notOurs(asked, ctx context.Context, err error) error {
	var silent silence
	switch {
	case asked.Err() != nil:
		return context.Cause(asked)
	case errors.As(context.Cause(ctx), &silent):
		return silent
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return timedOut{err.Error()}
	}
	return err
}

// silence says that nobody answered in time.
type silence struct{ within time.Duration }

// Error is what is the matter.
func (u silence) Error() string { return fmt.Sprintf("no answer within %s", u.within) }

// timedOut is another end of a connection that took too long.
type timedOut struct{ words string }

// Error is the connection's own words.
func (t timedOut) Error() string { return t.words }
