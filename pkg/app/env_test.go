package app

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// given is what the flags of a command line say.
func given(t *testing.T, flags ...string) *Config {
	t.Helper()
	config, set := &Config{}, pflag.NewFlagSet("", pflag.ContinueOnError)
	config.AddFlags(set)
	require.NoError(t, set.Parse(flags))
	return config
}

func TestCommandLeadsToTheSameSet(t *testing.T) {
	tests := []struct {
		name      string
		flags     []string
		namespace string
		want      string
	}{
		{name: "no flags", want: "kubectl sts"},
		{
			name: "every flag that leads somewhere",
			flags: []string{
				"--kubeconfig=/k", "--context=c", "--cluster=cl", "--user=u", "-s", "https://h:1", "--as=jo", "--namespace=prod",
			},
			want: "kubectl sts --kubeconfig /k --context c --cluster cl --user u --server https://h:1 --as jo -n prod",
		},
		{
			name: "every flag that says as whom",
			flags: []string{
				"--tls-server-name=h", "--insecure-skip-tls-verify", "--certificate-authority=/ca", "--client-certificate=/c",
				"--client-key=/k", "--as=jo", "--as-uid=7", "--as-group=a", "--as-group=b c", "--as-user-extra=k=v",
			},
			want: "kubectl sts --tls-server-name h --insecure-skip-tls-verify --certificate-authority /ca --client-certificate /c " +
				"--client-key /k --as jo --as-uid 7 --as-group a --as-group 'b c' --as-user-extra k=v",
		},
		{
			name:  "a token is not shown, and without it nobody gets in",
			flags: []string{"--token=secret"}, want: "kubectl sts --token TOKEN",
		},
		{name: "empty flags are none", flags: []string{"--context=", "--namespace="}, want: "kubectl sts"},
		{
			name:  "a namespace that is given counts more than the flag",
			flags: []string{"-n", "flag"}, namespace: "manifest",
			want: "kubectl sts -n manifest",
		},
		{
			name:  "what a cloud calls its contexts needs no quotes",
			flags: []string{"--context=arn:aws:eks:eu-1:12:cluster/a_b"},
			want:  "kubectl sts --context arn:aws:eks:eu-1:12:cluster/a_b",
		},
		{
			name:  "what a shell would take apart is quoted",
			flags: []string{"--kubeconfig=/home/jo doe/$config", "--context=it's; rm -rf *"},
			want:  `kubectl sts --kubeconfig '/home/jo doe/$config' --context 'it'\''s; rm -rf *'`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			env := &Env{Config: given(t, test.flags...)}
			require.Equal(t, test.want+" status web", env.CallerIn(test.namespace).Sts("status", "web"))
		})
	}
}

func TestCommandsThatHelpAreShownForTheSetThatAManifestNames(t *testing.T) {
	status := func(env *Env) string { return env.Caller().Sts("status", "web") }
	require.Equal(t, "kubectl sts status web", status(&Env{}), "before the flags are read")
	env := &Env{Config: given(t, "-n", "prod")}
	require.Equal(t, "kubectl sts -n prod status web", status(env))
	env = &Env{Config: given(t, "--context", "eu")}
	require.Equal(t, "kubectl sts --context eu status web", status(env))
	env.ShowFor(env.CallerIn("manifest"))
	require.Equal(t, "kubectl sts --context eu -n manifest status web", status(env))
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

// Where the flags lead to the object's namespace a command need not name it.
func TestANamespaceThatTheFlagsLeadToIsNotNamed(t *testing.T) {
	kubeconfig(t, "http://127.0.0.1:1")
	about := func(env *Env, namespace string) string {
		return env.Caller().Command(hint.Hint{Kind: hint.Sts, Verb: "status", Args: []string{"web"}, Namespace: namespace})
	}
	env := &Env{Config: given(t)}
	require.Equal(t, "kubectl sts -n team status web", about(env, "team"), "nobody knows yet where they lead")
	_, err := env.Client("")
	require.NoError(t, err)
	require.Equal(t, "kubectl sts status web", about(env, "team"))
	require.Equal(t, "kubectl sts -n other status web", about(env, "other"))
	env = &Env{Config: given(t, "-n", "prod")}
	_, err = env.Client("")
	require.NoError(t, err)
	require.Equal(t, "kubectl sts -n prod status web", about(env, "prod"), "as it was given")
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

			client, err := (&Env{Config: given(t, "--namespace", test.flag)}).Client(test.given)

			require.NoError(t, err)
			require.Equal(t, test.want, client.Namespace)
		})
	}
}

func TestClientSaysWhoItIsAndPassesWarningsOn(t *testing.T) {
	agents := make(chan string, 2) // a set that is not there may be written down
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		agents <- r.UserAgent()
		w.Header().Set("Warning", `299 - "old\u001b[31m"`)
		w.WriteHeader(http.StatusNotFound)
	}))
	defer server.Close()
	kubeconfig(t, server.URL)
	var stderr strings.Builder
	env := &Env{Config: &Config{}, Streams: term.Streams{Err: &stderr}, Version: "v1.2.3"}
	client, err := env.Client("")
	require.NoError(t, err)

	for range 3 {
		_, _, err = client.Load(t.Context(), "web")
		require.EqualError(t, err, `statefulset "web" not found in namespace "team"`)
		require.Equal(t, "kubectl-sts/v1.2.3", <-agents)
		require.Equal(t, "kubectl-sts/v1.2.3", <-agents)
	}

	require.Empty(t, stderr.String(), "whoever reads an answer does not write")
	env.Flush()
	require.Equal(t, "warning: oldu001b[31m\n", stderr.String(), "once")
}

func TestClientNeedsAKubeconfig(t *testing.T) {
	t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))

	_, err := (&Env{Config: given(t, "--context=nowhere")}).Client("")

	require.EqualError(t, err, `kubeconfig: context "nowhere" does not exist`)
}

func TestWithoutAKubeconfigOneLineSaysSo(t *testing.T) {
	t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))
	t.Setenv("KUBERNETES_SERVICE_HOST", "")
	const none = "no kubeconfig: none is there and this is no pod; set KUBECONFIG, or give --kubeconfig"

	_, err := (&Env{Config: &Config{}}).Client("")
	require.EqualError(t, err, none)

	_, err = (&Env{Config: given(t, "--server=http://127.0.0.1:1")}).Client("")
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
