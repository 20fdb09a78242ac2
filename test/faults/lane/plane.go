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
	"sync"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/kubectl-sts/kubectl-sts/test/controlplane"
	"github.com/kubectl-sts/kubectl-sts/test/faults/witness"
	"github.com/kubectl-sts/kubectl-sts/test/schema"
)

// Prefix is what all namespaces begin with, and the names of the clusters.
const Prefix = "faults-"

// patience is how long anything may take that is not the plugin's.
const patience = 3 * time.Minute

// Plane is the control plane that all lanes share, and what watches it.
type Plane struct {
	Cluster *controlplane.Cluster
	Plugin  string        // the program under test
	Hang    time.Duration // how long a run may take
	// Environment is more of what the plugin gets to see.
	Environment []string

	client  kubernetes.Interface
	witness *witness.Witness
	audit   *witness.Audit
	schema  *schema.Schema
	work    string // a directory for homes and kubeconfigs
	sandbox string // its program

	weather *weather
}

// weather is what is being done to the control plane.
type weather struct {
	one    sync.Mutex // one thing is broken at a time
	mu     sync.Mutex
	breaks []span // when it was not whole
}

// span is a time in which something was broken; it has no end while it is.
type span struct{ from, to time.Time }

// NewPlane begins to watch a cluster.
func NewPlane(ctx context.Context, cluster *controlplane.Cluster, plugin, work string) (*Plane, error) {
	config := rest.CopyConfig(cluster.Config)
	config.UserAgent = Prefix + "harness"
	config.Wrap(func(next http.RoundTripper) http.RoundTripper { return patient{next} })
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	p := &Plane{Cluster: cluster, Plugin: plugin, Hang: patience, client: client, work: work, weather: &weather{}}
	p.sandbox = filepath.Join(work, "sandbox")
	if p.schema, err = schema.Load(filepath.Join("docs", "events.schema.json")); err != nil {
		return nil, err
	}
	build := exec.CommandContext(ctx, "go", "build", "-C", filepath.Join("test", "sandbox"), "-o", p.sandbox, ".")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("building the sandbox: %w\n%s", err, out)
	}
	if p.witness, err = witness.Watch(ctx, client, Prefix); err != nil {
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

// broken runs something during which the control plane is not whole.
func (p *Plane) broken(do func() error) error {
	w := p.weather
	w.one.Lock()
	defer w.one.Unlock()
	w.mu.Lock()
	w.breaks = append(w.breaks, span{from: time.Now()})
	i := len(w.breaks) - 1
	w.mu.Unlock()
	err := do()
	w.mu.Lock()
	w.breaks[i].to = time.Now()
	w.mu.Unlock()
	return err
}

// wasBroken reports whether the control plane was not whole at some time between
// these two.
func (p *Plane) wasBroken(from, to time.Time) bool {
	p.weather.mu.Lock()
	defer p.weather.mu.Unlock()
	for _, b := range p.weather.breaks {
		if b.from.Before(to) && (b.to.IsZero() || b.to.After(from)) {
			return true
		}
	}
	return false
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
	return p.broken(func() error { return p.tool("restart-apiserver") })
}

// freeze has the controllers stand still for a while.
func (p *Plane) freeze(duration time.Duration) error {
	return p.broken(func() error {
		if err := p.tool("freeze", "controllers"); err != nil {
			return err
		}
		time.Sleep(duration)
		return p.tool("thaw", "controllers")
	})
}

// environment is all that a run gets to see.
func (p *Plane) environment(home, kubeconfig string) []string {
	env := []string{
		"HOME=" + home, "KUBECONFIG=" + kubeconfig, "KUBECACHEDIR=" + filepath.Join(p.work, "cache"), "TERM=dumb",
		"PATH=" + strings.Join([]string{filepath.Dir(p.Plugin), p.Cluster.Bin, "/usr/bin", "/bin"}, string(os.PathListSeparator)),
	}
	return append(env, p.Environment...)
}
