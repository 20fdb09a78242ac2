package cmdutil

import (
	"cmp"
	"fmt"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// Command is how the user calls the plugin, with the flags that lead to the
// same cluster and namespace, for commands that they copy. Without a namespace
// it is the one of the flags, if they name one.
func (e *Env) Command(namespace string) hint.Caller {
	if namespace == "" && e.Config.Namespace != nil {
		namespace = *e.Config.Namespace
	}
	flags := e.flags()
	if namespace != "" {
		flags = append(flags, hint.Flag{Name: "-n", Value: namespace})
	}
	return hint.NewCaller(flags...)
}

// Everywhere is the same for commands that are about no one namespace.
func (e *Env) Everywhere() hint.Caller { return hint.NewCaller(e.flags()...) }

// Context is what the user calls the cluster: the kubeconfig's context or, where
// there is none or a flag leads elsewhere, the server's address; empty when
// neither is known.
func (e *Env) Context() string {
	if e.Config == nil {
		return ""
	}
	if c := e.Config.APIServer; c != nil && *c != "" {
		return *c
	}
	if c := e.Config.Context; c != nil && *c != "" {
		return *c
	}
	raw, err := e.Config.ToRawKubeConfigLoader().RawConfig()
	if err != nil {
		return ""
	}
	return cmp.Or(raw.CurrentContext, e.host)
}

// Where is the set that the command is about, and the cluster.
func (e *Env) Where() string {
	return report.Where(e.Protocol.About.Namespace, e.Protocol.About.Name, e.Context())
}

// Question puts where before a question, so that nobody answers for another set
// than they think of.
func (e *Env) Question(question string) string {
	if where := e.Where(); where != "" {
		return where + ": " + question
	}
	return question
}

// flags are those that lead to the same cluster as the same user. A token is
// nothing to show: in its place stands a word that no server accepts.
func (e *Env) flags() []hint.Flag {
	var flags []hint.Flag
	add := func(name string, value *string) {
		if value != nil && *value != "" {
			flags = append(flags, hint.Flag{Name: name, Value: *value})
		}
	}
	each := func(name string, values *[]string) {
		if values != nil {
			for _, value := range *values {
				add(name, &value)
			}
		}
	}
	c := e.Config
	add("--kubeconfig", c.KubeConfig)
	add("--context", c.Context)
	add("--cluster", c.ClusterName)
	add("--user", c.AuthInfoName)
	add("--server", c.APIServer)
	add("--tls-server-name", c.TLSServerName)
	if c.Insecure != nil && *c.Insecure {
		flags = append(flags, hint.Flag{Name: "--insecure-skip-tls-verify"})
	}
	add("--certificate-authority", c.CAFile)
	add("--client-certificate", c.CertFile)
	add("--client-key", c.KeyFile)
	if c.BearerToken != nil && *c.BearerToken != "" {
		flags = append(flags, hint.Flag{Name: "--token", Value: "TOKEN"})
	}
	add("--as", c.Impersonate)
	add("--as-uid", c.ImpersonateUID)
	each("--as-group", c.ImpersonateGroup)
	each("--as-user-extra", c.ImpersonateUserExtra)
	return flags
}

// Hints are the commands that help with an error, rendered.
func (e *Env) Hints(err error) []string {
	var out []string
	for _, h := range hint.Of(err) {
		out = append(out, e.Command(h.Namespace).Render(h))
	}
	return out
}

// WarnOf tells an error that is no reason to stop, and what helps. where is put
// before it.
func (e *Env) WarnOf(where string, err error) {
	e.Warn(where + err.Error())
	for _, help := range e.Hints(err) {
		_, _ = fmt.Fprintln(e.Streams.Err, "  "+report.Clean(help))
	}
}
