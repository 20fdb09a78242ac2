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
	"syscall"
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

// build builds the tests of each package once, with the counters that tell the
// fuzzing engine which code an input gets to.
func (d *driver) build(ctx context.Context, targets []target) error {
	done := map[string]bool{}
	for _, t := range targets {
		if done[t.dir] {
			continue
		}
		done[t.dir] = true
		cmd := exec.CommandContext(ctx, "go", "test", "-c", "-fuzz=.", "-o", d.binary(t), "./"+t.dir)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("build the tests of %s: %w\n%s", t.dir, err, out)
		}
	}
	return nil
}

// all runs the targets, so many at a time, and prints a line about each when it
// has ended.
func (d *driver) all(ctx context.Context, targets []target) error {
	cache, err := exec.CommandContext(ctx, "go", "env", "GOCACHE").Output()
	if err != nil {
		return fmt.Errorf("go env GOCACHE: %w", err)
	}
	corpus := filepath.Join(strings.TrimSpace(string(cache)), "fuzz", filepath.FromSlash(module)) // where go test has it
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
			r := d.one(ctx, t, filepath.Join(corpus, filepath.FromSlash(t.dir)))
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
		"-test.parallel=1", "-test.fuzzcachedir="+corpus, "-test.timeout=0")
	var out bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = filepath.FromSlash(t.dir), &out, &out
	cmd.Env = append(os.Environ(), fuzztest.MemoryDir+"="+memory)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // its worker is to end as well
	cmd.WaitDelay = 10 * time.Second
	r.err = cmd.Run()
	r.read(out.String())
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		r.process = uint64(usage.Maxrss) * 1024 //nolint:gosec // never negative
	}
	if r.err == nil {
		r.input, r.err = greediest(memory)
	}
	return r
}
