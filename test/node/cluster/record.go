//go:build linux

package cluster

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// A record is what Up leaves for Down.
type record struct {
	Init  int    // the machine's first process, by its number on the host
	Began string // when that began, by the kernel's clock: the number alone may be anyone's
	Port  int    // of the relay
	Nodes int
	Parts Parts
}

func (c Cluster) read() (record, error) {
	var r record
	content, err := os.ReadFile(c.path("record.json"))
	if err != nil {
		return r, err
	}
	err = json.Unmarshal(content, &r)
	return r, err
}

func (c Cluster) write(r record) error {
	content, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(c.path("record.json"), append(content, '\n'), 0o600)
}

// runs reports whether the machine's first process is there.
func (r record) runs() bool {
	began, err := began(r.Init)
	return err == nil && began == r.Began
}

// began is field 22 of a process's stat. The second is the program's name in
// parentheses, which may have blanks in it.
func began(pid int) (string, error) {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", err
	}
	fields := strings.Fields(string(content[strings.LastIndexByte(string(content), ')')+1:]))
	if len(fields) < 20 || fields[0] == "Z" {
		return "", fmt.Errorf("process %d has ended", pid)
	}
	return fields[19], nil
}

// lock keeps other commands about this cluster waiting until unlock is called.
func (c Cluster) lock() (unlock func(), err error) { return lock(c.Dir + ".lock") }

// lock takes a lock that ends with the process at the latest.
func lock(path string) (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		_ = file.Close()
		return nil, err
	}
	return func() { _ = file.Close() }, nil
}

// Env are the lines that a shell evaluates to work with the cluster.
func (c Cluster) Env() (string, error) {
	r, err := c.read()
	if err != nil {
		return "", fmt.Errorf("there is no cluster %q", c.Name)
	}
	return fmt.Sprintf("export KUBECONFIG='%s'\nexport PATH='%s':$PATH\n", c.Kubeconfig(), r.Parts.Control), nil
}
