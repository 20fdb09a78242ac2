//go:build linux

package machine

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// mounts makes the machine's own view of the files. Nothing of it is seen outside.
func mounts(c Config) error {
	// First apart from the host, then shared with the containers: the kubelet
	// relies on the latter.
	if err := mount("none", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return err
	}
	if err := mount("none", "/", "", unix.MS_REC|unix.MS_SHARED, ""); err != nil {
		return err
	}
	if err := mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return err
	}
	keep, err := os.Open(c.Keep)
	if err != nil {
		return err
	}
	defer keep.Close() //nolint:errcheck // It was only read.
	for _, dir := range c.Cover {
		if err := cover(dir, c.Keep, keep); err != nil {
			return err
		}
	}
	for _, over := range slices.Sorted(maps.Keys(c.Bind)) {
		if err := mount(c.Bind[over], over, "", unix.MS_BIND, ""); err != nil {
			return err
		}
	}
	return nil
}

// cover lays an empty directory over one of the host's. What has to be seen and
// lies below is brought back by way of what was opened before.
func cover(dir, keep string, opened *os.File) error {
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		return nil // and nothing in the machine makes it: whoever does is at fault
	}
	if err := mount("tmpfs", dir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=0755"); err != nil {
		return err
	}
	if !strings.HasPrefix(keep, dir+string(filepath.Separator)) {
		return nil
	}
	if err := os.MkdirAll(keep, 0o700); err != nil {
		return err
	}
	return mount(fmt.Sprintf("/proc/self/fd/%d", opened.Fd()), keep, "", unix.MS_BIND, "")
}

func mount(source, target, kind string, flags uintptr, data string) error {
	if err := unix.Mount(source, target, kind, flags, data); err != nil {
		return fmt.Errorf("mount %s: %w", target, err)
	}
	return nil
}
