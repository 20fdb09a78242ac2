//go:build linux

package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/kubectl-sts/kubectl-sts/test/node/machine"
)

// volumes is where the controller manager makes volumes; the path is not to be
// configured. In the machine it is a directory of the cluster's.
const volumes = "/tmp/hostpath_pv"

// Up starts the cluster with so many nodes, unless it runs. One that is broken is
// cleared away first.
func (c Cluster) Up(ctx context.Context, p Parts, count int, stderr io.Writer) error {
	begin := time.Now()
	unlock, err := c.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if r, err := c.read(); err == nil && r.runs() && c.ready(ctx, p) {
		if r.Parts != p || r.Nodes != count {
			return fmt.Errorf("cluster %q runs, with other images, binaries or nodes; end it with `down` first", c.Name)
		}
		return nil
	}
	if err := c.down(); err != nil {
		return err
	}
	fmt.Fprintf(stderr, "node: starting cluster %q\n", c.Name)
	if err := c.create(ctx, p, count); err != nil {
		return errors.Join(err, c.stopMachine())
	}
	fmt.Fprintf(stderr, "node: cluster %q is up (%.1fs)\n", c.Name, time.Since(begin).Seconds())
	return nil
}

func (c Cluster) create(ctx context.Context, p Parts, count int) error {
	all := nodes(Most)
	if err := os.MkdirAll(c.path("volumes"), 0o750); err != nil {
		return err
	}
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return err
	}
	defer listener.Close()                      //nolint:errcheck // The machine has its own.
	port := listener.Addr().(*net.TCPAddr).Port //nolint:errcheck // It is one.
	// First, so that Down finds what to clear away from here on.
	if err := c.write(record{Port: port, Nodes: count, Parts: p}); err != nil {
		return err
	}
	if err := c.writeKeys(port, all); err != nil {
		return err
	}
	for _, n := range all {
		if err := c.writeConfigs(p, n); err != nil {
			return err
		}
		if err := makeCgroup(c.cgroup(n)); err != nil {
			return err
		}
	}
	pid, err := c.boot(ctx, p, all, listener)
	if err != nil {
		return err
	}
	since, err := began(pid)
	if err != nil {
		return err
	}
	if err := c.write(record{Init: pid, Began: since, Port: port, Nodes: count, Parts: p}); err != nil {
		return err
	}
	return c.start(ctx, p, all[:count])
}

// boot starts the machine, without anything in it yet.
func (c Cluster) boot(ctx context.Context, p Parts, all []node, listener *net.TCPListener) (int, error) {
	program := c.path("node")
	if err := copyProgram(program); err != nil {
		return 0, err
	}
	if err := os.MkdirAll(volumes, 0o750); err != nil {
		return 0, err
	}
	bind, err := c.settings()
	if err != nil {
		return 0, err
	}
	bind[volumes] = c.path("volumes")
	keep, err := Cache()
	if err != nil {
		return 0, err
	}
	var own []string
	for _, n := range all {
		own = append(own, n.address)
	}
	return machine.Boot(ctx, program, machine.Config{
		Dir:       c.Dir,
		Keep:      keep,
		Cover:     []string{"/run", "/var/lib", "/var/log", "/var/cache", "/usr/libexec", "/opt"},
		Bind:      bind,
		Addresses: own,
		Relay:     net.JoinHostPort(controlAddress, serverPort),
		Images:    p.Images,
		DNS: machine.DNS{
			Address: controlAddress,
			Server:  "https://" + controlAddress + ":" + serverPort,
			CA:      c.path("keys", "ca.crt"),
			Cert:    c.path("keys", "admin.crt"),
			Key:     c.path("keys", "admin.key"),
		},
		Processes: c.processes(p, all),
	}, listener, c.Lifeline)
}

// settings are the kernel's settings that the kubelet writes to, which are the
// whole machine's: it gets files to write to instead, with what it wants in them.
func (c Cluster) settings() (map[string]string, error) {
	bind := map[string]string{}
	for setting, value := range map[string]string{"vm/overcommit_memory": "1", "kernel/panic": "10", "kernel/panic_on_oops": "1"} {
		file := c.path("settings", strings.ReplaceAll(setting, "/", "."))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return nil, err
		}
		if err := os.WriteFile(file, []byte(value+"\n"), 0o600); err != nil {
			return nil, err
		}
		bind["/proc/sys/"+setting] = file
	}
	return bind, nil
}

// copyProgram keeps this program for as long as the cluster: `go run` removes it.
func copyProgram(to string) error {
	from, err := os.Executable()
	if err != nil {
		return err
	}
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o700) //nolint:gosec // It is to be run.
}
