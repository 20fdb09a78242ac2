// Command kubectl-sts is the kubectl plugin behind "kubectl sts".
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/kubectl-sts/kubectl-sts/pkg/cli"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal ends the run in good order; with the handler gone, the
	// second kills.
	context.AfterFunc(ctx, stop)
	os.Exit(cli.Main(ctx, term.Standard(), os.Args[1:]))
}
