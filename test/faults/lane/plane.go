// Package lane plays schedules: it makes the sets in a namespace of their own, runs
// the plugin through a proxy that does what the schedule says, and hands back what
// was seen.
package lane

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/kubectl-sts/kubectl-sts/test/controlplane"
	"github.com/kubectl-sts/kubectl-sts/test/faults/judge"
	"github.com/kubectl-sts/kubectl-sts/test/schema"
	"github.com/kubectl-sts/kubectl-sts/test/witness"
)

// Prefix is what all namespaces begin with, and the names of the clusters.
const Prefix = "faults-"

// patience is how long anything may take that is not the plugin's, and deadline how
// long a run of it: longer than it waits for a pod. Neither is a measure of speed.
const (
	patience = 3 * time.Minute
	deadline = 10 * time.Minute
)

// Plane is the control plane that all lanes share, and what watches it.
type Plane struct {
	Cluster *controlplane.Cluster
	Plugin  string        // the program under test
	Hang    time.Duration // how long a run may take
	// Broken takes the plugin's place in some runs, nil for none.
	Broken *Broken

	client  kubernetes.Interface
	witness *witness.Witness
	audit   *witness.Audit
	schema  *schema.Schema
	work    string // a directory for homes and kubeconfigs
	sandbox string // its program

	weather *weather
}

// Broken is a plugin that is broken on purpose.
type Broken struct {
	Program     string
	Environment []string // more of what it gets to see
	Runs        func(judge.Run) bool
}

// NewPlane begins to watch a cluster.
func NewPlane(ctx context.Context, cluster *controlplane.Cluster, plugin, work string) (*Plane, error) {
	config := rest.CopyConfig(cluster.Config)
	config.UserAgent = Prefix + "harness"
	seen := &weather{}
	config.Wrap(func(next http.RoundTripper) http.RoundTripper { return patient{next, seen} })
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	p := &Plane{Cluster: cluster, Plugin: plugin, Hang: deadline, client: client, work: work, weather: seen}
	p.sandbox = filepath.Join(work, "sandbox")
	if p.schema, err = schema.Load(filepath.Join("docs", "events.schema.json")); err != nil {
		return nil, err
	}
	build := exec.CommandContext(ctx, "go", "build", "-C", filepath.Join("test", "sandbox"), "-o", p.sandbox, ".")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("building the sandbox: %w\n%s", err, out)
	}
	if p.witness, err = witness.Watch(ctx, client.AppsV1(), client.CoreV1(), witness.Scope{
		Prefix: Prefix, Kinds: []string{witness.Sets, witness.Pods, witness.Claims, witness.Volumes, witness.Configs},
	}); err != nil {
		return nil, err
	}
	p.audit, err = witness.Follow(ctx, client, cluster.AuditLog, Prefix)
	return p, err
}

// fits holds a line against the schema.
func (p *Plane) fits(line []byte) error {
	_, err := p.schema.Check(line)
	return err
}

// tool runs a command of the sandbox.
func (p *Plane) tool(args ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.sandbox, append(args[:1:1], append([]string{"--name", p.Cluster.Name}, args[1:]...)...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("sandbox %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}

// restart kills the API server and waits until all is back.
func (p *Plane) restart() error {
	return p.weather.broken(func() error { return p.tool("restart-apiserver") })
}

// freeze has the controllers stand still for a while.
func (p *Plane) freeze(duration time.Duration) error {
	return p.weather.broken(func() error {
		if err := p.tool("freeze", "controllers"); err != nil {
			return err
		}
		<-time.After(duration)
		return p.tool("thaw", "controllers")
	})
}

// program is what a run runs, and all that it gets to see.
func (p *Plane) program(r judge.Run, home, kubeconfig string) (name string, environment []string) {
	environment = []string{
		"HOME=" + home, "KUBECONFIG=" + kubeconfig, "KUBECACHEDIR=" + filepath.Join(p.work, "cache"), "TERM=dumb",
		"PATH=" + strings.Join([]string{filepath.Dir(p.Plugin), p.Cluster.Bin, "/usr/bin", "/bin"}, string(os.PathListSeparator)),
	}
	if b := p.Broken; b != nil && b.Runs(r) {
		return b.Program, append(environment, b.Environment...)
	}
	return p.Plugin, environment
}
