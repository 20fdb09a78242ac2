//go:build linux

package cluster

import (
	"path/filepath"

	"github.com/kubectl-sts/kubectl-sts/test/node/machine"
)

// serviceNetwork has the addresses of services. Nothing answers there but names.
const serviceNetwork = "10.96.0.0/16"

// processes are what runs in the machine, in the order in which it starts.
func (c Cluster) processes(p Parts, all []node) []machine.Process {
	key := func(name, ext string) string { return c.path("keys", name+"."+ext) }
	control := func(name string) string { return filepath.Join(p.Control, name) }
	started := []machine.Process{
		{Name: "etcd", Args: []string{
			control("etcd"), "--data-dir=" + c.path("etcd"), "--unsafe-no-fsync",
			"--listen-client-urls=http://127.0.0.1:2379", "--advertise-client-urls=http://127.0.0.1:2379",
			"--listen-peer-urls=http://127.0.0.1:2380",
		}},
		{Name: "kube-apiserver", Args: []string{
			control("kube-apiserver"),
			"--etcd-servers=http://127.0.0.1:2379", "--bind-address=0.0.0.0", "--secure-port=" + serverPort,
			"--advertise-address=" + controlAddress, "--service-cluster-ip-range=" + serviceNetwork,
			"--authorization-mode=Node,RBAC", "--client-ca-file=" + key("ca", "crt"),
			"--tls-cert-file=" + key("apiserver", "crt"), "--tls-private-key-file=" + key("apiserver", "key"),
			"--kubelet-certificate-authority=" + key("ca", "crt"), "--kubelet-preferred-address-types=InternalIP",
			"--kubelet-client-certificate=" + key("apiserver-kubelet", "crt"), "--kubelet-client-key=" + key("apiserver-kubelet", "key"),
			"--service-account-key-file=" + key("ca", "crt"), "--service-account-signing-key-file=" + key("ca", "key"),
			"--service-account-issuer=https://kubernetes.default.svc", "--allow-privileged",
		}},
		{Name: "kube-controller-manager", Args: []string{
			control("kube-controller-manager"), "--kubeconfig=" + c.path("keys", "controllers.kubeconfig"),
			"--use-service-account-credentials", "--service-account-private-key-file=" + key("ca", "key"),
			"--root-ca-file=" + key("ca", "crt"), "--leader-elect=false", "--enable-hostpath-provisioner",
			"--flex-volume-plugin-dir=" + c.path("plugins"), "--bind-address=127.0.0.1",
		}},
		{Name: "kube-scheduler", Args: []string{
			control("kube-scheduler"), "--kubeconfig=" + c.path("keys", "scheduler.kubeconfig"),
			"--leader-elect=false", "--bind-address=127.0.0.1",
		}},
	}
	for _, n := range all {
		started = append(started, c.nodeProcesses(p, n)...)
	}
	return started
}

func (c Cluster) nodeProcesses(p Parts, n node) []machine.Process {
	// The runtime's shim is looked for there, and so are mount and the like.
	path := "PATH=" + p.debian("/usr/bin") + ":/usr/sbin:/usr/bin:/sbin:/bin"
	return []machine.Process{
		{Name: n.containerd(), Env: []string{path}, Args: []string{
			p.debian("/usr/bin/containerd"), "--config", c.nodeDir(n, "containerd.toml"),
		}},
		{Name: n.kubelet(), Env: []string{path}, Args: []string{
			filepath.Join(p.Kubelet, "kubelet"), "--config=" + c.nodeDir(n, "kubelet.yaml"),
			"--kubeconfig=" + c.path("keys", n.kubelet()+".kubeconfig"),
			"--hostname-override=" + n.name, "--node-ip=" + n.address,
			"--root-dir=" + c.nodeDir(n, "kubelet"), "--cert-dir=" + c.nodeDir(n, "pki"),
			"--node-labels=topology.kubernetes.io/zone=" + n.zone,
		}},
	}
}
