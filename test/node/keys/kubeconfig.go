package keys

import (
	"encoding/base64"
	"fmt"
	"os"
)

// Kubeconfig writes a kubeconfig for a client's certificate, with all in it.
func (a *Authority) Kubeconfig(path, context, server, client string) error {
	var part [3]string
	for i, file := range []string{a.File("ca", "crt"), a.File(client, "crt"), a.File(client, "key")} {
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		part[i] = base64.StdEncoding.EncodeToString(content)
	}
	return os.WriteFile(path, fmt.Appendf(nil, kubeconfig, context, server, part[0], part[1], part[2]), 0o600)
}

const kubeconfig = `apiVersion: v1
kind: Config
current-context: %[1]s
contexts:
- name: %[1]s
  context: {cluster: %[1]s, user: %[1]s}
clusters:
- name: %[1]s
  cluster:
    server: %[2]s
    certificate-authority-data: %[3]s
users:
- name: %[1]s
  user:
    client-certificate-data: %[4]s
    client-key-data: %[5]s
`
