//go:build !linux

// Command node runs a Kubernetes cluster with real nodes, on Linux only.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, unable)
	os.Exit(2)
}
