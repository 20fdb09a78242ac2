//go:build roundtrip

package roundtrip

// on says that the program compares what it runs.
const on = true
