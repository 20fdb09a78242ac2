//go:build unix

package fuzztest

import (
	"syscall"
	"time"
)

// worked is how long this process has worked so far. On a machine that lets it wait,
// that is less than what a clock says.
func worked() time.Duration {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
