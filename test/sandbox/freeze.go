package main

import (
	"context"
	"fmt"
	"slices"
	"syscall"
)

// freezable are the components that can be stopped where they stand, by the
// names that Kubernetes' documentation has for them.
var freezable = map[string]string{
	"controllers": "kube-controller-manager",
	"scheduler":   "kube-scheduler",
	"kubelets":    "kwok-controller",
}

func runFreeze(_ context.Context, o options) error { return signalComponents(o, syscall.SIGSTOP) }

func runThaw(_ context.Context, o options) error { return signalComponents(o, syscall.SIGCONT) }

// signalComponents stops components where they stand, or lets them go on. What
// has happened meanwhile they see then, from watches that were never cut. It
// waits for no other command: nothing is started here, and what begins now must
// not have to wait until another cluster is up.
func signalComponents(o options, signal syscall.Signal) error {
	c, err := newCluster(o.name)
	if err != nil {
		return err
	}
	if _, err := c.read(); err != nil {
		return err
	}
	for _, name := range o.args {
		pid, ok := c.process(freezable[name])
		if !ok {
			return fmt.Errorf("%s of cluster %q does not run", freezable[name], c.name)
		}
		if err := syscall.Kill(pid, signal); err != nil {
			return fmt.Errorf("%s (%d): %w", freezable[name], pid, err)
		}
	}
	return nil
}

// freezableNames are in the order of the alphabet.
func freezableNames() []string {
	var names []string
	for name := range freezable {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
