package parts

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// ControlPlane builds the sandbox's binaries, unless they are there, and
// returns their directory: a node has the same control plane as the sandbox.
func ControlPlane(ctx context.Context, sandbox string, stderr io.Writer) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "run", ".", "build")
	cmd.Dir = sandbox
	cmd.Env = append(os.Environ(), "GOWORK=off")
	cmd.Stderr = stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("build the control plane: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

var kubernetes = regexp.MustCompile(`(?m)^\s*k8s\.io/kubernetes (v1\.(\d+)\.\d+)$`)

// Kubelet builds the kubelet, unless it is there, and returns its directory.
//
// It is built from the sandbox's go.mod, with the same flags, so that Go's cache
// has nearly all of it once the control plane is built. The kubelet needs a few
// checksums that the sandbox does not, so Go works on a copy of the two files.
func Kubelet(ctx context.Context, sandbox, cache string, stderr io.Writer) (string, error) {
	mod, err := os.ReadFile(filepath.Join(sandbox, "kube", "go.mod"))
	if err != nil {
		return "", err
	}
	sum, err := os.ReadFile(filepath.Join(sandbox, "kube", "go.sum"))
	if err != nil {
		return "", err
	}
	version := kubernetes.FindSubmatch(mod)
	if version == nil {
		return "", fmt.Errorf("%s/kube/go.mod does not require k8s.io/kubernetes", sandbox)
	}
	hash := sha256.Sum256(append(bytes.Clone(mod), sum...))
	dir := filepath.Join(cache, fmt.Sprintf("kubelet-%s-%s", version[1], hex.EncodeToString(hash[:])[:12]))
	if _, err := os.Stat(filepath.Join(dir, "kubelet")); err == nil {
		return dir, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(dir, "kubelet.mod"), mod, 0o600); err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(dir, "kubelet.sum"), sum, 0o600); err != nil {
		return "", err
	}
	fmt.Fprintf(stderr, "node: building the kubelet, Kubernetes %s\n", version[1])
	out := filepath.Join(dir, "kubelet")
	return dir, goBuild(ctx, filepath.Join(sandbox, "kube"), out, kubeletFlags(dir, version), "k8s.io/kubernetes/cmd/kubelet")
}

func kubeletFlags(dir string, version [][]byte) []string {
	const base = "k8s.io/component-base/version."
	return []string{
		"-modfile", filepath.Join(dir, "kubelet.mod"), "-mod=mod",
		"-ldflags", fmt.Sprintf("-s -w -X %[1]sgitVersion=%[2]s -X %[1]sgitMajor=1 -X %[1]sgitMinor=%[3]s", base, version[1], version[2]),
	}
}

// goBuild compiles one program into out, without the C library. The program
// appears whole or not at all.
func goBuild(ctx context.Context, module, out string, flags []string, pkg string) error {
	args := append([]string{"build", "-trimpath", "-buildvcs=false", "-o", out + ".tmp"}, flags...)
	cmd := exec.CommandContext(ctx, "go", append(args, pkg)...)
	cmd.Dir = module
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("go build %s: %w\n%s", pkg, err, strings.TrimSpace(said.String()))
	}
	return os.Rename(out+".tmp", out)
}

// Program builds one of this module's own programs, which runs in an image.
func Program(ctx context.Context, node, pkg, out string) error {
	return goBuild(ctx, node, out, []string{"-mod=readonly", "-ldflags", "-s -w"}, pkg)
}
