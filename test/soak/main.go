// Command soak runs the e2e suite again and again while something else keeps
// every processor busy, and says which scripts ever failed. A suite that passes
// here does not pass by luck.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// options are the flags.
type options struct {
	rounds int
	lanes  int    // suites side by side
	burn   int    // processors to keep busy
	run    string // which tests, as for go test
	logs   string // the directory of the logs
}

func main() {
	var o options
	flag.IntVar(&o.rounds, "n", 10, "how often the suite runs")
	flag.IntVar(&o.lanes, "lanes", 1, "how many suites run side by side")
	flag.StringVar(&o.run, "run", "", "the tests to run, as for go test; empty is all")
	flag.StringVar(&o.logs, "logs", filepath.Join("dist", "soak"), "the directory for the logs")
	flag.IntVar(&o.burn, "busy", runtime.NumCPU(), "how many processors to keep busy; 0 where something else does")
	burn := flag.Bool("burn", false, "keep a processor busy until standard input ends")
	flag.Parse()
	if *burn {
		burnUntil(os.Stdin)
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := soak(ctx, o, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

// soak prepares what all rounds share, and runs them.
func soak(ctx context.Context, o options, out io.Writer) error {
	if o.rounds < 1 || o.lanes < 1 {
		return errors.New("-n and -lanes have to be at least 1")
	}
	if err := os.MkdirAll(o.logs, 0o750); err != nil {
		return err
	}
	suite, err := filepath.Abs(filepath.Join(o.logs, "e2e.test"))
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "soak: building the control plane and the suite")
	for _, args := range [][]string{
		{"run", "-C", filepath.Join("test", "sandbox"), ".", "build"},
		{"test", "-c", "-o", suite, "./test/e2e"},
	} {
		cmd := command(ctx, "go", args...)
		cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("go %s: %w", strings.Join(args, " "), err)
		}
	}
	stop, err := startBurners(o.burn)
	if err != nil {
		return err
	}
	defer stop()

	results := []result{unitTests(ctx, o)}
	fmt.Fprintln(out, results[0])
	results = append(results, suites(ctx, o, suite, out)...)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return summary(results, out)
}

// suites runs the rounds, some of them side by side.
func suites(ctx context.Context, o options, suite string, out io.Writer) []result {
	rounds := make(chan int)
	var mu sync.Mutex
	var all []result
	var lanes sync.WaitGroup
	for range o.lanes {
		lanes.Go(func() {
			for n := range rounds {
				r := round(ctx, o, suite, n)
				mu.Lock()
				all = append(all, r)
				fmt.Fprintln(out, r)
				mu.Unlock()
			}
		})
	}
	for n := 1; n <= o.rounds && ctx.Err() == nil; n++ {
		rounds <- n
	}
	close(rounds)
	lanes.Wait()
	return all
}

// command is a program that is interrupted with the context, and has the time
// to end its clusters then.
func command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = time.Minute
	return cmd
}
