// Package reporttest has what the tests of reports share: runs as the engine would
// tell them, golden files, terminals, and texts that want to do harm.
package reporttest
