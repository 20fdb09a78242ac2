//go:build linux

package machine

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"github.com/kubectl-sts/kubectl-sts/test/node/images"
)

// supervise runs what the machine itself has to offer: orders by its control
// socket, the relay, the registry and names. It returns when one of them ends.
func supervise(dir string) error {
	c, err := readConfig(dir)
	if err != nil {
		return err
	}
	relayed, err := net.FileListener(os.NewFile(listenerFD, "listener"))
	if err != nil {
		return err
	}
	registry, err := net.Listen("tcp", RegistryAddress) //nolint:noctx // As long as the machine lives.
	if err != nil {
		return err
	}
	names, err := net.ListenPacket("udp", net.JoinHostPort(c.DNS.Address, "53")) //nolint:noctx // The same.
	if err != nil {
		return err
	}
	control, err := net.Listen("unix", controlSocket(dir)) //nolint:noctx // The same.
	if err != nil {
		return err
	}
	ended := make(chan error)
	go func() { ended <- relay(relayed, c.Relay) }()
	go func() { ended <- serve(registry, images.Store{Dir: c.Images}.Registry()) }()
	go func() { ended <- c.DNS.serve(names) }()
	if c.Lifeline {
		go func() {
			_, _ = io.Copy(io.Discard, os.NewFile(lifelineFD, "lifeline"))
			ended <- errors.New("whoever it was for has ended")
		}()
	}
	s := &supervisor{config: c, running: map[string]*started{}}
	go func() { ended <- serve(control, s.handler()) }()
	ready := os.NewFile(readyFD, "ready")
	if _, err := ready.Write([]byte{1}); err != nil {
		return err
	}
	_ = ready.Close()
	return <-ended
}

// RegistryAddress is where the machine's registry is, inside of it.
const RegistryAddress = "127.0.0.1:5000"

func serve(l net.Listener, h http.Handler) error {
	server := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	return server.Serve(l)
}

// relay carries each connection over to a server of the machine.
func relay(l net.Listener, to string) error {
	for {
		from, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer from.Close()                //nolint:errcheck // Nobody is left to tell.
			there, err := net.Dial("tcp", to) //nolint:noctx // It has an answer at once, one way or the other.
			if err != nil {
				return
			}
			defer there.Close() //nolint:errcheck // The same.
			done := make(chan struct{})
			go func() { carry(there, from); close(done) }()
			carry(from, there)
			<-done
		}()
	}
}

// carry copies until the end of one side, and passes the end on.
func carry(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	if half, ok := to.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
}

// A supervisor starts and kills the machine's processes, as it is told.
type supervisor struct {
	config  Config
	mu      sync.Mutex
	running map[string]*started
}

// A started process.
type started struct {
	*exec.Cmd

	ended chan struct{} // closed when it has, and does not count as running any more
}

func (s *supervisor) start(name string) error {
	p, err := s.config.process(name)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running[name] != nil {
		return fmt.Errorf("%s runs already", name)
	}
	log, err := os.OpenFile(LogFile(s.config.Dir, name), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()                             //nolint:errcheck // The process has its own.
	cmd := exec.Command(p.Args[0], p.Args[1:]...) //nolint:noctx // It ends with the machine.
	cmd.Env = append(os.Environ(), p.Env...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	one := &started{cmd, make(chan struct{})}
	s.running[name] = one
	go func() {
		defer close(one.ended)
		_ = cmd.Wait()
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.running, name)
	}()
	return nil
}

// kill sends a signal, and waits for the end where it is one that ends.
func (s *supervisor) kill(name string, signal syscall.Signal) error {
	cmd := s.find(name)
	if cmd == nil {
		return fmt.Errorf("%s does not run", name)
	}
	if err := cmd.Process.Signal(signal); err != nil {
		return err
	}
	if signal != syscall.SIGKILL && signal != syscall.SIGTERM {
		return nil
	}
	select {
	case <-cmd.ended:
		return nil
	case <-time.After(30 * time.Second):
		return errors.New(name + " does not end")
	}
}

func (s *supervisor) find(name string) *started {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.running[name]
}
