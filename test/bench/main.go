// Command bench measures the plugin against kubectl, side by side in one run
// on a sandbox of its own, and prints the table of docs/performance.md.
//
//	go run ./test/bench [-rounds 7] [-write docs/performance.md]
//
// Times of one machine mean little; the ratios are what is compared. Each
// round runs the candidates one after another, and a ratio is the median of
// the rounds' ratios.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	rounds := flag.Int("rounds", 7, "how often each comparison is made")
	write := flag.String("write", "", "a Markdown file whose table is replaced")
	plugin := flag.String("plugin", "bin/kubectl-sts", "the plugin to measure")
	flag.Parse()
	err := run(ctx, *rounds, *plugin, *write)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, rounds int, plugin, write string) (err error) {
	box, err := startSandbox(ctx, plugin)
	if err != nil {
		return err
	}
	defer func() {
		if e := box.stop(); err == nil {
			err = e
		}
	}()
	if err := box.prepare(ctx); err != nil {
		return err
	}
	var rows []row
	for _, compare := range []func(context.Context, *sandbox, int) ([]row, error){rollouts, starts, requests} {
		more, err := compare(ctx, box, rounds)
		if err != nil {
			return err
		}
		rows = append(rows, more...)
	}
	table := markdown(rows)
	fmt.Print(table)
	if write != "" {
		if err := replaceTable(write, table); err != nil {
			return err
		}
	}
	return missed(rows)
}
