package main

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"time"
)

// probe is a namespace with a StatefulSet of one pod. Where that becomes
// Available, controllers, scheduler and kubelets do their work.
//
//go:embed manifests/probe.yaml
var probe string

// workTime is how long a cluster may take until it works: a few seconds on an
// idle machine.
const workTime = 5 * time.Minute

// becomesWorking waits until the cluster works.
func (c cluster) becomesWorking(ctx context.Context, bin string) error {
	return plane{
		name:   c.name,
		revive: func(ctx context.Context) error { return c.revive(ctx, bin) },
		kubectl: func(ctx context.Context, stdin string, args ...string) ([]byte, error) {
			return c.kubectl(ctx, bin, stdin, args...)
		},
	}.becomesWorking(ctx)
}

// plane is what can be done about a control plane.
type plane struct {
	name    string                      // of the cluster
	revive  func(context.Context) error // starts the components that have exited
	kubectl func(ctx context.Context, stdin string, args ...string) ([]byte, error)
}

// becomesWorking waits until every component runs and does its work. One that
// has exited meanwhile, as kube-controller-manager does when a slow API server
// does not answer in time, is started again.
func (p plane) becomesWorking(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, workTime)
	defer cancel()
	name := fmt.Sprintf("sandbox-probe-%d", time.Now().UnixNano())
	for {
		if err := p.revive(ctx); err != nil {
			return err
		}
		works, why := p.probed(ctx, name)
		if works {
			break
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("cluster %q does not get to work: %w", p.name, why)
		case <-time.After(100 * time.Millisecond):
		}
	}
	// Nobody waits for its end.
	_, err := p.kubectl(ctx, "", "delete", "namespace", name, "--wait=false")
	return err
}

// probed looks once whether the probe of this name is there and Available.
func (p plane) probed(ctx context.Context, name string) (bool, error) {
	out, err := p.kubectl(ctx, "", "get", "statefulset", "probe", "--namespace", name, "--ignore-not-found",
		"--output", "jsonpath={.metadata.name} {.status.availableReplicas}")
	if err != nil {
		return false, err
	}
	switch strings.TrimSpace(string(out)) {
	case "probe 1":
		return true, nil
	case "":
		// The namespace alone may be there already.
		_, err = p.kubectl(ctx, strings.ReplaceAll(probe, "NAME", name), "apply", "--server-side", "--validate=false", "-f", "-")
		return false, err
	}
	return false, fmt.Errorf("a pod does not become Available: %s", out)
}

// revive starts the components that have exited.
func (c cluster) revive(ctx context.Context, bin string) error {
	dead := slices.DeleteFunc(slices.Clone(components), func(component string) bool {
		_, ok := c.process(component)
		return ok
	})
	if len(dead) == 0 {
		return nil
	}
	// Without their pid files kwokctl takes nobody else's process for them.
	if err := c.end(ctx, dead...); err != nil {
		return err
	}
	return c.start(ctx, bin)
}
