package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// result is what became of one run.
type result struct {
	what   string
	failed []string // the tests that failed; where none is named and err is set, the run itself did
	err    error
	log    string
	took   time.Duration
}

// String is the line about it.
func (r result) String() string {
	said := "passed"
	switch {
	case len(r.failed) > 0:
		said = "FAILED: " + strings.Join(r.failed, " ")
	case r.err != nil:
		said = "FAILED: " + r.err.Error()
	}
	return fmt.Sprintf("soak: %s: %s (%s, %s)", r.what, said, r.took.Round(time.Second), r.log)
}

// round runs the suite once.
func round(ctx context.Context, o options, suite string, n int) result {
	args := []string{"-test.count=1", "-test.timeout=90m"}
	if o.run != "" {
		args = append(args, "-test.run="+o.run)
	}
	return logged(ctx, o, fmt.Sprintf("round-%d", n), filepath.Join("test", "e2e"), suite, args...)
}

// unitTests runs the tests that need no cluster, under the race detector. Once
// is enough: where they depend on time, that is a clock of their own.
func unitTests(ctx context.Context, o options) result {
	return logged(ctx, o, "unit-race", ".", "make", "unit", "RACE=1")
}

// logged runs a program with a log of its own.
func logged(ctx context.Context, o options, what, dir, program string, args ...string) result {
	r := result{what: what, log: filepath.Join(o.logs, what+".log")}
	file, err := os.Create(r.log)
	if err != nil {
		r.err = err
		return r
	}
	begin := time.Now()
	cmd := command(ctx, program, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, file, file
	r.err = errors.Join(cmd.Run(), file.Close())
	r.took = time.Since(begin)
	if r.err != nil {
		text, err := os.ReadFile(r.log)
		r.err = errors.Join(r.err, err)
		r.failed = failures(string(text))
	}
	return r
}

var failure = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)`)

// failures are the tests that failed by themselves: not those that did because a
// part of them has.
func failures(text string) []string {
	var all []string
	for _, match := range failure.FindAllStringSubmatch(text, -1) {
		all = append(all, match[1])
	}
	return slices.DeleteFunc(slices.Clone(all), func(name string) bool {
		return slices.ContainsFunc(all, func(other string) bool { return strings.HasPrefix(other, name+"/") })
	})
}

// summary says what ever failed, how often and where the logs are.
func summary(results []result, out io.Writer) error {
	logs := map[string][]string{}
	for _, r := range results {
		names := r.failed
		if len(names) == 0 && r.err != nil {
			names = []string{r.what}
		}
		for _, name := range names {
			logs[name] = append(logs[name], r.log)
		}
	}
	if len(logs) == 0 {
		fmt.Fprintf(out, "soak: nothing failed in %d runs\n", len(results))
		return nil
	}
	var names []string
	for name := range logs {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(out, "%s failed %d of %d times: %s\n", name, len(logs[name]), len(results), strings.Join(logs[name], " "))
	}
	return fmt.Errorf("%d tests failed at least once", len(names))
}
