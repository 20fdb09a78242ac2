//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"syscall"

	"github.com/kubectl-sts/kubectl-sts/test/node/cluster"
	"github.com/kubectl-sts/kubectl-sts/test/node/machine"
	"github.com/kubectl-sts/kubectl-sts/test/node/parts"
)

func runCheck(context.Context, options) error { return parts.Able() }

func runBuild(ctx context.Context, o options) error {
	_, err := cluster.Build(ctx, o.stderr)
	return err
}

func runUp(ctx context.Context, o options) error {
	p, err := cluster.Build(ctx, o.stderr)
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
