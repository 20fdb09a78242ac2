//go:build linux

// Package proof runs the plugin on a real kubelet with real databases that are
// written to all the while: what was acknowledged must be there at the end.
package proof

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"github.com/kubectl-sts/kubectl-sts/test/node/cluster"
	"github.com/kubectl-sts/kubectl-sts/test/node/machine"
	"github.com/kubectl-sts/kubectl-sts/test/node/parts"
	"github.com/kubectl-sts/kubectl-sts/test/node/table"
)

// A world is what all scripts share.
type world struct {
	cluster cluster.Cluster
	parts   cluster.Parts
	source  string // of test/node
	tables  table.Tables
}

var (
	tableFile = flag.String("table", "",
		"the page with the tables: of each database whose scripts have all passed it is written, and taken out where one has failed")
	name = flag.String("name", "proof", "the cluster's name")
	keep = flag.Bool("keep", false, "leave the cluster running at the end")
)

// the is set by TestMain, before any test runs.
var the world

func TestMain(m *testing.M) {
	if inside, err := machine.Inside(os.Args); inside {
		fmt.Fprintln(os.Stderr, "node:", err)
		os.Exit(1)
	}
	flag.Parse()
	if err := machine.Able(); err != nil {
		fmt.Fprintln(os.Stderr, "node:", err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code, err := run(ctx, stop, m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "proof:", err)
		code = 1
		if errors.Is(err, parts.ErrUnable) {
			code = 2
		}
	}
	os.Exit(code)
}

// run runs the tests on a cluster of their own, and compares the host before and after.
func run(ctx context.Context, stop func(), m *testing.M) (int, error) {
	defer stop()

	var err error
	if the.source, err = cluster.Source(); err != nil {
		return 1, err
	}
	if the.cluster, err = cluster.New(*name); err != nil {
		return 1, err
	}
	if !*keep {
		lifeline, held, err := os.Pipe() // it is closed when this process ends, however it does
		if err != nil {
			return 1, err
		}
		defer held.Close() //nolint:errcheck // The same.
		the.cluster.Lifeline = lifeline
	}
	if the.parts, err = cluster.Build(ctx, os.Stderr); err != nil {
		return 1, err
	}
	if err := the.cluster.Down(os.Stderr); err != nil {
		return 1, err
	}
	before, err := the.cluster.HostSettings()
	if err != nil {
		return 1, err
	}
	if err := the.cluster.Up(ctx, the.parts, 1, os.Stderr); err != nil {
		return 1, err
	}
	stop() // from here on a signal ends this process, and the cluster with it
	code := m.Run()
	the.tables.Print(os.Stdout)
	// Whatever comes after: a table of an earlier run must not outlive a failure.
	if *tableFile != "" {
		if err := the.tables.Write(*tableFile); err != nil {
			return 1, err
		}
	}
	if *keep {
		return code, nil
	}
	if err := the.cluster.Down(os.Stderr); err != nil {
		return 1, err
	}
	after, err := the.cluster.HostSettings()
	if err != nil {
		return 1, err
	}
	if changed := cluster.Changed(before, after); len(changed) > 0 {
		return 1, fmt.Errorf("the run has changed this machine: %q", changed)
	}
	return code, nil
}
