// Package controlplane starts control planes of test/sandbox for tests, and sees
// to it that they end with them.
package controlplane

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/version"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// Cluster is one control plane of the sandbox.
type Cluster struct {
	Name       string
	Kubeconfig string
	Bin        string // where its kubectl is
	AuditLog   string
	Config     *rest.Config
	Version    *version.Version // of its API server
}

// Agent is the user agent of the tests' own requests.
const Agent = "e2e-harness"

// Start starts a cluster of its own, and takes nothing else for it.
func Start(name string) (*Cluster, error) {
	printed, err := Sandbox("up", "--name", name)
	if err != nil {
		return nil, err
	}
	c := &Cluster{Name: name, Kubeconfig: strings.TrimSpace(printed)}
	if err := guard(c.Kubeconfig, name); err != nil {
		return nil, err
	}
	if err := c.readEnv(); err != nil {
		return nil, err
	}
	c.Config, err = clientcmd.BuildConfigFromFlags("", c.Kubeconfig)
	if err != nil {
		return nil, err
	}
	// client-go keeps connections by the names of the certificates' files, which
	// the next cluster of this process has as well.
	if err := rest.LoadTLSFiles(c.Config); err != nil {
		return nil, err
	}
	c.Config.UserAgent = Agent
	c.Config.QPS = -1
	err = c.readVersion()
	return c, err
}

// readEnv asks the sandbox where its kubectl and its audit log are.
func (c *Cluster) readEnv() error {
	lines, err := Sandbox("env", "--name", c.Name)
	if err != nil {
		return err
	}
	// They are meant for a shell, so a shell reads them.
	cmd := exec.Command("sh", "-c", lines+`printf '%s\n' "$KUBECONFIG" "${PATH%:}" "$SANDBOX_AUDIT_LOG"`) //nolint:noctx // it only prints
	cmd.Env = []string{"PATH="}
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("sandbox env: %w", err)
	}
	values := strings.Split(string(out), "\n")
	if len(values) != 4 || values[0] != c.Kubeconfig {
		return fmt.Errorf("sandbox env: %q does not fit %s", values, c.Kubeconfig)
	}
	c.Bin, c.AuditLog = values[1], values[2]
	return nil
}

// Sandbox runs the sandbox's command line and returns what it printed.
func Sandbox(args ...string) (string, error) {
	dir, err := within("test", "sandbox")
	if err != nil {
		return "", err
	}
	// The first time it builds Kubernetes.
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	defer cancel()
	return Command(ctx, "go", append([]string{"run", "-C", dir, "."}, args...)...)
}

// BuildPlugin builds the program under test as make does, into dir, but for the tag:
// every plan that it runs is written and read again, and it panics where that makes
// another plan of it.
func BuildPlugin(ctx context.Context, dir string) error {
	clone, err := within()
	if err != nil {
		return err
	}
	_, err = Command(ctx, "env", "CGO_ENABLED=0", "go", "build", "-C", clone, "-trimpath", "-tags", "roundtrip",
		"-ldflags", "-s -w -X github.com/kubectl-sts/kubectl-sts/pkg/cli.version=e2e",
		"-o", filepath.Join(dir, "kubectl-sts"), "./cmd/kubectl-sts")
	return err
}

// BuildPrometheus builds test/prometheus, as go test and go vet do there, so that it is
// compiled once for all of them: that takes a minute or two.
func BuildPrometheus(ctx context.Context, out string) error {
	dir, err := within("test", "prometheus")
	if err != nil {
		return err
	}
	_, err = Command(ctx, "go", "build", "-C", dir, "-o", out, ".")
	return err
}

// Command runs a program; where it fails, the error says what it said.
func Command(ctx context.Context, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, strings.TrimSpace(stderr.String()))
	}
	return stdout.String(), nil
}

// readVersion asks the cluster for its version, which must be the one that was
// asked for: a table of what was run is worth nothing otherwise.
func (c *Cluster) readVersion() error {
	client, err := discovery.NewDiscoveryClientForConfig(c.Config)
	if err != nil {
		return err
	}
	info, err := client.ServerVersion()
	if err != nil {
		return err
	}
	if c.Version, err = version.ParseSemantic(info.GitVersion); err != nil {
		return err
	}
	if wanted := os.Getenv("KUBE_VERSION"); wanted != "" && strings.TrimPrefix(wanted, "v") != c.Version.String() {
		return fmt.Errorf("the cluster runs Kubernetes %s, and $KUBE_VERSION is %s", c.Version, wanted)
	}
	return nil
}

// within is a folder of this clone, wherever in it the test runs.
func within(folder ...string) (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "test", "sandbox", "go.mod")); err == nil {
			return filepath.Join(append([]string{dir}, folder...)...), nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("the test does not run within the clone")
		}
	}
}
