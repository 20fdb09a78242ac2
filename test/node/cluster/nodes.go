//go:build linux

package cluster

import (
	"fmt"
	"strconv"
)

// Most is how many nodes a cluster can have. All are prepared when it starts, and
// some of them started.
const Most = 2

// zones are the nodes' zones, in turn.
var zones = []string{"zone-a", "zone-b"}

// A node has a kubelet, a container runtime and a bridge of its own.
type node struct {
	index   int
	name    string
	address string
	zone    string
}

func nodes(count int) []node {
	var all []node
	for i := range count {
		all = append(all, node{
			index:   i,
			name:    fmt.Sprintf("real-%d", i),
			address: fmt.Sprintf("10.244.255.%d", i+1),
			zone:    zones[i%len(zones)],
		})
	}
	return all
}

func (n node) kubelet() string    { return "kubelet-" + strconv.Itoa(n.index) }
func (n node) containerd() string { return "containerd-" + strconv.Itoa(n.index) }
func (n node) subnet() string     { return fmt.Sprintf("10.244.%d.0/24", n.index) }

// What one node keeps, in the cluster's directory.
func (c Cluster) nodeDir(n node, elements ...string) string {
	return c.path(append([]string{"nodes", n.name}, elements...)...)
}

// cgroupPrefix is what the names of our control groups begin with.
const cgroupPrefix = "kubectl-sts-"

// cgroup is the node's root among the control groups.
func (c Cluster) cgroup(n node) string { return "/" + cgroupPrefix + c.Name + "-" + n.name }
