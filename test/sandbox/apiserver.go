package main

import (
	"context"
	"fmt"
	"io"
	"time"
)

func runStopAPIServer(ctx context.Context, o options) error {
	return withCluster(ctx, o, func(c cluster, _ record) error {
		return c.end(ctx, "kube-apiserver")
	})
}

func runStartAPIServer(ctx context.Context, o options) error {
	return withCluster(ctx, o, func(c cluster, r record) error {
		return c.startAPIServer(ctx, r, o.stderr)
	})
}

func runRestartAPIServer(ctx context.Context, o options) error {
	return withCluster(ctx, o, func(c cluster, r record) error {
		if err := c.end(ctx, "kube-apiserver"); err != nil {
			return err
		}
		return c.startAPIServer(ctx, r, o.stderr)
	})
}

// runStopControllers leaves etcd and the API server: objects stay as they are
// made. `start-apiserver` brings the others back.
func runStopControllers(ctx context.Context, o options) error {
	return withCluster(ctx, o, func(c cluster, _ record) error {
		return c.end(ctx, clients...)
	})
}

// withCluster runs do on a cluster that `up` has made, under the lock.
func withCluster(ctx context.Context, o options, do func(cluster, record) error) error {
	c, err := newCluster(o.name)
	if err != nil {
		return err
	}
	r, err := c.read()
	if err != nil {
		return err
	}
	unlock, err := c.lockAlone(ctx, o.stderr)
	if err != nil {
		return err
	}
	defer unlock()
	return do(c, r)
}

// clients are the components that watch the API server.
var clients = []string{"kwok-controller", "kube-scheduler", "kube-controller-manager"}

// startTime is how long one start of an API server may take: a few seconds on an
// idle machine.
const startTime = 90 * time.Second

// startAPIServer starts it on its old port and waits until the cluster works.
//
// What watches it is started anew too. Left alone it would come back when its
// backoff allows, after up to half a minute; and the scheduler of 1.36 exits
// with "cache is corrupted" when a pod was replaced by another of its name
// before it watches again, which is what a StatefulSet does.
func (c cluster) startAPIServer(ctx context.Context, r record, stderr io.Writer) error {
	begin := time.Now()
	if err := c.end(ctx, clients...); err != nil {
		return err
	}
	if err := c.start(ctx, r.Bin); err != nil {
		return err
	}
	// On a busy machine it exits where its first requests to itself take too long,
	// or runs and never gets ready: then it is killed once more.
	for !c.becomesReady(ctx, r.Bin, startTime) {
		if ctx.Err() != nil || time.Since(begin) > workTime {
			return fmt.Errorf("the API server of cluster %q does not become ready", c.name)
		}
		if err := c.end(ctx, "kube-apiserver"); err != nil {
			return err
		}
		if err := c.revive(ctx, r.Bin); err != nil {
			return err
		}
	}
	if err := c.becomesWorking(ctx, r.Bin); err != nil {
		return err
	}
	fmt.Fprintf(stderr, "sandbox: the API server is back, and all that depends on it (%s)\n", elapsed(begin))
	return nil
}
