package transport

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
)

// Not every connection is one that the client gives up by itself: what comes from
// elsewhere may be a deadline to errors.Is, too.
func TestOnlyTheCallersOwnEndIsNoMatterOfTheServer(t *testing.T) {
	_, late := (&net.Dialer{Deadline: time.Unix(1, 0)}).DialContext(t.Context(), "tcp", "127.0.0.1:1")
	require.ErrorIs(t, late, context.DeadlineExceeded)
	const unreached = "cannot reach the API server at http://apiserver: "
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"a dial that is late", &url.Error{Op: "Get", URL: "http://apiserver", Err: late}, unreached + "i/o timeout"},
		{"a deadline that nobody set here", fmt.Errorf("login: %w", context.DeadlineExceeded), unreached + "context deadline exceeded"},
		{"ctrl-C", fmt.Errorf("login: %w", context.Canceled), "login: context canceled"},
		{"--timeout", fmt.Errorf("login: %w", engine.ErrTimedOut), "login: --timeout has passed: context deadline exceeded"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			require.EqualError(t, (&Conn{host: "http://apiserver"}).Explain(test.err, "get", "pods", "web-4"), test.want)
		})
	}
}
