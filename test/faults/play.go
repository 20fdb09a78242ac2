package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/kubectl-sts/kubectl-sts/test/faults/judge"
	"github.com/kubectl-sts/kubectl-sts/test/faults/lane"
	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
)

// play plays all schedules, some side by side: first those that leave the control
// plane alone, then the rough ones, which hit whatever is beside them. It returns
// how many failed.
func play(ctx context.Context, plane *lane.Plane, o options, all []schedule.Schedule, out io.Writer) (failed int, err error) {
	for _, rough := range []bool{false, true} {
		var some []schedule.Schedule
		for _, s := range all {
			if s.Rough == rough {
				some = append(some, s)
			}
		}
		n, err := sideBySide(ctx, plane, o, some, out)
		failed += n
		if err != nil {
			return failed, err
		}
	}
	return failed, nil
}

func sideBySide(ctx context.Context, plane *lane.Plane, o options, all []schedule.Schedule, out io.Writer) (failed int, err error) {
	next := make(chan schedule.Schedule)
	var mu sync.Mutex
	var lanes sync.WaitGroup
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for range min(o.lanes, len(all)) {
		lanes.Go(func() {
			for s := range next {
				text, bad, broken := one(ctx, plane, o, s)
				mu.Lock()
				if text != "" {
					fmt.Fprintln(out, text)
				}
				if bad {
					failed++
				}
				if broken != nil && err == nil {
					err = broken
					cancel()
				}
				mu.Unlock()
			}
		})
	}
	for _, s := range all {
		select {
		case next <- s:
		case <-ctx.Done():
		}
	}
	close(next)
	lanes.Wait()
	if err == nil {
		err = ctx.Err()
	}
	return failed, err
}

// one plays a schedule. Where it fails it is made smaller, and what is left is
// reported.
func one(ctx context.Context, plane *lane.Plane, o options, s schedule.Schedule) (report string, failed bool, err error) {
	began := time.Now()
	e, err := plane.Play(ctx, s)
	if err != nil && s.Rough && ctx.Err() == nil {
		e, err = plane.Play(ctx, s) // what breaks the control plane may break what is to play it, too
	}
	if err != nil {
		return "", false, err
	}
	breaches := judge.Judge(e)
	if o.all {
		if _, err := keep(o.keep, fmt.Sprintf("seed-%d", s.Seed), e, breaches); err != nil {
			return "", false, err
		}
	}
	if len(breaches) == 0 {
		return fmt.Sprintf("seed %-5d ok, %d runs, %s", s.Seed, len(e.Runs), time.Since(began).Round(100*time.Millisecond)), false, nil
	}
	file, err := keep(o.keep, fmt.Sprintf("seed-%d", s.Seed), e, breaches)
	if err != nil {
		return "", true, err
	}
	text := describe(s, breaches, file)
	smaller, left, tries := reduce(ctx, plane, o, s, breaches)
	if tries > 0 && ctx.Err() == nil {
		if left != nil {
			if file, err = keep(o.keep, fmt.Sprintf("seed-%d-reduced", s.Seed), left, judge.Judge(left)); err != nil {
				return text, true, err
			}
			text += fmt.Sprintf("\n  reduced in %d runs to\n%s\n  repeat: go run ./test/faults -schedule %s.schedule.json",
				tries, brief(smaller), file)
		} else {
			text += fmt.Sprintf("\n  nothing could be left out (%d runs tried)", tries)
		}
	}
	return text, true, nil
}

// describe is the report of a schedule that failed.
func describe(s schedule.Schedule, breaches []judge.Violation, file string) string {
	var out strings.Builder
	fmt.Fprintf(&out, "seed %-5d FAILED", s.Seed)
	for _, v := range breaches {
		fmt.Fprintf(&out, "\n  %s: %s", v.Invariant, v.What)
	}
	fmt.Fprintf(&out, "\n  repeat: make faults FIRST=%d SEEDS=1\n  seen: %s.txt", s.Seed, file)
	return out.String()
}

// keep writes a schedule and what was seen of it into files.
func keep(dir, name string, e *judge.Evidence, breaches []judge.Violation) (string, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return "", err
	}
	file := filepath.Join(dir, name)
	if err := os.WriteFile(file+".schedule.json", []byte(e.Schedule.Text()+"\n"), 0o600); err != nil {
		return "", err
	}
	return file, os.WriteFile(file+".txt", []byte(judge.Story(e, breaches)), 0o600)
}
