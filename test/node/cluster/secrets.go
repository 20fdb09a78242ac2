//go:build linux

package cluster

import (
	"fmt"

	"github.com/kubectl-sts/kubectl-sts/test/node/keys"
)

// writeKeys makes the certificates of all parts. port is where the host reaches
// the API server.
func (c Cluster) writeKeys(port int, all []node) error {
	a, err := keys.New(c.path("keys"))
	if err != nil {
		return err
	}
	names := []string{"kubernetes.default.svc", "kubernetes.default"}
	if err := a.Server("apiserver", []string{"127.0.0.1", controlAddress, "10.96.0.1"}, names); err != nil {
		return err
	}
	if err := a.Client("apiserver-kubelet", "apiserver", "system:masters"); err != nil {
		return err
	}
	users := []struct{ file, user, group string }{
		{"controllers", "system:kube-controller-manager", ""},
		{"scheduler", "system:kube-scheduler", ""},
		{"admin", "admin", "system:masters"},
	}
	for _, n := range all {
		if err := a.Server(n.kubelet()+"-server", []string{n.address}, []string{n.name}); err != nil {
			return err
		}
		users = append(users, struct{ file, user, group string }{n.kubelet(), "system:node:" + n.name, "system:nodes"})
	}
	for _, u := range users {
		if err := a.Client(u.file, u.user, u.group); err != nil {
			return err
		}
		config := c.path("keys", u.file+".kubeconfig")
		if err := a.Kubeconfig(config, u.file, "https://"+controlAddress+":"+serverPort, u.file); err != nil {
			return err
		}
	}
	return a.Kubeconfig(c.Kubeconfig(), "node-"+c.Name, fmt.Sprintf("https://127.0.0.1:%d", port), "admin")
}
