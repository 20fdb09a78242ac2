package forward

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"k8s.io/streaming/pkg/httpstream"
)

// forwarded is one connection to a port of a pod.
type forwarded struct {
	conn    httpstream.Connection
	data    httpstream.Stream
	pod     string
	port    int
	once    sync.Once
	closed  chan struct{}
	refused chan error // what the node says, once it has ended: nil for nothing
}

// mostWords is how much the node may say about a port that it can't get to.
const mostWords = 4 << 10

func (f *forwarded) listen(errs io.Reader) {
	words, err := io.ReadAll(io.LimitReader(errs, mostWords))
	switch {
	case len(words) > 0:
		f.refused <- errors.New(strings.TrimSpace(string(words)))
	case err != nil:
		f.refused <- err
	default:
		f.refused <- nil
	}
}

// Read reads. Where the node can't get to the port, the connection just ends: why, the
// other stream tells, which may be a moment later.
func (f *forwarded) Read(into []byte) (int, error) {
	n, err := f.data.Read(into)
	if n > 0 || err == nil {
		return n, err
	}
	const moment = time.Second
	select {
	case why := <-f.refused:
		f.refused <- why // for the next
		if why != nil {
			return 0, why
		}
	case <-f.closed:
	case <-time.After(moment):
	}
	return 0, err
}

func (f *forwarded) Write(from []byte) (int, error) { return f.data.Write(from) }

// Close ends the connection to the API server as well.
func (f *forwarded) Close() error {
	var err error
	f.once.Do(func() {
		close(f.closed)
		if f.data != nil {
			_ = f.data.Reset()
		}
		err = f.conn.Close()
	})
	return err
}

// The addresses are names: there is no socket here.
func (f *forwarded) LocalAddr() net.Addr  { return address("API server") }
func (f *forwarded) RemoteAddr() net.Addr { return address(fmt.Sprintf("%s:%d", f.pod, f.port)) }

// Deadlines are not kept: whoever uses the connection closes it in time.
func (*forwarded) SetDeadline(time.Time) error      { return nil }
func (*forwarded) SetReadDeadline(time.Time) error  { return nil }
func (*forwarded) SetWriteDeadline(time.Time) error { return nil }

type address string

func (address) Network() string  { return "portforward" }
func (a address) String() string { return string(a) }
