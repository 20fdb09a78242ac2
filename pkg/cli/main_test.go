package cli_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubectl-sts/kubectl-sts/pkg/cli"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// ran is what a command line did.
type ran struct {
	Code           int
	Stdout, Stderr string
}

func run(ctx context.Context, args ...string) ran {
	var stdout, stderr strings.Builder
	code := cli.Main(ctx, genericiooptions.IOStreams{In: strings.NewReader(""), Out: &stdout, ErrOut: &stderr}, args)
	return ran{code, stdout.String(), stderr.String()}
}

// serve points the kubeconfig at a server.
func serve(t *testing.T, answer http.HandlerFunc) {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "config")
	require.NoError(t, os.WriteFile(file, []byte(`
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "`+server.URL+`"}}]
contexts: [{name: x, context: {cluster: c}}]
current-context: x
`), 0o600))
	t.Setenv("KUBECONFIG", file)
}

// holding serves set web, or none, with its pods. Whatever writes fails the
// test.
func holding(t *testing.T, set *appsv1.StatefulSet, pods ...[]*corev1.Pod) {
	t.Helper()
	items := []*corev1.Pod{}
	for _, some := range pods {
		items = append(items, some...)
	}
	serve(t, func(w http.ResponseWriter, r *http.Request) {
		if answersReview(w, r) {
			return
		}
		if r.Method != http.MethodGet {
			t.Errorf("unexpected %s %s", r.Method, r.URL)
		}
		w.Header().Set("Content-Type", "application/json")
		switch {
		case strings.HasSuffix(r.URL.Path, "/statefulsets/web") && set != nil:
			_ = json.NewEncoder(w).Encode(set)
		case strings.Contains(r.URL.Path, "/statefulsets/"), strings.Contains(r.URL.Path, "/configmaps/"):
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404}`)
		case strings.HasSuffix(r.URL.Path, "/statefulsets") && set != nil:
			_ = json.NewEncoder(w).Encode(map[string]any{"items": []*appsv1.StatefulSet{set}})
		case strings.HasSuffix(r.URL.Path, "/pods"):
			_ = json.NewEncoder(w).Encode(map[string]any{"items": items})
		default:
			_, _ = io.WriteString(w, `{"items":[]}`)
		}
	})
}

// answersReview answers who asks what it may do: everything.
func answersReview(w http.ResponseWriter, r *http.Request) bool {
	if !strings.HasSuffix(r.URL.Path, "/selfsubjectaccessreviews") {
		return false
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"kind":"SelfSubjectAccessReview","apiVersion":"authorization.k8s.io/v1","status":{"allowed":true}}`)
	return true
}

func TestBadUsageIsOneLineAndExitCode2(t *testing.T) {
	tests := []struct{ args, want string }{
		{"nonsense", `unknown command "nonsense"`},
		{"--nonsense", "unknown flag: --nonsense"},
		{"canary web --nonsense", "unknown flag: --nonsense"},
		{"canary", "which StatefulSet? give its name"},
		{"canary deployment/web", `"deployment/web" is not a StatefulSet`},
		{"canary web --steps=3,1", "--steps=3,1: step 2 (1) must be larger than step 1 (3)"},
		{"canary web --soak=soon", `invalid argument "soon" for "--soak" flag: time: invalid duration "soon"`},
		{"canary web --image", "flag needs an argument: --image"},
		{"canary web --dry-run", "flag needs an argument: --dry-run"},
		{"status web --request-timeout=soon", "--request-timeout=soon: give a time such as 10s or 2m, or 0 for none"},
		{"status web --request-timeout=-1s", "--request-timeout=-1s: must not be negative"},
		{"canary web --color=blue", `--color=blue: must be "auto", "always" or "never"`},
		{"promote", "which StatefulSet? give its name"},
		{"promote web --fully", "unknown flag: --fully\n  did you mean: --full"},
		{"abort web api", "one StatefulSet at a time, not 2: web api"},
		{"abort web --full", "unknown flag: --full\n  --full is a flag of: kubectl sts promote"},
		{"version web", `version takes no arguments, but there is "web"`},
		{"version -o wide", "-o wide: must be json or yaml"},
		{"completion", "completion for what? give one of bash, zsh, fish, powershell and kubectl"},
		{"completion csh", "completion for what? give one of bash, zsh, fish, powershell and kubectl"},
		{"completion bash zsh", "completion for what? give one of bash, zsh, fish, powershell and kubectl"},
		{"status web -A", "give names or --all-namespaces, not both: a name is looked up in one namespace"},
		{"status deployment/web", `"deployment/web" is not a StatefulSet`},
		{"status web -o wide", "-o wide: must be json or yaml"},
		{"watch web --all", "names, --all and -l don't go together"},
		{"history web --diff 1,2,3", "--diff=1,2,3: give one revision or two, not 3"},
	}
	for _, test := range tests {
		t.Run(test.args, func(t *testing.T) {
			serve(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("unexpected %s %s", r.Method, r.URL) })
			verb, _, _ := strings.Cut(test.args, " ")
			if !slices.ContainsFunc(verbs(), func(c *cobra.Command) bool { return c.Name() == verb }) {
				verb = ""
			}
			hint := "See '" + strings.TrimSpace("kubectl sts "+verb) + " --help'.\n"
			require.Equal(t, ran{2, "", "error: " + test.want + "\n" + hint}, run(t.Context(), strings.Fields(test.args)...))
		})
	}
}

