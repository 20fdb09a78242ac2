//go:build !unix

package term

import "os"

// Resizes tells nothing here: the size is asked for whenever something is drawn.
func Resizes() (resized <-chan os.Signal, stop func()) { return nil, func() {} }
