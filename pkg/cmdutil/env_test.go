package cmdutil

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

func TestCommandLeadsToTheSameSet(t *testing.T) {
	tests := []struct {
		name      string
		config    *genericclioptions.ConfigFlags
		namespace string
		want      string
	}{
		{name: "no flags", config: &genericclioptions.ConfigFlags{}, want: "kubectl sts"},
		{
			name: "every flag that leads somewhere",
			config: &genericclioptions.ConfigFlags{
				KubeConfig: ptr.To("/k"), Context: ptr.To("c"), ClusterName: ptr.To("cl"), AuthInfoName: ptr.To("u"),
				APIServer: ptr.To("https://h:1"), Impersonate: ptr.To("jo"), Namespace: ptr.To("prod"),
			},
			want: "kubectl sts --kubeconfig /k --context c --cluster cl --user u --server https://h:1 --as jo -n prod",
		},
		{
			name: "every flag that says as whom",
			config: &genericclioptions.ConfigFlags{
				TLSServerName: ptr.To("h"), Insecure: ptr.To(true), CAFile: ptr.To("/ca"), CertFile: ptr.To("/c"), KeyFile: ptr.To("/k"),
				Impersonate: ptr.To("jo"), ImpersonateUID: ptr.To("7"), ImpersonateGroup: &[]string{"a", "b c"},
				ImpersonateUserExtra: &[]string{"k=v"},
			},
			want: "kubectl sts --tls-server-name h --insecure-skip-tls-verify --certificate-authority /ca --client-certificate /c " +
				"--client-key /k --as jo --as-uid 7 --as-group a --as-group 'b c' --as-user-extra k=v",
		},
		{
			name:   "a token is not shown, and without it nobody gets in",
			config: &genericclioptions.ConfigFlags{BearerToken: ptr.To("secret")}, want: "kubectl sts --token TOKEN",
		},
		{
			name: "empty flags are none", config: &genericclioptions.ConfigFlags{Context: ptr.To(""), Namespace: ptr.To("")},
			want: "kubectl sts",
		},
		{
			name:   "a namespace that is given counts more than the flag",
			config: &genericclioptions.ConfigFlags{Namespace: ptr.To("flag")}, namespace: "manifest",
			want: "kubectl sts -n manifest",
		},
		{
			name:   "what a cloud calls its contexts needs no quotes",
			config: &genericclioptions.ConfigFlags{Context: ptr.To("arn:aws:eks:eu-1:12:cluster/a_b")},
			want:   "kubectl sts --context arn:aws:eks:eu-1:12:cluster/a_b",
		},
		{
			name:   "what a shell would take apart is quoted",
			config: &genericclioptions.ConfigFlags{KubeConfig: ptr.To("/home/jo doe/$config"), Context: ptr.To("it's; rm -rf *")},
			want:   `kubectl sts --kubeconfig '/home/jo doe/$config' --context 'it'\''s; rm -rf *'`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			env := &Env{Config: test.config}
			require.Equal(t, hint.Caller(test.want), env.Command(test.namespace))
		})
	}
}

// kubeconfig points the default configuration at a server, in namespace team.
func kubeconfig(t *testing.T, server string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "config")
	require.NoError(t, os.WriteFile(file, []byte(`
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "`+server+`"}}]
contexts: [{name: x, context: {cluster: c, namespace: team}}]
current-context: x
`), 0o600))
	t.Setenv("KUBECONFIG", file)
}

func TestClientIsForTheNamespace(t *testing.T) {
	tests := []struct{ name, flag, given, want string }{
		{"of the kubeconfig", "", "", "team"},
		{"of the flag", "prod", "", "prod"},
		{"that is given", "", "manifest", "manifest"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			kubeconfig(t, "http://127.0.0.1:1")
			config := genericclioptions.NewConfigFlags(false)
			config.Namespace = &test.flag

			client, err := (&Env{Config: config}).Client(test.given)

			require.NoError(t, err)
			require.Equal(t, test.want, client.Namespace)
		})
	}
}

func TestClientSaysWhoItIsAndPassesWarningsOn(t *testing.T) {
	agents := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		agents <- r.UserAgent()
		w.Header().Set("Warning", `299 - "old\u001b[31m"`)
		w.WriteHeader(http.StatusNotFound)
	}))
	defer server.Close()
	kubeconfig(t, server.URL)
	var stderr strings.Builder
	env := &Env{Config: genericclioptions.NewConfigFlags(false), Streams: term.Streams{Err: &stderr}, Version: "v1.2.3"}
	client, err := env.Client("")
	require.NoError(t, err)

	for range 3 {
		_, _, err = client.Load(t.Context(), "web")
		require.EqualError(t, err, `statefulset "web" not found in namespace "team"`)
		require.Equal(t, "kubectl-sts/v1.2.3", <-agents)
	}

	require.Empty(t, stderr.String(), "whoever reads an answer does not write")
	env.Flush()
	require.Equal(t, "warning: oldu001b[31m\n", stderr.String(), "once")
}

func TestClientNeedsAKubeconfig(t *testing.T) {
	t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))
	config := genericclioptions.NewConfigFlags(false)
	config.Context = ptr.To("nowhere")

	_, err := (&Env{Config: config}).Client("")

	require.EqualError(t, err, `kubeconfig: context "nowhere" does not exist`)
}

func TestWithoutAKubeconfigOneLineSaysSo(t *testing.T) {
	t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))
	t.Setenv("KUBERNETES_SERVICE_HOST", "")
	const none = "no kubeconfig: none is there and this is no pod; set KUBECONFIG, or give --kubeconfig"

	_, err := (&Env{Config: genericclioptions.NewConfigFlags(false)}).Client("")
	require.EqualError(t, err, none)

	there := genericclioptions.NewConfigFlags(false)
	there.APIServer = ptr.To("http://127.0.0.1:1")
	_, err = (&Env{Config: there}).Client("")
	require.NoError(t, err, "who names the server needs none")
}

func TestQuotePathIsShortWhereAShellUnderstandsIt(t *testing.T) {
	tests := []struct{ name, path, want string }{
		{"a file below home", "/home/ann/.local/state/x.yaml", "~/.local/state/x.yaml"},
		{"a file elsewhere", "/var/x.yaml", "/var/x.yaml"},
		{"a home that only begins alike", "/home/anna/x.yaml", "/home/anna/x.yaml"},
		{"in quotes a shell leaves the ~ alone", "/home/ann/my files/x.yaml", "'/home/ann/my files/x.yaml'"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("HOME", "/home/ann")
			require.Equal(t, test.want, QuotePath(test.path))
		})
	}
}
