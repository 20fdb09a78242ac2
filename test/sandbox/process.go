package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// components are kwokctl's processes, by its names for them.
var components = []string{"kwok-controller", "kube-scheduler", "kube-controller-manager", "kube-apiserver", "etcd"}

func (c cluster) pidFile(component string) string {
	return filepath.Join(c.kwokDir(), "pids", component+".pid")
}

// started are the components that left a pid file, whether they run or not.
func (c cluster) started() []string {
	files, _ := filepath.Glob(c.pidFile("*")) // fails on a malformed pattern only
	var names []string
	for _, file := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(file), ".pid"))
	}
	return names
}

// process finds a component's process by kwokctl's pid file. The number alone
// proves nothing: after a reboot it may be anyone's. It counts only when its
// command line names this cluster's directory, as every component's does.
func (c cluster) process(component string) (pid int, ok bool) {
	content, err := os.ReadFile(c.pidFile(component))
	if err != nil {
		return 0, false
	}
	pid, err = strconv.Atoi(strings.TrimSpace(string(content)))
	if err != nil || pid <= 1 {
		return 0, false
	}
	return pid, strings.Contains(commandLine(pid), c.kwokDir()+string(filepath.Separator))
}

// commandLine is empty for a process that is gone, and for a zombie: it has
// ended, although it still answers to signal 0.
func commandLine(pid int) string {
	if exists("/proc/self/cmdline") {
		line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		return strings.ReplaceAll(string(line), "\x00", " ")
	}
	// Not with the caller's context: no answer reads as the end of the process,
	// also where somebody has only pressed ctrl-C.
	line, _ := exec.CommandContext(context.Background(), "ps", "-ww", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	return string(line)
}

// alive reports whether every component runs.
func (c cluster) alive() bool { return c.runs(components...) }

// runs reports whether all of these components run.
func (c cluster) runs(names ...string) bool {
	for _, component := range names {
		if _, ok := c.process(component); !ok {
			return false
		}
	}
	return true
}

// end kills the components that run and waits until they are gone. It kills
// outright: the data goes next, or (for the API server) a crash is the point.
// kwokctl would do it by the bare numbers in the pid files.
func (c cluster) end(ctx context.Context, components ...string) error {
	for _, component := range components {
		pid, ok := c.process(component)
		if ok {
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && err != syscall.ESRCH {
				return fmt.Errorf("end %s (%d): %w", component, pid, err)
			}
		}
		for deadline := time.Now().Add(10 * time.Second); ok; _, ok = c.process(component) {
			if time.Now().After(deadline) {
				return fmt.Errorf("%s (%d) does not end", component, pid)
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(10 * time.Millisecond):
			}
		}
		// Without the file kwokctl knows that there is something to start.
		if err := os.Remove(c.pidFile(component)); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	return nil
}
