//go:build !windows

package term

import "os"

// escapes reports whether the terminal carries out escape sequences. Those of
// these systems do, but for the dumb ones, which say so.
func escapes(*os.File) bool { return true }
