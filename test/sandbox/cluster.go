package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// A cluster is one directory: what is in there belongs to `up` and `down`,
// and nothing of a cluster is anywhere else but the volumes' (empty)
// directories, which the host path provisioner makes under /tmp.
type cluster struct {
	name string
	dir  string
}

// A record is what `up` leaves for the other commands.
type record struct {
	Version string
	Bin     string
	Objects string // hash of the objects applied last; empty until the first time
	Ports   []int  // what it listens on, and on nobody else's account while it is stopped
}

func newCluster(name string) (cluster, error) {
	cache, err := cacheDir()
	if err != nil {
		return cluster{}, err
	}
	return cluster{name: name, dir: filepath.Join(cache, "clusters", name)}, nil
}

func (c cluster) kubeconfig() string { return filepath.Join(c.dir, "kubeconfig") }
func (c cluster) kwokRoot() string   { return filepath.Join(c.dir, "kwok") }

// kwokDir is what kwokctl makes of its own: keys, etcd's data, logs, pids.
func (c cluster) kwokDir() string  { return filepath.Join(c.kwokRoot(), "clusters", c.name) }
func (c cluster) auditLog() string { return filepath.Join(c.kwokDir(), "logs", "audit.log") }

// lock keeps two commands from starting or stopping clusters at once. One
// lock for all of them: kwokctl looks for free ports by trying, and two that
// look at the same moment find the same ones.
// lock keeps others from making and removing clusters, and from doing anything to
// this one.
func (c cluster) lock(ctx context.Context, stderr io.Writer) (unlock func(), err error) {
	others, err := lock(ctx, filepath.Join(filepath.Dir(c.dir), ".lock"), stderr, "waiting for another command to finish")
	if err != nil || !exists(c.dir) {
		return others, err
	}
	own, err := c.lockAlone(ctx, stderr)
	if err != nil {
		others()
		return nil, err
	}
	return func() { own(); others() }, nil
}

// lockAlone keeps others from doing anything to this cluster, which has to be there.
func (c cluster) lockAlone(ctx context.Context, stderr io.Writer) (unlock func(), err error) {
	return lock(ctx, filepath.Join(c.dir, ".lock"), stderr, "waiting for another command about this cluster to finish")
}

func (c cluster) read() (record, error) {
	var r record
	content, err := os.ReadFile(filepath.Join(c.dir, "record.json"))
	if err != nil {
		return r, fmt.Errorf("there is no cluster %q; `up --name %s` starts it", c.name, c.name)
	}
	if err := json.Unmarshal(content, &r); err != nil {
		return record{}, fmt.Errorf("the record of cluster %q: %w", c.name, err)
	}
	return r, nil
}

func (c cluster) write(r record) error {
	content, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(c.dir, "record.json"), append(content, '\n'), 0o600)
}

// environ is what the sandbox's tools run with: its own binaries first, and
// nothing that would send them to another cluster or to the home directory.
func (c cluster) environ(bin string) []string {
	var env []string
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		if name != "PATH" && name != "KUBECONFIG" && name != "KUBECACHEDIR" && !strings.HasPrefix(name, "KWOK_") {
			env = append(env, pair)
		}
	}
	return append(env,
		"PATH="+bin+string(filepath.ListSeparator)+os.Getenv("PATH"),
		"KUBECONFIG="+c.kubeconfig(),
		"KUBECACHEDIR="+filepath.Join(c.dir, "kubectl"),
		"KWOK_WORKDIR="+c.kwokRoot())
}

// tool runs one of the binaries against the cluster and returns its output;
// where it fails, the error carries what it said.
func (c cluster) tool(ctx context.Context, bin, stdin, name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(bin, name), args...)
	cmd.Dir = c.dir
	cmd.Env = c.environ(bin)
	cmd.Stdin = strings.NewReader(stdin)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("%s %s: %w\n%s", name, args[0], err, strings.TrimSpace(stderr.String()))
	}
	return stdout.Bytes(), nil
}

func (c cluster) kubectl(ctx context.Context, bin, stdin string, args ...string) ([]byte, error) {
	return c.tool(ctx, bin, stdin, "kubectl", args...)
}

// ready asks the API server whether it serves.
func (c cluster) ready(ctx context.Context, bin string) bool {
	_, err := c.kubectl(ctx, bin, "", "get", "--raw", "/readyz", "--request-timeout", "5s")
	return err == nil
}

// becomesReady gives the API server so long to serve, as long as it runs.
func (c cluster) becomesReady(ctx context.Context, bin string, within time.Duration) bool {
	for deadline := time.Now().Add(within); !c.ready(ctx, bin); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) || ctx.Err() != nil || !c.runs("kube-apiserver", "etcd") {
			return false
		}
	}
	return true
}

// healthy reports whether the cluster runs. What runs but does not answer is
// given time: on a busy machine it is slow rather than broken, and the verdict
// costs somebody a cluster.
func (c cluster) healthy(ctx context.Context, bin string) bool {
	return c.alive() && c.becomesReady(ctx, bin, workTime)
}
