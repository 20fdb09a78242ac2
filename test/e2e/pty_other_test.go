//go:build !linux

package e2e

import "github.com/rogpeppe/go-internal/testscript"

// Elsewhere terminals are made in other ways; the scripts that need one say
// [linux], and those with ttyin run everywhere.

func cmdRunTTY(ts *testscript.TestScript, _ *world, _ []string) { ts.Fatalf("runtty is for Linux") }

func cmdRunScreen(ts *testscript.TestScript, _ *world, _ []string) {
	ts.Fatalf("runscreen is for Linux")
}

func cmdType(ts *testscript.TestScript, _ *world, _ []string) { ts.Fatalf("type is for Linux") }
