//go:build !unix

package process

import "os"

// Mark is empty: nothing tells a process from a later one of its number.
func Mark(int) string { return "" }

// SamePlace reports whether nothing is said against both being of this machine.
func SamePlace(a, b string) bool { return a == b }

// Exists reports whether there is a process of that number.
func Exists(process int) bool {
	p, err := os.FindProcess(process)
	if err != nil {
		return false
	}
	_ = p.Release()
	return true
}
