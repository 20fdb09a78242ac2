//go:build !unix

package cmdutil

import "os"

// mark is empty: nothing tells a process from a later one of its number.
func mark(int) string { return "" }

// samePlace reports whether nothing is said against both being of this machine.
func samePlace(a, b string) bool { return a == b }

// exists reports whether there is a process of that number.
func exists(process int) bool {
	p, err := os.FindProcess(process)
	if err != nil {
		return false
	}
	_ = p.Release()
	return true
}
