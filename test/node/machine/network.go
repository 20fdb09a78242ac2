//go:build linux

package machine

import (
	"fmt"
	"net"

	"golang.org/x/sys/unix"
)

// addresses brings loopback up and gives it these addresses besides: the kubelet
// takes none from 127.0.0.0/8 for its node's.
func addresses(all []string) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd) //nolint:errcheck // Nothing was written.
	up, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	up.SetUint16(unix.IFF_UP | unix.IFF_RUNNING | unix.IFF_LOOPBACK)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, up); err != nil {
		return fmt.Errorf("bring loopback up: %w", err)
	}
	for i, address := range all {
		label, err := unix.NewIfreq(fmt.Sprintf("lo:%d", i+1))
		if err != nil {
			return err
		}
		if err := label.SetInet4Addr(net.ParseIP(address).To4()); err != nil {
			return err
		}
		if err := unix.IoctlIfreq(fd, unix.SIOCSIFADDR, label); err != nil {
			return fmt.Errorf("add address %s: %w", address, err)
		}
		if err := label.SetInet4Addr(net.IPv4bcast.To4()); err != nil {
			return err
		}
		if err := unix.IoctlIfreq(fd, unix.SIOCSIFNETMASK, label); err != nil {
			return fmt.Errorf("set the mask of %s: %w", address, err)
		}
	}
	return nil
}
