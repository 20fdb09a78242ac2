package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

//go:embed manifests/audit-policy.yaml
var auditPolicy string

//go:embed manifests/kwokctl.yaml
var kwokctlConfig string

// crds are kwok's own kinds. With Stage among them kwok does nothing by
// itself, which is what leaves room for pods that fail.
const crds = "Stage,Exec,ClusterExec,Logs,ClusterLogs,PortForward,ClusterPortForward"

// runUp starts the cluster, unless it runs, and prints its kubeconfig's path.
func runUp(ctx context.Context, o options) error {
	bin, _, err := ensureBuilt(ctx, o.version, o.stderr)
	if err != nil {
		return err
	}
	c, err := newCluster(o.name)
	if err != nil {
		return err
	}
	unlock, err := c.lock(ctx, o.stderr)
	if err != nil {
		return err
	}
	defer unlock()
	if err := c.up(ctx, bin, o); err != nil {
		return err
	}
	fmt.Fprintln(o.stdout, c.kubeconfig())
	return nil
}

func (c cluster) up(ctx context.Context, bin string, o options) error {
	begin := time.Now()
	r, err := c.read()
	switch {
	case err == nil && r.Objects != "" && c.healthy(ctx, r.Bin):
		if r.Version != o.version {
			return fmt.Errorf("cluster %q runs Kubernetes %s; end it with `down --name %s` first", c.name, r.Version, c.name)
		}
	case ctx.Err() != nil:
		return ctx.Err()
	case exists(c.dir):
		fmt.Fprintf(o.stderr, "sandbox: clearing away what is left of cluster %q\n", c.name)
		if err := c.remove(ctx); err != nil {
			return err
		}
		fallthrough
	default:
		stop := progress(o.stderr, fmt.Sprintf("starting cluster %q, Kubernetes %s", c.name, o.version))
		r, err = c.create(ctx, bin, o)
		stop()
		if ctx.Err() != nil { // nobody waits for it any more
			return errors.Join(ctx.Err(), c.remove(context.WithoutCancel(ctx)))
		}
		if err != nil {
			return err
		}
	}
	changed, err := c.furnish(ctx, &r, o.nodes)
	if err == nil && changed {
		fmt.Fprintf(o.stderr, "sandbox: cluster %q is up (%s)\n", c.name, elapsed(begin))
	}
	return err
}

// create has kwokctl make the keys, find the ports and start the processes.
func (c cluster) create(ctx context.Context, bin string, o options) (record, error) {
	r := record{Version: o.version, Bin: bin}
	var err error
	if r.Ports, err = c.choosePorts(); err != nil {
		return r, err
	}
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return r, err
	}
	if err := c.write(r); err != nil { // first, so that `down` can clean up from here on
		return r, err
	}
	config, policy := filepath.Join(c.dir, "kwokctl.yaml"), filepath.Join(c.dir, "audit-policy.yaml")
	if err := os.WriteFile(config, []byte(kwokctlOptions(r)), 0o600); err != nil {
		return r, err
	}
	if err := os.WriteFile(policy, []byte(auditPolicy), 0o600); err != nil {
		return r, err
	}
	_, err = c.tool(ctx, bin, "", "kwokctl", "create", "cluster",
		"--name", c.name, "--config", config, "--kubeconfig", c.kubeconfig(), "--wait", "5m",
		"--runtime", "binary",
		"--etcd-binary", filepath.Join(bin, "etcd"),
		"--kube-apiserver-binary", filepath.Join(bin, "kube-apiserver"),
		"--kube-controller-manager-binary", filepath.Join(bin, "kube-controller-manager"),
		"--kube-scheduler-binary", filepath.Join(bin, "kube-scheduler"),
		"--kwok-controller-binary", filepath.Join(bin, "kwok"),
		"--enable-crds", crds, "--kube-audit-policy", policy, "--disable-qps-limits",
		"--extra-args", "kube-controller-manager=enable-hostpath-provisioner=true",
		"--extra-args", "kube-apiserver=audit-log-maxsize=500",
		// The nodes' addresses are for show; kwok answers for all of them here.
		"--extra-args", "kube-apiserver=kubelet-preferred-address-types=Hostname",
		// One of each, so nobody to elect. Elections would also make both exit
		// while the API server is stopped, and wait for a lease when back.
		"--extra-args", "kube-controller-manager=leader-elect=false",
		"--extra-args", "kube-scheduler=leader-elect=false",
		// One kwok, too: nobody to hold the nodes against. By leases the next one
		// would wait until those of a killed one expire, and might meanwhile pass
		// over a pod for good. node-stages.yaml has the heartbeats instead.
		"--extra-args", "kwok-controller=node-lease-duration-seconds=0",
		// Nothing here outlives a power cut, so nobody has to wait for the disk.
		"--extra-args", "etcd=unsafe-no-fsync=true",
	)
	if err != nil {
		return r, err
	}
	// kwok has asked for Stages before there was such a kind, and would ask
	// again after five seconds only. furnish starts it when they are there.
	return r, c.end(ctx, "kwok-controller")
}

// start starts what does not run of the cluster, as it was created: kwokctl
// knows the ports and flags.
func (c cluster) start(ctx context.Context, bin string) error {
	_, err := c.tool(ctx, bin, "", "kwokctl", "start", "cluster", "--name", c.name)
	return err
}
