//go:build linux

// Command node runs a Kubernetes cluster with real nodes on this machine:
// kubelet, containerd, runc, a network and volumes, in namespaces of their own
// that nothing leads out of. It needs root, Go and Debian's packages.
//
//	bin/node up
//	eval "$(bin/node env)"
//	kubectl get nodes
//	bin/node down
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/kubectl-sts/kubectl-sts/test/node/cluster"
	"github.com/kubectl-sts/kubectl-sts/test/node/machine"
	"github.com/kubectl-sts/kubectl-sts/test/node/parts"
)

// Exit codes. A machine that can't have a node is no failure of one, and no success.
const (
	exitError  = 1
	exitUnable = 2
)

func main() { os.Exit(start(os.Args, os.Stdout, os.Stderr)) }

// start returns the exit code.
func start(args []string, stdout, stderr io.Writer) int {
	inside, err := machine.Inside(args)
	if !inside {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		if err = machine.Able(); err == nil {
			err = run(ctx, args[1:], stdout, stderr)
		}
	}
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(stderr, "node:", err)
		if errors.Is(err, machine.ErrUnable) || errors.Is(err, parts.ErrUnable) {
			return exitUnable
		}
		return exitError
	}
	return 0
}

type command struct {
	name  string
	about string
	run   func(context.Context, options) error
}

type options struct {
	cluster cluster.Cluster
	nodes   int
	args    []string
	stdout  io.Writer
	stderr  io.Writer
}

func commands() []command {
	return []command{
		{"check", "say whether there can be a node here: 0, or 2", runCheck},
		{"build", "get the parts: packages, images, kubelet, control plane", runBuild},
		{"up", "start a cluster and print its kubeconfig's path", runUp},
		{"down", "end the cluster and remove what it left", runDown},
		{"env", "print the shell lines that select the cluster", runEnv},
		{"start", "start a process of it again, such as kubelet-0", runStart},
		{"kill", "kill a process of it", runKill},
		{"processes", "list what runs of it", runProcesses},
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) > 0 {
		for _, c := range commands() {
			if c.name == args[0] { //nolint:gosec // its length is looked at above
				o, err := parse(c, args[1:], stderr) //nolint:gosec // the same
				if err != nil {
					return err
				}
				o.stdout, o.stderr = stdout, stderr
				return c.run(ctx, o)
			}
		}
	}
	fmt.Fprintln(stderr, "usage: bin/node <command> [flags]")
	for _, c := range commands() {
		fmt.Fprintf(stderr, "  %-10s %s\n", c.name, c.about)
	}
	return flag.ErrHelp
}

func parse(c command, args []string, stderr io.Writer) (options, error) {
	var o options
	var name string
	set := flag.NewFlagSet(c.name, flag.ContinueOnError)
	set.SetOutput(stderr)
	set.StringVar(&name, "name", "real", "name of the cluster")
	set.IntVar(&o.nodes, "nodes", 1, "number of nodes, in two zones")
	if err := set.Parse(args); err != nil {
		return o, err
	}
	o.args = set.Args()
	if o.nodes < 1 || o.nodes > cluster.Most {
		return o, fmt.Errorf("--nodes %d: want 1 to %d", o.nodes, cluster.Most)
	}
	var err error
	o.cluster, err = cluster.New(name)
	return o, err
}
