//go:build !linux

// Command node runs a Kubernetes cluster with real nodes, on Linux only.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "node: a real node needs root and Linux")
	os.Exit(2)
}
