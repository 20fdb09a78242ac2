//go:build linux

package cluster

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/kubectl-sts/kubectl-sts/test/node/machine"
)

// StartNode starts a node that does not run, and waits until it is Ready.
func (c Cluster) StartNode(ctx context.Context, p Parts, name string) error {
	n, err := find(name)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := c.startKubelet(ctx, n); err != nil {
		return err
	}
	return c.nodeReady(ctx, p, n)
}

// LoseNode ends a node as a power cut does: kubelet, container runtime and pods,
// all at once. What is on its volumes stays.
func (c Cluster) LoseNode(ctx context.Context, name string) error {
	n, err := find(name)
	if err != nil {
		return err
	}
	var failed error
	for _, process := range []string{n.kubelet(), n.containerd()} {
		failed = errors.Join(failed, machine.Kill(ctx, c.Dir, process, syscall.SIGKILL))
	}
	return errors.Join(failed, c.killShims(n), killCgroup(c.cgroup(n)))
}

func find(name string) (node, error) {
	for _, n := range nodes(Most) {
		if n.name == name {
			return n, nil
		}
	}
	return node{}, fmt.Errorf("no node is called %q", name)
}

// killShims kills what the container runtime leaves running when it ends: a
// process for each pod, which has the node's socket in its command line.
func (c Cluster) killShims(n node) error {
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		return err
	}
	for _, file := range lines {
		line, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		words := strings.Split(string(line), "\x00")
		if !strings.HasSuffix(words[0], "containerd-shim-runc-v2") || !slices.Contains(words, c.nodeDir(n, "containerd.sock")) {
			continue
		}
		if err := kill(filepath.Base(filepath.Dir(file))); err != nil {
			return err
		}
	}
	return nil
}

// killCgroup kills every process below a cgroup, until there is none.
func killCgroup(name string) error {
	all, err := hierarchies()
	if err != nil {
		return err
	}
	for range 100 {
		found := 0
		for _, hierarchy := range all {
			pids, err := processes(filepath.Join(hierarchy, name))
			if err != nil {
				return err
			}
			found += len(pids)
			for _, pid := range pids {
				if err := kill(pid); err != nil {
					return err
				}
			}
		}
		if found == 0 {
			return nil
		}
	}
	return fmt.Errorf("cgroup %s: its processes do not end", name)
}

func kill(pid string) error { return signal(pid, syscall.SIGKILL) }

func signal(pid string, what syscall.Signal) error {
	number, err := strconv.Atoi(pid)
	if err != nil {
		return err
	}
	if err := syscall.Kill(number, what); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	return nil
}

// KillContainer kills every process of one container, as a crash does: from
// outside, since its first process can't be killed from within.
func KillContainer(id string) error { return eachProcess(id, kill) }

// SignalContainer sends a signal to every process of one container.
func SignalContainer(id string, what syscall.Signal) error {
	return eachProcess(id, func(pid string) error { return signal(pid, what) })
}

// eachProcess does something to every process of one container.
func eachProcess(id string, do func(pid string) error) error {
	all, err := hierarchies()
	if err != nil {
		return err
	}
	found := false
	for _, hierarchy := range all {
		err := filepath.WalkDir(hierarchy, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.IsDir() || d.Name() != id {
				return nil //nolint:nilerr // Others go while we look.
			}
			found = true
			pids, err := processes(path)
			for _, pid := range pids {
				err = errors.Join(err, do(pid))
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	if !found {
		return fmt.Errorf("container %s does not run", id)
	}
	return nil
}
