package controlplane

import (
	"fmt"
	"net/url"

	"k8s.io/client-go/tools/clientcmd"
)

// guard refuses every kubeconfig but that of the sandbox cluster with this
// name: the scripts delete things.
func guard(kubeconfig, cluster string) error {
	config, err := clientcmd.LoadFromFile(kubeconfig)
	if err != nil {
		return err
	}
	if want := "kwok-" + cluster; config.CurrentContext != want {
		return fmt.Errorf("%s selects context %q, not %q", kubeconfig, config.CurrentContext, want)
	}
	context, ok := config.Contexts[config.CurrentContext]
	if !ok || len(config.Contexts) != 1 {
		return fmt.Errorf("%s has %d contexts, want only %q", kubeconfig, len(config.Contexts), config.CurrentContext)
	}
	entry, ok := config.Clusters[context.Cluster]
	if !ok || len(config.Clusters) != 1 {
		return fmt.Errorf("%s has %d clusters, want only %q", kubeconfig, len(config.Clusters), context.Cluster)
	}
	server, err := url.Parse(entry.Server)
	if err != nil {
		return err
	}
	if server.Scheme != "https" || server.Hostname() != "127.0.0.1" || server.Port() == "" || server.User != nil {
		return fmt.Errorf("%s leads to %s, which is not a sandbox on this machine", kubeconfig, entry.Server)
	}
	if entry.ProxyURL != "" {
		return fmt.Errorf("%s goes through the proxy %s", kubeconfig, entry.ProxyURL)
	}
	return nil
}
