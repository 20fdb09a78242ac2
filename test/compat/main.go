// Command compat runs the end-to-end scripts against several versions of
// Kubernetes, one after another, and writes what became of them to the table of
// docs/compatibility.md. Versions that it does not run keep their rows.
//
//	go run ./test/compat 1.37.2 1.36.3
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"syscall"
)

const (
	pagePath   = "docs/compatibility.md"
	scriptsDir = "test/e2e/testdata/script"
)

var validVersion = regexp.MustCompile(`^\d+\.\d+\.\d+$`)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "compat:", err)
		os.Exit(1)
	}
}

// run goes on with the next version where scripts of one have failed: the table
// is to show all of it.
func run(ctx context.Context, versions []string) error {
	for _, v := range versions {
		if !validVersion.MatchString(v) {
			return fmt.Errorf("%q: want versions such as 1.37.2", v)
		}
	}
	if len(versions) == 0 {
		return errors.New("name the versions to run, such as 1.37.2 1.36.3")
	}
	var failed []string
	for _, v := range versions {
		o, err := runScripts(ctx, v)
		if err != nil {
			return fmt.Errorf("kubernetes %s: %w", v, err)
		}
		if err := record(v, o); err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "compat: Kubernetes %s: %s\n", v, o)
		for _, name := range o.failed {
			failed = append(failed, name+" ("+v+")")
		}
	}
	if len(failed) > 0 {
		return fmt.Errorf("failed: %s", strings.Join(failed, ", "))
	}
	return nil
}

// record puts a version's outcome into the page.
func record(version string, o outcome) error {
	text, err := os.ReadFile(pagePath)
	if err != nil {
		return err
	}
	t, err := parsePage(string(text))
	if err != nil {
		return err
	}
	t.set(version, o)
	return os.WriteFile(pagePath, []byte(t.page()), 0o644) //nolint:gosec // documentation, for everybody to read
}
