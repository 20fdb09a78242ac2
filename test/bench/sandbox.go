package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// sandbox is a cluster that only this run uses.
type sandbox struct {
	name string
	env  []string
	log  string // the audit log

	kubeconfig string
	etcd       string // its URL
}

func startSandbox(ctx context.Context, plugin string) (*sandbox, error) {
	dir, err := filepath.Abs(filepath.Dir(plugin))
	if err != nil {
		return nil, err
	}
	box := &sandbox{name: fmt.Sprintf("bench-%d", os.Getpid())}
	if _, err := box.tool(ctx, "up"); err != nil {
		return nil, err
	}
	lines, err := box.tool(ctx, "env")
	if err != nil {
		return nil, err
	}
	vars := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^export (\w+)='?([^'\n]*)'?`).FindAllStringSubmatch(lines, -1) {
		vars[m[1]] = m[2]
	}
	box.log, box.kubeconfig = vars["SANDBOX_AUDIT_LOG"], vars["KUBECONFIG"]
	box.etcd = vars["SANDBOX_ETCD"]
	box.env = append(os.Environ(),
		"KUBECONFIG="+vars["KUBECONFIG"],
		"PATH="+dir+":"+vars["PATH"]+":"+os.Getenv("PATH"))
	return box, nil
}

// tool runs a command of the sandbox, which tells its progress itself.
func (b *sandbox) tool(ctx context.Context, command string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "run", "-C", "test/sandbox", ".", command, "--name", b.name)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("sandbox %s: %w", command, err)
	}
	return string(out), nil
}

func (b *sandbox) stop() error {
	// Also after an interrupt, which has ended the run's context.
	_, err := b.tool(context.Background(), "down")
	return err
}

// usage is what one process took.
type usage struct {
	wall, cpu time.Duration
	memory    int64 // the peak, in bytes
}

// run runs one command line in a shell of its own, or without one.
func (b *sandbox) run(ctx context.Context, words ...string) (usage, error) {
	return b.runTo(ctx, nil, words...)
}

// runTo is run with the output going to stdout, unless that is nil.
func (b *sandbox) runTo(ctx context.Context, stdout io.Writer, words ...string) (usage, error) {
	cmd := exec.CommandContext(ctx, b.find(words[0]), words[1:]...)
	cmd.Env = b.env
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = stdout, &out
	if stdout == nil {
		cmd.Stdout = &out
	}
	began := time.Now()
	err := cmd.Run()
	u := usage{wall: time.Since(began)}
	if cmd.ProcessState != nil {
		u.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		if r, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
			u.memory = r.Maxrss * 1024
		}
	}
	if err != nil {
		return u, fmt.Errorf("%s: %w\n%s", strings.Join(words, " "), err, out.String())
	}
	return u, nil
}

// find looks a program up in the sandbox's PATH, not in this process's.
func (b *sandbox) find(name string) string {
	for _, v := range b.env {
		if path, ok := strings.CutPrefix(v, "PATH="); ok {
			for _, dir := range filepath.SplitList(path) {
				file := filepath.Join(dir, name)
				if info, err := os.Stat(file); err == nil && info.Mode()&0o111 != 0 {
					name = file
					break
				}
			}
		}
	}
	return name
}

const manifest = `
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web, namespace: default}
spec:
  serviceName: web
  replicas: 5
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{name: nginx, image: "nginx:1.0"}]
`

// prepare makes the set that every comparison updates.
func (b *sandbox) prepare(ctx context.Context) error {
	if err := b.apply(ctx, manifest); err != nil {
		return err
	}
	return b.settle(ctx)
}

func (b *sandbox) apply(ctx context.Context, manifest string) error {
	cmd := exec.CommandContext(ctx, b.find("kubectl"), "apply", "-f", "-")
	cmd.Env, cmd.Stdin = b.env, strings.NewReader(manifest)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("apply: %w\n%s", err, out)
	}
	return nil
}

// settle waits until the set is at rest, its status included.
func (b *sandbox) settle(ctx context.Context) error {
	if _, err := b.run(ctx, "kubectl", "rollout", "status", "sts/web", "--timeout=1m"); err != nil {
		return err
	}
	_, err := b.run(ctx, "kubectl", "wait", "sts/web", "--for=jsonpath={.status.availableReplicas}=5", "--timeout=1m")
	return err
}
