//go:build linux

// Package cluster is a Kubernetes cluster with real nodes, on a machine inside
// the machine: it puts the parts together, starts them, and ends them.
package cluster

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
)

// A Cluster is one directory. Nothing of it is anywhere else but its cgroups,
// and the directory that volumes are made in, as it is seen from within.
type Cluster struct {
	Name string
	Dir  string
	// Lifeline is one end of a pipe: the cluster ends when the other one is closed.
	// Without one it lives until Down.
	Lifeline *os.File
}

// Parts are the directories that a cluster is made of.
type Parts struct {
	Debian  string // unpacked packages
	Control string // the control plane's binaries
	Kubelet string
	Images  string
}

// debian is the path of what a package has.
func (p Parts) debian(path string) string { return p.Debian + path }

// Cache is the directory of everything that is kept from run to run.
func Cache() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "kubectl-sts"), nil
}

// New names a cluster; it need not be there.
func New(name string) (Cluster, error) {
	cache, err := Cache()
	if err != nil {
		return Cluster{}, err
	}
	return Cluster{Name: name, Dir: filepath.Join(cache, "node", "clusters", name)}, nil
}

// Kubeconfig is how the host reaches the cluster.
func (c Cluster) Kubeconfig() string { return filepath.Join(c.Dir, "kubeconfig") }

func (c Cluster) path(elements ...string) string {
	return filepath.Join(append([]string{c.Dir}, elements...)...)
}

// Source finds this module's directory: where `go -C` puts us, or else where the
// program was compiled from.
func Source() (string, error) {
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	_, file, _, _ := runtime.Caller(0)
	for _, dir := range []string{here, filepath.Dir(here), filepath.Dir(filepath.Dir(file))} {
		if _, err := os.Stat(filepath.Join(dir, "machine", "machine.go")); err == nil {
			return dir, nil
		}
	}
	return "", errors.New("the sources of test/node are not here")
}
