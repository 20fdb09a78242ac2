// Package app is what a verb runs with: clients, streams, sinks, and how the command
// ends.
package app

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/answer"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/ci"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// Env is what every verb gets.
type Env struct {
	Streams term.Streams
	Config  *Config
	Color   term.ColorMode
	Version string
	Commit  string // that the program was built from, empty when nobody knows

	// What the command line asks for besides the verb's own work. The root
	// command fills it in before the verb begins.
	Output report.Format
	DryRun report.DryRun
	// ReportFiles are where --report wants the report.
	ReportFiles ci.Files
	// OnEnd is what --on-end-cmd has run when the command has ended.
	OnEnd OnEnd
	// FieldManager is the name for managedFields, empty for the plugin's own.
	FieldManager string
	Actions      *ci.Actions // nil but in a job of GitHub Actions
	// Report is what has happened so far, for these files and for the end of the command.
	Report ci.Report

	// Memory, unless it is nil, is told how many bytes a verb has to keep.
	Memory func(bytes int)

	caller *hint.Caller // how commands that help are shown, nil for what the flags tell

	host string           // of the API server, empty before there is a client
	home string           // the namespace that the flags lead to, empty before there is a client
	now  func() time.Time // the cluster's clock, nil before there is a client

	driver  note.Driver // this process, once somebody has asked
	notices notices
}

// Answer writes what a verb answers, in this form.
func (e *Env) Answer(format report.Format) answer.Writer {
	return answer.Writer{Out: e.Streams.Out, Color: e.Color, Format: format, Caller: e.Caller()}
}

// Client makes a client for the namespace that the flags and the kubeconfig
// lead to, or for the given one.
func (e *Env) Client(namespace string) (*kube.Client, error) {
	client, err := e.client(namespace, func(*rest.Config) {}, e.notices.note)
	if err != nil {
		return nil, err
	}
	e.now, e.host = client.Now, client.Host()
	if namespace == "" {
		e.home = client.Namespace
	}
	client.OnRetry(e.retrying)
	client.FieldManager = cmp.Or(e.FieldManager, client.FieldManager)
	return client, nil
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
	loader := e.Config.Loader()
	config, err := loader.ClientConfig()
	switch {
	case clientcmd.IsEmptyConfig(err), err == nil && e.nowhere(loader, config):
		return nil, errors.New("no kubeconfig: none is there and this is no pod; set KUBECONFIG, or give --kubeconfig")
	case err != nil:
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

// nowhere reports whether it is only for want of a kubeconfig that the config
// leads to where a server on this machine would listen.
func (e *Env) nowhere(loader clientcmd.ClientConfig, config *rest.Config) bool {
	raw, err := loader.RawConfig()
	given := e.Config.ClusterInfo.Server != ""
	return err == nil && clientcmdapi.IsConfigEmpty(&raw) && !given && config.BearerToken == "" && config.BearerTokenFile == ""
}

// QuotePath makes a word of a file's name that a shell reads as one, short
// enough to be read by a person: the home directory is ~, where shells know it.
func QuotePath(path string) string {
	home, err := os.UserHomeDir()
	rest, below := strings.CutPrefix(path, home+"/")
	if runtime.GOOS == "windows" || err != nil || !below || hint.Quote(rest) != rest {
		return hint.Quote(path)
	}
	return "~/" + rest
}
