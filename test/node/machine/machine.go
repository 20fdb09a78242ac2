//go:build linux

// Package machine is a machine inside the machine: network, mount and process
// namespaces of its own, with what runs in them. Its network has loopback and
// what the container runtime adds; there is no way out. When its first process
// ends, the kernel ends all others, and mounts and network go with them.
package machine

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// A Config says what the machine is like. It lies in the machine's directory.
type Config struct {
	Dir       string            // state, sockets and logs
	Keep      string            // a directory that is seen whatever is covered
	Cover     []string          // directories of the host that are seen empty, and written to in vain
	Bind      map[string]string // paths of the host that are seen as other files
	Addresses []string          // of its own, beside loopback
	Relay     string            // where in it connections go that come in by the listener
	Images    string            // the directory of images that its registry serves
	DNS       DNS
	Processes []Process
	Lifeline  bool // it ends with whoever holds the other end of a pipe
}

// A Process is a program that Start starts by its name.
type Process struct {
	Name string
	Args []string
	Env  []string
}

func configFile(dir string) string    { return filepath.Join(dir, "machine.json") }
func controlSocket(dir string) string { return filepath.Join(dir, "control.sock") }

// LogFile is where a process of the machine writes to.
func LogFile(dir, process string) string { return filepath.Join(dir, "logs", process+".log") }

func (c Config) write() error {
	content, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(configFile(c.Dir), content, 0o600)
}

func readConfig(dir string) (Config, error) {
	var c Config
	content, err := os.ReadFile(configFile(dir))
	if err != nil {
		return c, err
	}
	err = json.Unmarshal(content, &c)
	return c, err
}

func (c Config) process(name string) (Process, error) {
	for _, p := range c.Processes {
		if p.Name == name {
			return p, nil
		}
	}
	return Process{}, fmt.Errorf("the machine has no process %q", name)
}
