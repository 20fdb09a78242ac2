//go:build linux

package machine

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// namespaces are those of its own that the machine has.
const namespaces = unix.CLONE_NEWNET | unix.CLONE_NEWNS | unix.CLONE_NEWPID

// ErrUnable says that there can be no machine here.
var ErrUnable = errors.New("a real node needs root and Linux")

// Able returns ErrUnable where nobody may make a machine: who is not root, and root in a
// container without rights over namespaces.
func Able() error {
	if os.Geteuid() != 0 {
		return ErrUnable
	}
	tried := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends, with the namespaces
		tried <- unix.Unshare(namespaces)
	}()
	if err := <-tried; err != nil {
		return fmt.Errorf("%w, with namespaces of its own: %w", ErrUnable, err)
	}
	return nil
}
