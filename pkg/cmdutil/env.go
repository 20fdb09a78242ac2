// Package cmdutil is what the verbs share: their surroundings, flags that
// several have, and the way from a plan to its outcome.
package cmdutil

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/client-go/rest"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// Env is what every verb gets.
type Env struct {
	Streams term.Streams
	Config  *genericclioptions.ConfigFlags
	Color   term.ColorMode
	Version string
	Commit  string // that the program was built from, empty when nobody knows

	// What the command line asks for besides the verb's own work. The root
	// command fills it in before the verb begins.
	Output  report.Format
	DryRun  report.DryRun
	Reports report.Files
	Actions *report.Actions // nil but in a job of GitHub Actions
	// Protocol is what the reports are made of.
	Protocol report.Protocol

	// Memory, unless it is nil, is told how many bytes a verb has to keep.
	Memory func(bytes int)

	now     func() time.Time // the cluster's clock, nil before there is a client
	notices notices
}

// Client makes a client for the namespace that the flags and the kubeconfig
// lead to, or for the given one.
func (e *Env) Client(namespace string) (*kube.Client, error) {
	client, err := e.client(namespace, func(*rest.Config) {}, e.notices.note)
	if err == nil {
		e.now = client.Now
		client.OnRetry(e.retrying)
	}
	return client, err
}

// Keep tells how many bytes the verb has to keep: of what comes page by page
// most is garbage soon, and may be collected the sooner the less is kept.
func (e *Env) Keep(bytes int) {
	if e.Memory != nil {
		e.Memory(bytes)
	}
}

// Glance makes a client for a look in passing, as a shell's completion takes
// it: no request is long, nothing is said, and nobody is asked to log in.
func (e *Env) Glance(atMost time.Duration) (*kube.Client, error) {
	return e.client("", func(config *rest.Config) {
		config.Timeout = atMost
		if config.ExecProvider != nil {
			config.ExecProvider = config.ExecProvider.DeepCopy()
			config.ExecProvider.StdinUnavailable = true
		}
	}, func(string) {})
}

func (e *Env) client(namespace string, adjust func(*rest.Config), warn func(string)) (*kube.Client, error) {
	loader := e.Config.ToRawKubeConfigLoader()
	config, err := loader.ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("kubeconfig: %w", err)
	}
	if namespace == "" {
		if namespace, _, err = loader.Namespace(); err != nil {
			return nil, fmt.Errorf("kubeconfig: %w", err)
		}
	}
	config.UserAgent = "kubectl-sts/" + e.Version
	adjust(config)
	return kube.New(config, namespace, warn)
}

// Command is how the user calls the plugin, with the flags that lead to the
// same cluster and namespace, for commands that they copy.
func (e *Env) Command(namespace string) string {
	words := []string{"kubectl", "sts"}
	add := func(flag string, value *string) {
		if value != nil && *value != "" {
			words = append(words, flag, rollout.Quote(*value))
		}
	}
	add("--kubeconfig", e.Config.KubeConfig)
	add("--context", e.Config.Context)
	add("--cluster", e.Config.ClusterName)
	add("--user", e.Config.AuthInfoName)
	add("--server", e.Config.APIServer)
	add("--as", e.Config.Impersonate)
	if namespace == "" && e.Config.Namespace != nil {
		namespace = *e.Config.Namespace
	}
	add("-n", &namespace)
	return strings.Join(words, " ")
}

// QuotePath makes a word of a file's name that a shell reads as one, short
// enough to be read by a person: the home directory is ~, where shells know it.
func QuotePath(path string) string {
	home, err := os.UserHomeDir()
	rest, below := strings.CutPrefix(path, home+"/")
	if runtime.GOOS == "windows" || err != nil || !below || rollout.Quote(rest) != rest {
		return rollout.Quote(path)
	}
	return "~/" + rest
}
