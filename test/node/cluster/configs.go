//go:build linux

package cluster

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/test/node/machine"
)

// controlAddress is the first node's: pods, kubelets and the relay reach the
// API server there.
const controlAddress = "10.244.255.1"

// serverPort is the API server's within the machine.
const serverPort = "6443"

// writeConfigs writes the configuration of one node.
func (c Cluster) writeConfigs(p Parts, n node) error {
	for path, content := range map[string]string{
		c.nodeDir(n, "kubelet.yaml"):                      c.kubeletConfig(n),
		c.nodeDir(n, "containerd.toml"):                   c.containerdConfig(p, n),
		c.nodeDir(n, "cni", "10-bridge.conflist"):         c.bridgeConfig(n),
		c.nodeDir(n, "registries", "_default/hosts.toml"): fmt.Sprintf(registries, machine.RegistryAddress),
		c.path("resolv.conf"):                             "",
	} {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// registries has the machine's own registry answer for every other.
const registries = `server = "http://%[1]s"
[host."http://%[1]s"]
  capabilities = ["pull", "resolve"]
`

func (c Cluster) kubeletConfig(n node) string {
	return fmt.Sprintf(`apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: %[1]s
healthzBindAddress: %[1]s
containerRuntimeEndpoint: unix://%[2]s
authentication:
  x509: {clientCAFile: %[3]s}
  anonymous: {enabled: false}
  webhook: {enabled: false}
authorization: {mode: AlwaysAllow} # to whom the certificate was given: the API server
tlsCertFile: %[4]s
tlsPrivateKeyFile: %[5]s
clusterDomain: %[6]s
clusterDNS: [%[7]s]
resolvConf: %[8]s
cgroupDriver: cgroupfs
cgroupRoot: %[9]s
failCgroupV1: false # where the machine has nothing newer
failSwapOn: false
oomScoreAdj: 0 # lower would take a right that containers don't have
makeIPTablesUtilChains: false
podLogsDir: %[10]s
volumePluginDir: %[11]s
staticPodPath: ""
# The disk is the host's, and is not the node's to judge.
evictionHard: {memory.available: 50Mi, nodefs.available: 1Mi, nodefs.inodesFree: "1", imagefs.available: 1Mi}
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
nodeStatusUpdateFrequency: 4s
`, n.address, c.nodeDir(n, "containerd.sock"), c.path("keys", "ca.crt"), c.path("keys", n.kubelet()+"-server.crt"),
		c.path("keys", n.kubelet()+"-server.key"), machine.Domain, controlAddress, c.path("resolv.conf"), c.cgroup(n),
		c.nodeDir(n, "pod-logs"), c.nodeDir(n, "plugins"))
}

func (c Cluster) containerdConfig(p Parts, n node) string {
	return fmt.Sprintf(`version = 2
root = %[1]q
state = %[2]q
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.aufs"]
[grpc]
  address = %[3]q
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "pause:node"
  disable_apparmor = true
  restrict_oom_score_adj = true
  stream_server_address = %[4]q
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = %[5]q
    conf_dir = %[6]q
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = %[7]q
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
        BinaryName = %[8]q
`, c.nodeDir(n, "containerd"), c.nodeDir(n, "containerd-state"), c.nodeDir(n, "containerd.sock"), n.address,
		p.debian("/usr/lib/cni"), c.nodeDir(n, "cni"), c.nodeDir(n, "registries"), p.debian("/usr/sbin/runc"))
}

func (c Cluster) bridgeConfig(n node) string {
	return strings.NewReplacer("BRIDGE", fmt.Sprintf("cni%d", n.index), "SUBNET", n.subnet(), "DATA", c.nodeDir(n, "addresses")).Replace(`{
  "cniVersion": "0.4.0",
  "name": "bridge",
  "plugins": [{
    "type": "bridge", "bridge": "BRIDGE", "isGateway": true, "ipMasq": false, "hairpinMode": true,
    "ipam": {"type": "host-local", "dataDir": "DATA", "ranges": [[{"subnet": "SUBNET"}]], "routes": [{"dst": "0.0.0.0/0"}]}
  }]
}
`)
}
