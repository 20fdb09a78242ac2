// Command sandbox runs a real Kubernetes control plane on this machine, built
// from Go modules: etcd, kube-apiserver, kube-controller-manager,
// kube-scheduler, and kwok, which plays the kubelets. It needs Go and nothing
// else: no containers, no downloads but modules. Linux and macOS.
//
//	go run -C test/sandbox . up
//	eval "$(go run -C test/sandbox . env)"
//	kubectl get nodes
//	go run -C test/sandbox . down
//
// What becomes of a pod is chosen by its image's tag; README.md has the list.
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
)

// pinned is the Kubernetes version that kube/go.mod names: the one that the
// tests are written for. Others are built with --version.
const pinned = "v1.37.2"

// options are the flags of all commands; each takes those it has a use for.
type options struct {
	name    string
	version string
	nodes   int
	args    []string // components, for freeze and thaw
	stdout  io.Writer
	stderr  io.Writer
}

// A command is one verb of the command line.
type command struct {
	name  string
	about string
	flags string // which of the options it takes, and whether components
	run   func(context.Context, options) error
}

func commands() []command {
	return []command{
		{"build", "build the control plane, once for all clones on this machine", "version", runBuild},
		{"up", "start a cluster and print its kubeconfig's path", "name version nodes", runUp},
		{"down", "stop the cluster and remove what it left", "name", runDown},
		{"env", "print the shell lines that select the cluster", "name", runEnv},
		{"stop-apiserver", "kill the API server, as a crash would", "name", runStopAPIServer},
		{"start-apiserver", "start the API server again", "name", runStartAPIServer},
		{"restart-apiserver", "kill the API server and start it again", "name", runRestartAPIServer},
		{"stop-controllers", "kill all but etcd and the API server; start-apiserver starts them again", "name", runStopControllers},
		{"freeze", "stop controllers, scheduler or kubelets where they stand", "name components", runFreeze},
		{"thaw", "let them go on", "name components", runThaw},
	}
}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := dispatch(ctx, args, stdout, stderr)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case ctx.Err() != nil:
		fmt.Fprintln(stderr, "sandbox: interrupted")
		return 130
	default:
		fmt.Fprintln(stderr, "sandbox:", err)
		return 1
	}
}

// dispatch finds the command, reads its flags and runs it.
func dispatch(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		usage(stderr)
		return flag.ErrHelp
	}
	for _, c := range commands() {
		if c.name != args[0] {
			continue
		}
		o, err := parse(c, args[1:], stderr)
		if err != nil {
			return err
		}
		o.stdout, o.stderr = stdout, stderr
		return c.run(ctx, o)
	}
	usage(stderr)
	return fmt.Errorf("unknown command %q", args[0])
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "usage: go run -C test/sandbox . <command> [flags]")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-18s %s\n", c.name, c.about)
	}
}
