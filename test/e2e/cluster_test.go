package e2e

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/version"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// cluster is one control plane of the sandbox.
type cluster struct {
	name       string
	kubeconfig string
	bin        string // where its kubectl is
	auditLog   string
	config     *rest.Config
	version    *version.Version // of its API server
}

// startCluster starts a cluster of its own, and takes nothing else for it.
func startCluster(name string) (*cluster, error) {
	printed, err := sandbox("up", "--name", name)
	if err != nil {
		return nil, err
	}
	c := &cluster{name: name, kubeconfig: strings.TrimSpace(printed)}
	if err := guard(c.kubeconfig, name); err != nil {
		return nil, err
	}
	if err := c.readEnv(); err != nil {
		return nil, err
	}
	c.config, err = clientcmd.BuildConfigFromFlags("", c.kubeconfig)
	if err != nil {
		return nil, err
	}
	// client-go keeps connections by the names of the certificates' files, which
	// the next cluster of this process has as well.
	if err := rest.LoadTLSFiles(c.config); err != nil {
		return nil, err
	}
	c.config.UserAgent = "e2e-harness"
	c.config.QPS = -1
	err = c.readVersion()
	return c, err
}

// readEnv asks the sandbox where its kubectl and its audit log are.
func (c *cluster) readEnv() error {
	lines, err := sandbox("env", "--name", c.name)
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
	if len(values) != 4 || values[0] != c.kubeconfig {
		return fmt.Errorf("sandbox env: %q does not fit %s", values, c.kubeconfig)
	}
	c.bin, c.auditLog = values[1], values[2]
	return nil
}

// environment is all that a script's commands get to see.
func (c *cluster) environment(work, plugin, cache string) map[string]string {
	return map[string]string{
		"HOME":         work,
		"KUBECONFIG":   filepath.Join(work, "kubeconfig"),
		"KUBECACHEDIR": cache,
		"PATH":         strings.Join([]string{plugin, c.bin, "/usr/bin", "/bin"}, string(os.PathListSeparator)),
		"TERM":         "xterm-256color",
	}
}

// sandbox runs the sandbox's command line and returns what it printed.
func sandbox(args ...string) (string, error) {
	// The first time it builds Kubernetes.
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	defer cancel()
	return command(ctx, "go", append([]string{"run", "-C", filepath.Join("..", "sandbox"), "."}, args...)...)
}

// buildPlugin builds the program under test as make does, into dir, but for the tag:
// every plan that it runs is written and read again, and it panics where that makes
// another plan of it.
func buildPlugin(ctx context.Context, dir string) error {
	_, err := command(ctx, "env", "CGO_ENABLED=0", "go", "build", "-C", filepath.Join("..", ".."), "-trimpath", "-tags", "roundtrip",
		"-ldflags", "-s -w -X github.com/kubectl-sts/kubectl-sts/pkg/cli.version=e2e",
		"-o", filepath.Join(dir, "kubectl-sts"), "./cmd/kubectl-sts")
	return err
}

// command runs a program; where it fails, the error says what it said.
func command(ctx context.Context, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, strings.TrimSpace(stderr.String()))
	}
	return stdout.String(), nil
}
