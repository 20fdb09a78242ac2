package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// controlPlane are the packages of one Kubernetes version, seen from a module
// that requires k8s.io/kubernetes and has etcd's main package beside it.
var controlPlane = []string{
	"k8s.io/kubernetes/cmd/kube-apiserver",
	"k8s.io/kubernetes/cmd/kube-controller-manager",
	"k8s.io/kubernetes/cmd/kube-scheduler",
	"k8s.io/kubernetes/cmd/kubectl",
	"./etcd",
}

var kwok = []string{
	"sigs.k8s.io/kwok/cmd/kwok",
	"sigs.k8s.io/kwok/cmd/kwokctl",
}

// runBuild prints where the binaries are.
func runBuild(ctx context.Context, o options) error {
	dir, built, err := ensureBuilt(ctx, o.version, o.stderr)
	if err != nil {
		return err
	}
	if !built {
		fmt.Fprintf(o.stderr, "sandbox: %s is already built\n", o.version)
	}
	fmt.Fprintln(o.stdout, dir)
	return nil
}

// ensureBuilt returns the directory with the seven binaries, and whether they
// had to be built first. The directory appears whole or not at all.
func ensureBuilt(ctx context.Context, version string, stderr io.Writer) (dir string, built bool, err error) {
	source, err := sourceDir()
	if err != nil {
		return "", false, err
	}
	hash, err := sourceHash(source)
	if err != nil {
		return "", false, err
	}
	dir, err = binDir(version, hash)
	if err != nil {
		return "", false, err
	}
	if exists(dir) {
		return dir, false, nil
	}
	unlock, err := lock(ctx, filepath.Join(filepath.Dir(dir), ".lock"), stderr, "waiting for another build to finish")
	if err != nil {
		return "", false, err
	}
	defer unlock()
	if exists(dir) { // the build we waited for was ours too
		return dir, false, nil
	}
	work := dir + ".tmp" // ours alone, under the lock
	if err := os.RemoveAll(work); err != nil {
		return "", false, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	begin := time.Now()
	if err := build(ctx, source, work, version, stderr); err != nil {
		return "", false, err
	}
	fmt.Fprintf(stderr, "sandbox: built in %s\n", elapsed(begin))
	return dir, true, os.Rename(work, dir)
}

// build compiles everything into dir.
func build(ctx context.Context, source, dir, version string, stderr io.Writer) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	module, mod := filepath.Join(source, "kube"), "-mod=readonly"
	if version != pinned {
		var err error
		if module, err = otherVersion(ctx, source, filepath.Join(dir, "src"), version); err != nil {
			return err
		}
		// Its go.mod names the direct requirements only: Go adds the rest.
		mod = "-mod=mod"
	}
	fmt.Fprintln(stderr, "sandbox: the first build takes about ten minutes on two cores; Go's cache makes the next one short")
	stop := progress(stderr, fmt.Sprintf("building Kubernetes %s from Go modules", version))
	err := goBuild(ctx, module, dir, mod, versionFlags(version), controlPlane)
	stop()
	if err != nil {
		return err
	}
	stop = progress(stderr, "building kwok")
	defer stop()
	return goBuild(ctx, source, dir, "-mod=readonly", "-s -w", kwok)
}

// versionFlags tell the binaries their version, which a build from modules
// does not know. kwokctl asks them for it.
func versionFlags(version string) string {
	const base = "k8s.io/component-base/version."
	part := strings.Split(strings.TrimPrefix(version, "v"), ".")
	return fmt.Sprintf("-s -w -X %[1]sgitVersion=%[2]s -X %[1]sgitMajor=%[3]s -X %[1]sgitMinor=%[4]s", base, version, part[0], part[1])
}

func goBuild(ctx context.Context, module, out, mod, ldflags string, packages []string) error {
	args := append([]string{
		"build", "-trimpath", "-buildvcs=false", mod, "-ldflags", ldflags, "-o", out + string(filepath.Separator),
	}, packages...)
	_, err := goTool(ctx, module, args...)
	return err
}

// goTool runs the go command in a module and returns what it printed. Its
// complaints become the error; its chatter about downloads does not.
func goTool(ctx context.Context, module string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = module
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		said := complaints(stderr.String())
		if said == "" { // with -json the complaint is part of the answer
			said = strings.TrimSpace(stdout.String())
		}
		return nil, fmt.Errorf("go %s: %w\n%s", args[0], err, said)
	}
	return stdout.Bytes(), nil
}

func complaints(output string) string {
	var kept []string
	for line := range strings.Lines(output) {
		if !strings.HasPrefix(line, "go: downloading ") {
			kept = append(kept, line)
		}
	}
	return strings.TrimSpace(strings.Join(kept, ""))
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
