// Command bench measures the plugin against kubectl, side by side in one run
// on a sandbox of its own, and prints the table of docs/performance.md.
//
//	go run ./test/bench [-rounds 7] [-only watches] [-small] [-write docs/performance.md]
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
	only := flag.String("only", "", "the one comparison to make, such as rollouts or claims; none is written then")
	small := flag.Bool("small", false, "compare claims in the smaller cluster alone; nothing is written then")
	plugin := flag.String("plugin", "bin/kubectl-sts", "the plugin to measure")
	flag.Parse()
	if *only != "" || *small {
		*write = ""
	}
	sizes := []size{{50, "20 000", 5}, {500, "200 000", 1}} // kubectl takes minutes and gigabytes for the second
	if *small {
		sizes = sizes[:1]
	}
	err := run(ctx, *rounds, *plugin, *only, *write, sizes)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, rounds int, plugin, only, write string, sizes []size) (err error) {
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
	for _, comparison := range []struct {
		name string
		make func(context.Context, *sandbox, int) ([]row, error)
	}{
		{"rollouts", rollouts},
		{"starts", starts},
		{"requests", requests},
		{"watches", watches},
		{"lint", lint},
		{"recreates", recreates},
		{"claims", inSizes(sizes)},
	} {
		if only != "" && only != comparison.name {
			continue
		}
		more, err := comparison.make(ctx, box, rounds)
		if err != nil {
			return err
		}
		rows = append(rows, more...)
	}
	if len(rows) == 0 {
		return fmt.Errorf("-only %s: there is no such comparison", only)
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
