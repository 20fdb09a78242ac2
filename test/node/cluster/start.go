//go:build linux

package cluster

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/kubectl-sts/kubectl-sts/test/node/machine"
)

//go:embed furniture.yaml
var furniture string

// patience is what a part may take to start on a busy machine.
const patience = 3 * time.Minute

// start starts the parts, each when what it relies on answers.
func (c Cluster) start(ctx context.Context, p Parts, all []node) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for _, name := range []string{"etcd", "kube-apiserver"} {
		if err := machine.Start(ctx, c.Dir, name); err != nil {
			return err
		}
	}
	if err := c.until(ctx, "kube-apiserver", func() bool { return c.ready(ctx, p) }); err != nil {
		return err
	}
	for _, name := range []string{"kube-controller-manager", "kube-scheduler"} {
		if err := machine.Start(ctx, c.Dir, name); err != nil {
			return err
		}
	}
	for _, n := range all {
		if err := c.startKubelet(ctx, n); err != nil {
			return err
		}
	}
	if _, err := c.Kubectl(ctx, p, furniture, "apply", "--validate=false", "-f", "-"); err != nil {
		return err
	}
	for _, n := range all {
		if err := c.nodeReady(ctx, p, n); err != nil {
			return err
		}
	}
	// What a pod's admission waits for.
	return c.until(ctx, "kube-controller-manager", func() bool {
		_, err := c.Kubectl(ctx, p, "", "get", "serviceaccount", "default")
		return err == nil
	})
}

// startKubelet starts a kubelet once the container runtime listens: it would
// exit otherwise.
func (c Cluster) startKubelet(ctx context.Context, n node) error {
	if err := machine.Start(ctx, c.Dir, n.containerd()); err != nil {
		return err
	}
	socket := c.nodeDir(n, "containerd.sock")
	err := c.until(ctx, n.containerd(), func() bool {
		conn, err := (&net.Dialer{}).DialContext(ctx, "unix", socket)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
	if err != nil {
		return err
	}
	return machine.Start(ctx, c.Dir, n.kubelet())
}

func (c Cluster) nodeReady(ctx context.Context, p Parts, n node) error {
	return c.until(ctx, n.kubelet(), func() bool {
		out, err := c.Kubectl(ctx, p, "", "get", "node", n.name, "-o", `jsonpath={.status.conditions[?(@.type=="Ready")].status}`)
		return err == nil && string(out) == "True"
	})
}

// until waits for a condition, for as long as the process that it is about runs.
func (c Cluster) until(ctx context.Context, process string, holds func() bool) error {
	for !holds() {
		running, err := machine.State(ctx, c.Dir)
		if err == nil && running[process] == 0 {
			err = fmt.Errorf("%s has ended", process)
		}
		if err == nil {
			select {
			case <-ctx.Done():
				err = fmt.Errorf("%s does not get ready: %w", process, ctx.Err())
			case <-time.After(100 * time.Millisecond):
				continue
			}
		}
		return fmt.Errorf("%w; the end of %s:\n%s", err, machine.LogFile(c.Dir, process), c.lastWords(process))
	}
	return nil
}

func (c Cluster) lastWords(process string) string {
	content, err := os.ReadFile(machine.LogFile(c.Dir, process))
	if err != nil {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	return strings.Join(lines[max(0, len(lines)-10):], "\n")
}

func (c Cluster) ready(ctx context.Context, p Parts) bool {
	_, err := c.Kubectl(ctx, p, "", "get", "--raw", "/readyz", "--request-timeout", "5s")
	return err == nil
}

// Kubectl runs kubectl from the host, as a user does.
func (c Cluster) Kubectl(ctx context.Context, p Parts, stdin string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(p.Control, "kubectl"), args...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+c.Kubeconfig(), "KUBECACHEDIR="+c.path("kubectl"))
	cmd.Stdin = strings.NewReader(stdin)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("kubectl %s: %w\n%s", args[0], err, strings.TrimSpace(said.String()))
	}
	return out.Bytes(), nil
}
