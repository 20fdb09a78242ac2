// Command faults plays schedules of commands and faults, made out of seeds, against
// a real control plane, and holds what was seen against the plugin's promises.
//
//	go run ./test/faults [-rough] [-first 1] [-seeds 40] [-lanes 6]
//	go run ./test/faults -schedule FILE
//	go run ./test/faults -prove
//
// README.md says what a schedule is, and which promises there are.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/kubectl-sts/kubectl-sts/test/controlplane"
	"github.com/kubectl-sts/kubectl-sts/test/faults/lane"
	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
)

// clusters are those that this program starts.
const clusters controlplane.Clusters = "faults"

// options are the flags.
type options struct {
	first    uint64
	seeds    int
	lanes    int
	plugin   string
	schedule string // a file
	reruns   int    // how often a reduced schedule is tried
	keep     string // the directory for what failed
	all      bool   // keep what was seen of those that did not fail, too
	prove    bool
	print    bool
	with     string // a regular expression
	rough    bool
}

func main() {
	controlplane.BeJanitor()
	if how := os.Getenv(sabotageVar); how != "" {
		os.Exit(sabotage(how, os.Args[1:]))
	}
	var o options
	flag.Uint64Var(&o.first, "first", 1, "the first seed")
	flag.IntVar(&o.seeds, "seeds", 40, "how many seeds")
	flag.IntVar(&o.lanes, "lanes", 6, "how many schedules are played side by side")
	flag.StringVar(&o.plugin, "plugin", "", "the plugin; empty is one that is built for this, with the tag roundtrip")
	flag.StringVar(&o.schedule, "schedule", "", "a file with one schedule, instead of seeds")
	flag.IntVar(&o.reruns, "reduce", 24, "how many runs may be spent on making a schedule that failed smaller")
	flag.StringVar(&o.keep, "out", filepath.Join("dist", "faults"), "the directory for schedules that failed, and what was seen of them")
	flag.BoolVar(&o.all, "all", false, "keep what was seen of schedules that did not fail, too")
	flag.BoolVar(&o.prove, "prove", false, "break the plugin on purpose, in each way that a promise forbids, and see that it is caught")
	flag.BoolVar(&o.print, "print", false, "print the schedules and play nothing")
	flag.StringVar(&o.with, "with", "", "only the seeds and proofs that have a command which this regular expression matches")
	flag.BoolVar(&o.rough, "rough", false, "only the seeds that restart the API server or stop the controllers")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "faults:", err)
		os.Exit(1)
	}
}

// schedules are those that the flags ask for.
func (o options) schedules() ([]schedule.Schedule, error) {
	if o.schedule != "" {
		text, err := os.ReadFile(o.schedule)
		if err != nil {
			return nil, err
		}
		s, err := schedule.Parse(text)
		return []schedule.Schedule{s}, err
	}
	with, err := regexp.Compile(o.with)
	if err != nil {
		return nil, err
	}
	var out []schedule.Schedule
	for i := range o.seeds {
		s := schedule.Generate(o.first + uint64(i))
		if o.rough && !s.Rough {
			continue
		}
		if slices.ContainsFunc(s.Acts, func(a schedule.Act) bool { return with.MatchString(strings.Join(a.Args, " ")) }) {
			out = append(out, s)
		}
	}
	return out, nil
}

func run(ctx context.Context, o options) (err error) {
	all, err := o.schedules()
	if err != nil {
		return err
	}
	if o.print {
		for _, s := range all {
			fmt.Println(s.Text())
		}
		return nil
	}
	work, err := os.MkdirTemp("", "kubectl-sts-faults-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	plane, end, err := start(ctx, o, work)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	began := time.Now()
	if o.prove {
		if err := prove(ctx, plane, o, os.Stdout); err != nil {
			return err
		}
		fmt.Printf("faults: every rule has caught a plugin that breaks it (%s)\n", time.Since(began).Round(time.Second))
		if o.seeds == 0 {
			return nil
		}
		began = time.Now()
	}
	failed, err := play(ctx, plane, o, all, os.Stdout)
	if err != nil {
		return err
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d schedules failed", failed, len(all))
	}
	fmt.Printf("faults: %d schedules, every promise kept (%s)\n", len(all), time.Since(began).Round(time.Second))
	return nil
}

// start starts a control plane that ends with this process.
func start(ctx context.Context, o options, work string) (*lane.Plane, func() error, error) {
	if err := clusters.SweepOld(); err != nil {
		return nil, nil, err
	}
	janitor, err := clusters.StartJanitor()
	if err != nil {
		return nil, nil, err
	}
	fail := func(err error) (*lane.Plane, func() error, error) {
		return nil, nil, errors.Join(err, janitor.Done())
	}
	if err := janitor.Watch(clusters.Name()); err != nil {
		return fail(err)
	}
	plugin := o.plugin
	if plugin == "" {
		plugin = filepath.Join(work, "kubectl-sts")
		if err := controlplane.BuildPlugin(ctx, work); err != nil {
			return fail(err)
		}
	}
	if plugin, err = filepath.Abs(plugin); err != nil {
		return fail(err)
	}
	cluster, err := controlplane.Start(clusters.Name())
	if err != nil {
		return fail(err)
	}
	plane, err := lane.NewPlane(ctx, cluster, plugin, work)
	if err != nil {
		return fail(err)
	}
	return plane, janitor.Done, nil
}
