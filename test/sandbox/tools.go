//go:build tools

package main

// The imports keep kwok's requirements in go.mod; the sandbox builds both
// commands from there and links neither into itself.
import (
	_ "sigs.k8s.io/kwok/cmd/kwok"
	_ "sigs.k8s.io/kwok/cmd/kwokctl"
)
