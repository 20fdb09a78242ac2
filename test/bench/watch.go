package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

// What a watch of many pods may take while nothing happens.
const (
	watchFor     = 60 * time.Second
	mostMegabyte = 60.0
	mostPercent  = 2.0
)

// many is a set of 200 pods; its partition lets one through.
const many = `
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: many, namespace: default}
spec:
  serviceName: many
  replicas: 200
  podManagementPolicy: Parallel
  updateStrategy: {rollingUpdate: {partition: 199}}
  selector: {matchLabels: {app: many}}
  template:
    metadata: {labels: {app: many}}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{name: nginx, image: "nginx:1.0"}]
`

// watches measures a watch of 200 pods of which one never gets Ready: nothing
// happens, but the screen has ages to show. The start of the process counts.
func watches(ctx context.Context, box *sandbox, _ int) ([]row, error) {
	if err := box.apply(ctx, many); err != nil {
		return nil, err
	}
	for _, words := range [][]string{
		{"kubectl", "wait", "sts/many", "--for=jsonpath={.status.availableReplicas}=200", "--timeout=5m"},
		{"kubectl", "set", "image", "sts/many", "nginx=nginx:unready"},
		{"kubectl", "wait", "pod/many-199", "--for=condition=Ready=false", "--timeout=1m"},
	} {
		if _, err := box.run(ctx, words...); err != nil {
			return nil, err
		}
	}
	u, out, err := box.watch(ctx, "many")
	if err != nil {
		return nil, err
	}
	if !strings.Contains(out, "many-199: running, not Ready") {
		return nil, fmt.Errorf("the watch did not wait for many-199:\n%s", out)
	}
	megabytes := float64(u.memory) / 1e6
	percent := 100 * u.cpu.Seconds() / u.wall.Seconds()
	about := fmt.Sprintf("`kubectl-sts watch` of 200 pods %s, %s without an event", watchedAt, watchFor)
	return []row{
		{
			what:  fmt.Sprintf("%s: peak memory (at most %.0f MB)", about, mostMegabyte),
			value: fmt.Sprintf("%.1f MB", megabytes), over: megabytes > mostMegabyte,
		},
		{
			what:  fmt.Sprintf("the same: CPU (at most %.0f %% of a core)", mostPercent),
			value: fmt.Sprintf("%.2f %%", percent), over: percent > mostPercent,
		},
	}, nil
}

// watch runs a watch until its time is over.
func (b *sandbox) watch(ctx context.Context, set string) (usage, string, error) {
	cmd := exec.CommandContext(ctx, b.find("kubectl-sts"), "watch", set, "--timeout", watchFor.String())
	cmd.Env = slices.Concat(b.env, []string{"TERM=xterm-256color"})
	var out bytes.Buffer
	wait, err := startWatch(cmd, &out)
	if err != nil {
		return usage{}, "", err
	}
	began := time.Now()
	err = wait()
	u := usage{wall: time.Since(began)}
	const timedOut = 124
	if failed := (*exec.ExitError)(nil); !errors.As(err, &failed) || failed.ExitCode() != timedOut {
		return u, "", fmt.Errorf("watch %s: %w\n%s", set, err, out.String())
	}
	u.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if r, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		u.memory = r.Maxrss * 1024
	}
	return u, out.String(), nil
}
