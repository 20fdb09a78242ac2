//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/kubectl-sts/kubectl-sts/test/node/cluster"
	"github.com/kubectl-sts/kubectl-sts/test/node/images"
	"github.com/kubectl-sts/kubectl-sts/test/node/machine"
	"github.com/kubectl-sts/kubectl-sts/test/node/parts"
)

func runBuild(ctx context.Context, o options) error {
	_, err := build(ctx, o)
	return err
}

// build gets all parts, those that are there at no cost.
func build(ctx context.Context, o options) (cluster.Parts, error) {
	var p cluster.Parts
	source, err := cluster.Source()
	if err != nil {
		return p, err
	}
	cache, err := cluster.Cache()
	if err != nil {
		return p, err
	}
	cache = filepath.Join(cache, "node")
	sandbox := filepath.Join(filepath.Dir(source), "sandbox")
	if p.Debian, err = parts.Debian(ctx, cache); err != nil {
		return p, err
	}
	if p.Images, err = images.Make(ctx, p.Debian, source, cache, o.stderr); err != nil {
		return p, err
	}
	if p.Control, err = parts.ControlPlane(ctx, sandbox, o.stderr); err != nil {
		return p, err
	}
	p.Kubelet, err = parts.Kubelet(ctx, sandbox, cache, o.stderr)
	return p, err
}

func runUp(ctx context.Context, o options) error {
	p, err := build(ctx, o)
	if err != nil {
		return err
	}
	if err := o.cluster.Up(ctx, p, o.nodes, o.stderr); err != nil {
		return err
	}
	fmt.Fprintln(o.stdout, o.cluster.Kubeconfig())
	return nil
}

func runDown(_ context.Context, o options) error { return o.cluster.Down(o.stderr) }

func runEnv(_ context.Context, o options) error {
	lines, err := o.cluster.Env()
	if err == nil {
		fmt.Fprint(o.stdout, lines)
	}
	return err
}

func runStart(ctx context.Context, o options) error {
	if len(o.args) != 1 {
		return errors.New("start what? name one process")
	}
	return machine.Start(ctx, o.cluster.Dir, o.args[0])
}

func runKill(ctx context.Context, o options) error {
	if len(o.args) != 1 {
		return errors.New("kill what? name one process")
	}
	return machine.Kill(ctx, o.cluster.Dir, o.args[0], syscall.SIGKILL)
}

func runProcesses(ctx context.Context, o options) error {
	running, err := machine.State(ctx, o.cluster.Dir)
	for _, name := range slices.Sorted(maps.Keys(running)) {
		fmt.Fprintln(o.stdout, name)
	}
	return err
}
