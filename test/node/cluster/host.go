//go:build linux

package cluster

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// counters are settings that no one sets: they count, or are different each time.
var counters = []string{
	"fs/dentry-state", "fs/file-nr", "fs/inode-nr", "fs/inode-state", "fs/aio-nr", "fs/quota", "fs/binfmt_misc", "kernel/ns_last_pid",
	"kernel/pty/nr", "kernel/random", "kernel/sched_domain", "net/netfilter/nf_conntrack_count", "vm/stat_refresh",
}

// HostSettings are what a cluster could leave changed behind it on this machine:
// the kernel's settings, mounts, control groups, network devices and routes.
func (c Cluster) HostSettings() (map[string]string, error) {
	all := map[string]string{}
	const settings = "/proc/sys"
	err := filepath.WalkDir(settings, func(path string, d fs.DirEntry, err error) error {
		name := strings.TrimPrefix(path, settings+"/")
		if slices.ContainsFunc(counters, func(c string) bool { return name == c || strings.HasPrefix(name, c+"/") }) {
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if err != nil || d.IsDir() {
			return nil //nolint:nilerr // What is not to be listed is not to be changed.
		}
		content, err := os.ReadFile(path) //nolint:gosec // Nobody makes links there.
		if err == nil {
			all["setting "+name] = strings.TrimSpace(string(content))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for kind, file := range map[string]string{"mounts": "/proc/self/mounts", "routes": "/proc/net/route"} {
		content, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all[kind] = string(content)
	}
	hierarchies, err := hierarchies()
	if err != nil {
		return nil, err
	}
	dirs := slices.Concat(hierarchies, []string{devices, "/run", "/var/lib", "/var/log", "/usr/libexec", "/etc"})
	return all, c.addDirectories(all, dirs)
}

// devices has the network devices, as links.
const devices = "/sys/class/net"

// addDirectories adds what is there by its name alone, but for other clusters' groups.
// Not every machine has all of these directories.
func (c Cluster) addDirectories(all map[string]string, dirs []string) error {
	for _, dir := range dirs {
		entries, err := os.ReadDir(dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), cgroupPrefix) && !strings.HasPrefix(e.Name(), cgroupPrefix+c.Name+"-") {
				continue
			}
			if e.IsDir() || dir == devices {
				all["directory "+filepath.Join(dir, e.Name())] = "there"
			}
		}
	}
	return nil
}

// Changed names what differs between two looks, with what it was and is.
func Changed(before, after map[string]string) []string {
	var all []string
	for name, value := range before {
		if now, there := after[name]; !there {
			all = append(all, name+" is gone")
		} else if now != value {
			all = append(all, name+" was "+value+" and is "+now)
		}
	}
	for name := range after {
		if _, there := before[name]; !there {
			all = append(all, name+" is new")
		}
	}
	slices.Sort(all)
	return all
}
