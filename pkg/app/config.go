package app

import (
	"strings"
	"sync"

	"github.com/spf13/pflag"
	"k8s.io/client-go/tools/clientcmd"
)

// Config says which cluster is meant, as whom, and which namespace: kubectl's
// flags, and the kubeconfig below them. Those of k8s.io/cli-runtime also find out
// what kinds a cluster has, and the code for that is a third of a program.
type Config struct {
	Kubeconfig string // the file of --kubeconfig, empty for those of the environment
	clientcmd.ConfigOverrides
	UserExtra []string // KEY=VALUE, as whom else

	cacheDir string
	once     sync.Once
	loader   clientcmd.ClientConfig
}

// AddFlags adds the flags that every command of kubectl has.
func (c *Config) AddFlags(flags *pflag.FlagSet) {
	flags.StringVar(&c.Kubeconfig, "kubeconfig", "", "The kubeconfig file to use.")
	flags.StringVar(&c.cacheDir, "cache-dir", "", "Taken because kubectl has it: this plugin caches nothing.")
	flags.StringArrayVar(&c.UserExtra, "as-user-extra", nil,
		"More about the user to act as: KEY=VALUE, as often as there are keys and values.")
	names := clientcmd.RecommendedConfigOverrideFlags("")
	names.ClusterOverrideFlags.APIServer.ShortName = "s"
	names.ContextOverrideFlags.Namespace.LongName = "" // would take "ns/NAME", which kubectl does not
	flags.StringVarP(&c.Context.Namespace, "namespace", "n", "", names.ContextOverrideFlags.Namespace.Description)
	names.AuthOverrideFlags.Username.LongName, names.AuthOverrideFlags.Password.LongName = "", "" // no server takes these any more
	clientcmd.BindOverrideFlags(&c.ConfigOverrides, flags, names)
}

// Loader reads the kubeconfig, once, when it is first asked. The flags have to
// have been parsed by then.
func (c *Config) Loader() clientcmd.ClientConfig {
	c.once.Do(func() {
		rules := clientcmd.NewDefaultClientConfigLoadingRules()
		rules.ExplicitPath = c.Kubeconfig
		rules.DefaultClientConfig = &clientcmd.DefaultClientConfig
		c.ClusterDefaults = clientcmd.ClusterDefaults
		c.AuthInfo.ImpersonateUserExtra = extra(c.UserExtra)
		c.loader = clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &c.ConfigOverrides)
	})
	return c.loader
}

// extra are the values of each key, nil for none.
func extra(pairs []string) map[string][]string {
	var values map[string][]string
	for _, pair := range pairs {
		key, value, ok := strings.Cut(pair, "=")
		if !ok {
			continue
		}
		if values == nil {
			values = map[string][]string{}
		}
		values[key] = append(values[key], value)
	}
	return values
}
