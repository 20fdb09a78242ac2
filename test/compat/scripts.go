package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// outcome is what became of the scripts of one run.
type outcome struct {
	passed  []string
	failed  []string
	leftOut map[string]string // by the script's name: why
}

func (o outcome) String() string {
	return fmt.Sprintf("%d passed, %d failed, %d left out", len(o.passed), len(o.failed), len(o.leftOut))
}

// runScripts runs all scripts against one version. That some fail is no error.
func runScripts(ctx context.Context, version string) (outcome, error) {
	build := exec.CommandContext(ctx, "go", "run", "-C", "test/sandbox", ".", "build", "--version", version)
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		return outcome{}, err
	}
	tests := exec.CommandContext(ctx, "go", "test", "-json", "-count=1", "-timeout=60m", "-run=^TestScripts$", "./test/e2e")
	tests.Env = append(os.Environ(), "KUBE_VERSION="+version)
	tests.Stderr = os.Stderr
	// The test takes its clusters down before it ends.
	tests.Cancel = func() error { return tests.Process.Signal(os.Interrupt) }
	tests.WaitDelay = time.Minute
	out, err := tests.StdoutPipe()
	if err != nil {
		return outcome{}, err
	}
	if err := tests.Start(); err != nil {
		return outcome{}, err
	}
	o, err := readEvents(out, os.Stderr, reasonOf)
	if err = errors.Join(err, ctx.Err()); err != nil {
		return outcome{}, errors.Join(err, tests.Wait())
	}
	bad := tests.Wait()
	if len(o.failed) == 0 && bad != nil || len(o.passed) == 0 {
		return outcome{}, fmt.Errorf("the scripts did not run to their end: %w", errors.Join(bad, errors.New("see above")))
	}
	return o, nil
}

// event is a line of go test -json.
type event struct {
	Action, Test, Output string
}

// readEvents sorts the scripts by how they ended, and shows what a person wants
// to see meanwhile: what failed, and what no script has said.
func readEvents(in io.Reader, show io.Writer, reason func(script string) string) (outcome, error) {
	o := outcome{leftOut: map[string]string{}}
	said := map[string]string{}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return o, fmt.Errorf("%w: %s", err, lines.Text())
		}
		script, of := strings.CutPrefix(e.Test, "TestScripts/")
		switch {
		case !of && e.Action == "output":
			_, _ = io.WriteString(show, e.Output)
		case !of:
		case e.Action == "output":
			said[script] += e.Output
		case e.Action == "pass":
			o.passed = append(o.passed, script)
		case e.Action == "fail":
			o.failed = append(o.failed, script)
			_, _ = io.WriteString(show, said[script])
		case e.Action == "skip":
			o.leftOut[script] = reason(script)
		}
		if e.Action == "pass" || e.Action == "fail" || e.Action == "skip" {
			delete(said, script)
		}
	}
	slices.Sort(o.passed)
	slices.Sort(o.failed)
	return o, lines.Err()
}

var skips = regexp.MustCompile(`(?m)^\[kube[^]]*\] skip '([^']+)'$`)

// reasonOf is why a script leaves itself out on some versions: it says so itself.
func reasonOf(script string) string {
	text, err := os.ReadFile(filepath.Join(scriptsDir, script+".txtar"))
	if err != nil {
		return err.Error()
	}
	if found := skips.FindSubmatch(text); found != nil {
		return string(found[1])
	}
	return "not on this machine"
}
