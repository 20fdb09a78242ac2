package kubetest

import (
	"context"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
)

// Network is a network in memory with one server: inside synctest a real one
// would keep the virtual time from moving.
type Network struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
	Down   atomic.Bool
}

func newNetwork() *Network {
	return &Network{conns: make(chan net.Conn), closed: make(chan struct{})}
}

// Dial connects to the server, or is refused while the network is down.
func (n *Network) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	if n.Down.Load() {
		return nil, refused
	}
	client, server := net.Pipe()
	select {
	case n.conns <- server:
		return client, nil
	case <-n.closed:
		return nil, refused
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept waits for a connection.
func (n *Network) Accept() (net.Conn, error) {
	select {
	case conn := <-n.conns:
		return conn, nil
	case <-n.closed:
		return nil, net.ErrClosed
	}
}

// Close lets nobody in any more.
func (n *Network) Close() error {
	n.once.Do(func() { close(n.closed) })
	return nil
}

// Addr is the server's name.
func (n *Network) Addr() net.Addr { return address("apiserver") }

type address string

// Network is the kind of network.
func (address) Network() string { return "memory" }

func (a address) String() string { return string(a) }
