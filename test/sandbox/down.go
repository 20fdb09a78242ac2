package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// volumes is where the host path provisioner of the controller manager puts
// every cluster's volumes; the place is written into it.
const volumes = "/tmp/hostpath_pv"

// runDown ends the processes that `up` started under this name and removes
// the cluster's directory. A cluster that is not there is no error.
func runDown(ctx context.Context, o options) error {
	c, err := newCluster(o.name)
	if err != nil {
		return err
	}
	unlock, err := c.lock(ctx, o.stderr)
	if err != nil {
		return err
	}
	defer unlock()
	if !exists(c.dir) {
		fmt.Fprintf(o.stderr, "sandbox: there is no cluster %q\n", c.name)
		return nil
	}
	if err := c.remove(ctx); err != nil {
		return err
	}
	fmt.Fprintf(o.stderr, "sandbox: cluster %q is gone\n", c.name)
	return nil
}

// remove leaves nothing of the cluster, whatever state it is in.
func (c cluster) remove(ctx context.Context) error {
	if err := c.end(ctx, c.started()...); err != nil {
		return err
	}
	for _, path := range c.volumePaths() {
		_ = os.Remove(path) // empty, since no kubelet ever wrote to it; if not, it stays
	}
	_ = os.Remove(volumes) // goes with the last cluster's last volume
	return os.RemoveAll(c.dir)
}

// volumePaths are the directories that the provisioner made for this cluster.
// The audit log has them, also when there is no API server left to ask: for
// this the policy keeps what is sent when a volume is created.
func (c cluster) volumePaths() []string {
	pattern := strings.TrimSuffix(c.auditLog(), ".log") + "*.log" // with those rotated away
	logs, _ := filepath.Glob(pattern)
	var paths []string
	for _, name := range logs {
		file, err := os.Open(name)
		if err != nil {
			continue
		}
		paths = append(paths, createdVolumes(file)...)
		_ = file.Close() // it was only read
	}
	return paths
}

// createdVolumes reads an audit log for the host path volumes created in it.
func createdVolumes(log io.Reader) []string {
	var paths []string
	lines := bufio.NewScanner(log)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		if !bytes.Contains(lines.Bytes(), []byte(volumes)) {
			continue
		}
		var event struct {
			RequestObject struct {
				Spec struct{ HostPath struct{ Path string } }
			}
		}
		if json.Unmarshal(lines.Bytes(), &event) != nil {
			continue // the line that was being written when the process ended
		}
		if path := event.RequestObject.Spec.HostPath.Path; filepath.Dir(path) == volumes {
			paths = append(paths, path)
		}
	}
	return paths
}