func TestHelpTearsNoFlagApart(t *testing.T) {
	for _, verb := range []string{"scale", "prune-pvc", "status"} {
		got := run(t.Context(), verb, "--help")
		require.NotRegexp(t, `(?m)[-]$`, got.Stdout)
	}
}

func TestHelpAndScriptsGoToStandardOutput(t *testing.T) {
	tests := []struct{ args, want string }{
		{"", "Take StatefulSets through canaries"},
		{"--help", "Take StatefulSets through canaries"},
		{"-h", "Take StatefulSets through canaries"},
		{"help canary", "kubectl sts canary web --image nginx=nginx:1.22"},
		{"canary --help", "--on-failure"},
		{"promote -h", "--full"},
		{"abort --help", "kubectl sts abort web"},
		{"status --help", "--patience"},
		{"watch --help", "--selector"},
		{"history --help", "numbers move, names stay"},
		{"options", "--kubeconfig"},
		{"version --help", "--client"},
		{"completion --help", "kubectl_complete-sts"},
		{"completion bash", "__start_kubectl-sts"},
		{"completion zsh", "#compdef kubectl-sts"},
		{"completion fish", "complete -c kubectl-sts"},
		{"completion powershell", "Register-ArgumentCompleter -CommandName 'kubectl-sts'"},
		{"completion kubectl", `exec kubectl-sts __complete "$@"`},
	}
	for _, test := range tests {
		t.Run(test.args, func(t *testing.T) {
			serve(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("unexpected %s %s", r.Method, r.URL) })
			got := run(t.Context(), strings.Fields(test.args)...)
			require.Contains(t, got.Stdout, test.want)
			require.Equal(t, ran{Stdout: got.Stdout}, got)
		})
	}
}

