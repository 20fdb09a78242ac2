package app

import (
	"cmp"
	"fmt"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// CallerIn is how the user calls the plugin, with the flags that lead to the
// same cluster and namespace, for commands that they copy. Without a namespace
// it is the one of the flags, if they name one.
func (e *Env) CallerIn(namespace string) hint.Caller {
	return e.Everywhere().In(cmp.Or(namespace, e.Config.Context.Namespace))
}

// Caller is how commands that help are shown.
func (e *Env) Caller() hint.Caller {
	switch {
	case e.caller != nil:
		return *e.caller
	case e.Config == nil:
		return hint.Caller{}
	}
	return e.CallerIn("").At(e.home)
}

// ShowFor has commands that help shown in another way than the flags tell.
func (e *Env) ShowFor(caller hint.Caller) { e.caller = &caller }

// Everywhere is the same for commands that are about no one namespace.
func (e *Env) Everywhere() hint.Caller { return hint.NewCaller(e.flags()...) }

// Context is what the user calls the cluster: the kubeconfig's context or, where
// there is none or a flag leads elsewhere, the server's address; empty when
// neither is known.
func (e *Env) Context() string {
	if e.Config == nil {
		return ""
	}
	if given := cmp.Or(e.Config.ClusterInfo.Server, e.Config.CurrentContext); given != "" {
		return given
	}
	raw, err := e.Config.Loader().RawConfig()
	if err != nil {
		return ""
	}
	return cmp.Or(raw.CurrentContext, e.host)
}

// Within names a namespace, or all of them when it is empty, and the cluster.
func (e *Env) Within(namespace string) string {
	return report.Where(cmp.Or(namespace, "all namespaces"), "", e.Context())
}

// Where is the set that the command is about, and the cluster.
func (e *Env) Where() string {
	return report.Where(e.Report.About.Namespace, e.Report.About.Name, e.Context())
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
	add := func(name string, values ...string) {
		for _, value := range values {
			if value != "" {
				flags = append(flags, hint.Flag{Name: name, Value: value})
			}
		}
	}
	c := e.Config
	add("--kubeconfig", c.Kubeconfig)
	add("--context", c.CurrentContext)
	add("--cluster", c.Context.Cluster)
	add("--user", c.Context.AuthInfo)
	add("--server", c.ClusterInfo.Server)
	add("--tls-server-name", c.ClusterInfo.TLSServerName)
	if c.ClusterInfo.InsecureSkipTLSVerify {
		flags = append(flags, hint.Flag{Name: "--insecure-skip-tls-verify"})
	}
	add("--certificate-authority", c.ClusterInfo.CertificateAuthority)
	add("--client-certificate", c.AuthInfo.ClientCertificate)
	add("--client-key", c.AuthInfo.ClientKey)
	if c.AuthInfo.Token != "" {
		add("--token", "TOKEN")
	}
	add("--as", c.AuthInfo.Impersonate)
	add("--as-uid", c.AuthInfo.ImpersonateUID)
	add("--as-group", c.AuthInfo.ImpersonateGroups...)
	add("--as-user-extra", c.UserExtra...)
	return flags
}

// Help shows a person what helps.
func (e *Env) Help(try []hint.Hint) {
	for _, help := range report.Helps(e.Caller(), try) {
		_, _ = fmt.Fprintln(e.Streams.Err, "  "+help)
	}
}

// WarnOf tells an error that is no reason to stop, and what helps. where is put
// before it.
func (e *Env) WarnOf(where string, err error) {
	e.Warn(where + err.Error())
	e.Help(hint.Of(err))
}
