package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

// result is what became of a target.
type result struct {
	target      target
	inputs      int // that were tried
	interesting int // that got to code which none before had got to
	elapsed     time.Duration
	input       uint64 // bytes that the greediest input took
	process     uint64 // bytes that the greatest process had from the system
	output      string
	err         error
}

// heading stands above the lines of the results.
const heading = "target                          inputs  interesting   elapsed    input  process"

func (r result) line() string {
	words := fmt.Sprintf("%-30s %8d %12d %9s %8s %8s", r.target, r.inputs, r.interesting, r.elapsed, mebibytes(r.input), mebibytes(r.process))
	if r.err != nil {
		words += "  FAILED"
	}
	return words
}

func mebibytes(n uint64) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1fM", float64(n)/(1<<20))
}

// progress is a line of Go's fuzzing engine.
var progress = regexp.MustCompile(`^fuzz: elapsed: (\S+), execs: (\d+) .*new interesting: (\d+) `)

// read takes the numbers out of what the engine said, and forgives it a failure that
// no input is to blame for: when the time is over just as it waits for its worker, it
// may take that for an error.
func (r *result) read(output string) {
	r.output = output
	only := true
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		if m := progress.FindStringSubmatch(line); m != nil {
			r.elapsed, _ = time.ParseDuration(m[1])
			r.inputs, _ = strconv.Atoi(m[2])
			r.interesting, _ = strconv.Atoi(m[3])
		}
		switch {
		case line == "", line == "FAIL", line == "context deadline exceeded", strings.HasPrefix(line, "fuzz: elapsed: "),
			strings.HasPrefix(line, "--- FAIL: "+r.target.name+" "):
		default:
			only = false
		}
	}
	if only && strings.Contains(output, "context deadline exceeded") {
		r.err = nil
	}
}

// reasons are why processes of the target ended that had an input out of its bounds.
func reasons(dir string) (string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*"+fuzztest.EndSuffix))
	if err != nil {
		return "", err
	}
	var out strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		_, _ = fmt.Fprintf(&out, "%s\n", text)
	}
	return out.String(), nil
}

// greediest are the largest numbers that the processes of the target have noted.
func greediest(dir string) (input, process uint64, err error) {
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		return 0, 0, err
	}
	for _, file := range files {
		if strings.HasSuffix(file, fuzztest.EndSuffix) {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return 0, 0, err
		}
		if len(text) == 0 {
			continue // the process was ended while it wrote
		}
		var in, all uint64
		if _, err := fmt.Sscanf(string(text), "%d %d", &in, &all); err != nil {
			return 0, 0, fmt.Errorf("%s: %w", text, err)
		}
		input, process = max(input, in), max(process, all)
	}
	if process == 0 {
		return 0, 0, errors.New("no input was measured: the time was too short, or the target does not use fuzztest.Bound")
	}
	return input, process, nil
}
