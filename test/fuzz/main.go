// Command fuzz runs the fuzz targets of the plugin's packages, each for the same
// time, and prints a line about each.
//
//	go run ./test/fuzz [-time 10m] [-jobs 2] [-run 'canary\.FuzzSteps']
//
// A target fails for an input that breaks one of its properties, panics, takes
// longer than five seconds or more than 100 MiB of memory: see fuzztest. That input
// is then a file below the package's testdata/fuzz, which the unit tests run again.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	d := &driver{out: os.Stdout}
	flag.DurationVar(&d.time, "time", time.Minute, "how long each target runs")
	flag.IntVar(&d.jobs, "jobs", 1, "how many targets run at the same time, each with one worker")
	only := flag.String("run", "", "a regular expression of the targets to run, such as canary.FuzzSteps; empty for all")
	flag.Parse()
	err := d.run(ctx, *only)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "fuzz:", err)
		os.Exit(1)
	}
}

// run finds the targets and runs them.
func (d *driver) run(ctx context.Context, only string) error {
	if d.time <= 0 || d.jobs < 1 {
		return errors.New("-time must be more than 0, and -jobs at least 1")
	}
	pick, err := regexp.Compile(only)
	if err != nil {
		return fmt.Errorf("-run: %w", err)
	}
	targets, err := find(".", pick)
	if err != nil {
		return err
	}
	if len(targets) == 0 {
		return fmt.Errorf("-run %s: there is no such target", only)
	}
	if d.temp, err = os.MkdirTemp("", "sts-fuzz-"); err != nil {
		return err
	}
	defer os.RemoveAll(d.temp) //nolint:errcheck // nobody needs it any more
	return d.all(ctx, targets)
}