func TestVerbsEndInTheirExitCodes(t *testing.T) {
	settled := ststest.Pods(0, 5)
	tests := []struct {
		name   string
		args   string
		set    *appsv1.StatefulSet
		pods   []*corev1.Pod
		code   int
		stdout string // the last line
		stderr string
	}{
		{
			name: "a settled set", args: "status web", set: ststest.Set(), pods: settled, code: 0,
			stdout: "settled: all 5 pods are updated and Available",
		},
		{
			name: "a set in trouble", args: "status web", set: ststest.Set(), code: 4,
			pods:   append(ststest.Pods(0, 4), ststest.Pod(4, ststest.Waiting("InvalidImageName", "no"))),
			stdout: "look closer: kubectl describe pod web-4",
		},
		{
			name: "a set that a partition holds", args: "status web", code: 5,
			set: ststest.Set(ststest.Partition(5), ststest.Updating("nginx:1.22")), pods: settled,
			stdout: "take the others through step by step: kubectl sts canary web",
		},
		{
			name: "a watch of a settled set", args: "watch web", set: ststest.Set(), pods: settled, code: 0,
			stdout: " done: all 5 pods are updated and Available",
		},
		{
			name: "a watch of a set that a partition holds", args: "watch web", code: 5,
			set: ststest.Set(ststest.Partition(5), ststest.Updating("nginx:1.22")), pods: settled,
			stdout: "take the others through step by step: kubectl sts canary web",
		},
		{
			name: "a watch of no such set", args: "watch web", code: 1,
			stderr: "error: statefulset \"web\" not found in namespace \"default\"\n",
		},
		{
			name: "a history", args: "history web", set: ststest.Set(), pods: settled, code: 0,
			stdout: "-          web-stable   -     5      stable,update   -        <none>",
			stderr: "note: revision web-stable is gone, and its template with it: nothing can go back to it\n",
		},
		{
			name: "a revision that there is not", args: "history web --revision 7", set: ststest.Set(), pods: settled, code: 1,
			stderr: "error: statefulset \"web\" has no revisions\n",
		},
		{name: "no such set", args: "status web", code: 1, stderr: "error: statefulset \"web\" not found in namespace \"default\"\n"},
		{
			name: "nothing to promote", args: "promote web", set: ststest.Set(), pods: settled, code: 3,
			stderr: "refused: no canary of statefulset \"web\" is in progress\n" +
				"  start one: kubectl sts canary web --image CONTAINER=IMAGE\n  or look: kubectl sts status web\n",
		},
		{
			name: "nothing to abort", args: "abort web", set: ststest.Set(), pods: settled, code: 0,
			stderr: "no canary of statefulset \"web\" is in progress: nothing was changed\n",
		},
		{
			name: "nothing to change", args: "canary web --image nginx=nginx:1.21 --yes", set: ststest.Set(), pods: settled,
			stderr: "every pod of statefulset \"web\" runs this template already; nothing to do\n",
		},
		{
			name: "a container that there is not", args: "canary web --image ngingx=nginx:1.22", set: ststest.Set(), pods: settled, code: 2,
			stderr: "error: --image: no container \"ngingx\" in the template (there are: nginx)\n" +
				seeHelp,
		},
		{
			name: "a dry run", args: "canary web --image nginx=nginx:1.22 --dry-run=client", set: ststest.Set(), pods: settled, code: 0,
			stdout: "(dry run)",
		},
		{
			name: "a dry run that a variable should have asked for", args: "canary web --image nginx=nginx:1.22 --dry-run=",
			set: ststest.Set(), pods: settled, code: 2, stderr: "error: --dry-run is empty\n" + seeHelp,
		},
		{
			name: "a way back that a variable should have asked for", args: "promote web --on-failure=", set: ststest.Set(),
			pods: settled, code: 2, stderr: "error: --on-failure is empty\nSee 'kubectl sts promote --help'.\n",
		},
		{
			name: "a report that a variable should have named", args: "abort web --report=", set: ststest.Set(),
			pods: settled, code: 2, stderr: "error: --report is empty\nSee 'kubectl sts abort --help'.\n",
		},
		{
			name: "one image of two is empty", args: "canary web --image= --image nginx=nginx:1.22", set: ststest.Set(), pods: settled,
			code: 2, stderr: "error: --image: \"\" is not CONTAINER=IMAGE\n" + seeHelp,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			holding(t, test.set, test.pods)

			got := run(t.Context(), strings.Fields(test.args)...)

			require.Equal(t, test.code, got.Code, got.Stderr)
			lines := strings.Split(strings.TrimSpace(got.Stdout), "\n")
			// What the rules find of the set, which has no readiness probe, is told below all else.
			lines = slices.DeleteFunc(lines, func(line string) bool { return strings.HasPrefix(line, "doctor: ") })
			require.True(t, strings.HasSuffix(lines[len(lines)-1], test.stdout), got.Stdout)
			require.Equal(t, test.stdout == "", got.Stdout == "")
			require.Equal(t, test.stderr, got.Stderr)
		})
	}
}

func TestInterruptedBeforeAnythingIsExitCode130(t *testing.T) {
	holding(t, ststest.Set(), ststest.Pods(0, 5))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	require.Equal(t, 130, run(ctx, "status", "web").Code)
}

func TestAServerThatIsNotThereIsExitCode1(t *testing.T) {
	holding(t, nil)
	got := run(t.Context(), "status", "web", "--server=http://127.0.0.1:1")

	const unreachable = "cannot reach the API server at http://127.0.0.1:1: connection refused"
	require.Equal(t, ran{1, "", "warning: " + unreachable + "; trying again for up to 10s\nerror: " + unreachable + "\n"}, got)
}

// seeHelp is the last line of a canary's bad usage.
const seeHelp = "See 'kubectl sts canary --help'.\n"
