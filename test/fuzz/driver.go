package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

const module = "github.com/kubectl-sts/kubectl-sts"

// driver runs targets.
type driver struct {
	time time.Duration // for each target
	jobs int
	out  io.Writer
	temp string // a folder for test binaries and what their processes note
}

// binary is where the tests of a package are built.
func (d *driver) binary(t target) string {
	return filepath.Join(d.temp, strings.ReplaceAll(t.dir, "/", "-")+".test")
}

// build builds the tests of a package, with the counters that tell the fuzzing
// engine which code an input gets to.
func (d *driver) build(ctx context.Context, t target) error {
	cmd := exec.CommandContext(ctx, "go", "test", "-c", "-fuzz=.", "-o", d.binary(t), "./"+t.dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the tests of %s: %w\n%s", t.dir, err, out)
	}
	return nil
}

// builds are what builds each package, once, when the first of its targets is to
// run.
func (d *driver) builds(ctx context.Context, targets []target) map[string]func() error {
	out := map[string]func() error{}
	for _, t := range targets {
		if out[t.dir] == nil {
			out[t.dir] = sync.OnceValue(func() error { return d.build(ctx, t) })
		}
	}
	return out
}

// all runs the targets, so many at a time, and prints a line about each when it
// has ended.
func (d *driver) all(ctx context.Context, targets []target) error {
	cache, err := exec.CommandContext(ctx, "go", "env", "GOCACHE").Output()
	if err != nil {
		return fmt.Errorf("go env GOCACHE: %w", err)
	}
	corpus := filepath.Join(strings.TrimSpace(string(cache)), "fuzz", filepath.FromSlash(module)) // where go test has it
	builds := d.builds(ctx, targets)
	_, _ = fmt.Fprintln(d.out, heading)
	var wait sync.WaitGroup
	var lock sync.Mutex // of the output and of what failed
	var failed []error
	slots := make(chan struct{}, d.jobs)
	for _, t := range targets {
		slots <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		wait.Go(func() {
			defer func() { <-slots }()
			r := result{target: t, err: builds[t.dir]()}
			if r.err == nil {
				r = d.one(ctx, t, filepath.Join(corpus, filepath.FromSlash(t.dir)))
			}
			lock.Lock()
			defer lock.Unlock()
			_, _ = fmt.Fprintln(d.out, r.line())
			if r.err != nil {
				_, _ = fmt.Fprintln(d.out, r.output)
				failed = append(failed, fmt.Errorf("%s: %w", t, r.err))
			}
		})
	}
	wait.Wait()
	return errors.Join(append(failed, ctx.Err())...)
}

// one runs a target with one worker. Inputs that the engine finds interesting are
// kept in the folder corpus for the next time.
func (d *driver) one(ctx context.Context, t target, corpus string) result {
	r := result{target: t}
	memory, err := os.MkdirTemp(d.temp, "memory-")
	if err != nil {
		r.err = err
		return r
	}
	cmd := exec.CommandContext(ctx, d.binary(t), "-test.run=^$", "-test.fuzz=^"+t.name+"$", "-test.fuzztime="+d.time.String(),
		"-test.fuzzminimizetime=100x", "-test.parallel=1", "-test.fuzzcachedir="+corpus, "-test.timeout=0")
	var out bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = filepath.FromSlash(t.dir), &out, &out
	cmd.Env = append(os.Environ(), fuzztest.MemoryDir+"="+memory)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // its worker is to end as well
	cmd.WaitDelay = 10 * time.Second
	r.err = cmd.Run()
	r.read(out.String())
	if r.err == nil {
		r.input, r.process, r.err = greediest(memory)
		return r
	}
	why, err := reasons(memory)
	if err != nil {
		why = err.Error()
	}
	r.output += why
	return r
}
