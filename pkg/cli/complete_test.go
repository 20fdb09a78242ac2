package cli_test

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/cli"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// answering serves what TAB asks for: sets api, db and web, of which web has
// four of its five pods, two containers and three revisions, and a set lost that is away.
func answering(t *testing.T) {
	t.Helper()
	web := ststest.Set(ststest.Partition(5), ststest.Updating("registry:5000/app/nginx:1.22@sha256:0a1b"))
	web.Spec.Template.Spec.InitContainers = []corev1.Container{{Name: "init", Image: "busybox"}}
	named := func(name string) *appsv1.StatefulSet {
		return ststest.Set(func(set *appsv1.StatefulSet) { set.Name = name })
	}
	pods := append(ststest.Pods(0, 3), ststest.Pod(3, ststest.Waiting("ImagePullBackOff", "no")))
	revisions := []*appsv1.ControllerRevision{
		ststest.ControllerRevision("web-old", "nginx:1.21", 1),
		ststest.ControllerRevision(web.Status.CurrentRevision, "nginx:1.21", 2),
		ststest.ControllerRevision(web.Status.UpdateRevision, web.Spec.Template.Spec.Containers[0].Image, 3),
	}
	namespaces := []*corev1.Namespace{
		{ObjectMeta: metav1.ObjectMeta{Name: "prod"}}, {ObjectMeta: metav1.ObjectMeta{Name: "default"}},
	}
	serve(t, func(w http.ResponseWriter, r *http.Request) {
		var answer any
		switch path := r.URL.Path; {
		case r.Method != http.MethodGet:
			t.Errorf("unexpected %s %s", r.Method, r.URL)
		case strings.HasSuffix(path, "/statefulsets/web"):
			answer = web
		case strings.HasSuffix(path, "/namespaces/prod/statefulsets"):
			answer = map[string]any{"items": []any{named("prod-db")}}
		case strings.HasSuffix(path, "/statefulsets"):
			answer = map[string]any{"items": []any{named("web"), named("api"), named("db")}}
		case strings.HasSuffix(path, "/namespaces/default/configmaps"):
			answer = map[string]any{"items": []any{
				corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "kubectl-sts.web"}},
				corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "kubectl-sts.lost"}},
			}}
		case strings.HasSuffix(path, "/pods"):
			answer = map[string]any{"items": pods}
		case strings.HasSuffix(path, "/controllerrevisions"):
			answer = map[string]any{"items": revisions}
		case strings.HasSuffix(path, "/api/v1/namespaces"):
			answer = map[string]any{"items": namespaces}
		default:
			w.WriteHeader(http.StatusForbidden)
			answer = metav1.Status{Status: metav1.StatusFailure, Reason: metav1.StatusReasonForbidden, Code: http.StatusForbidden}
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answer)
	})
}

// offered is what TAB offers after a command line, whose last word is being
// typed. The last line tells the shell what else it may do.
func offered(t *testing.T, args ...string) []string {
	t.Helper()
	got := run(t.Context(), append([]string{"__complete"}, args...)...)
	require.Zero(t, got.Code, got.Stderr)
	return strings.Split(strings.TrimSuffix(got.Stdout, "\n"), "\n")
}

// What a shell may do besides: these are cobra's directives.
const (
	noFiles        = ":4"
	noFilesNoSpace = ":6"
	filesLikeThese = ":8"
	anyFiles       = ":0"
	folders        = ":16"
	inThisOrder    = ":36"
	aListInOrder   = ":38"
)

func TestTabOffers(t *testing.T) {
	const (
		newest = "3\tweb-update, current, registry:5000/app/nginx:1.22@sha256:0a1b"
		stable = "2\tweb-stable, stable, nginx:1.21"
		oldest = "1\tweb-old, nginx:1.21"
	)
	tests := []struct {
		name string
		line string // what was typed; a space at the end begins a new word
		want []string
	}{
		{"verbs", "un", []string{"undo\tTake a StatefulSet back to an earlier revision, and get there", noFiles}},
		{"sets", "status ", []string{"api", "db", "lost\tnot there: its recreate has not finished", "web", noFiles}},
		{"a set that is away", "recreate sts/l", []string{"sts/lost\tnot there: its recreate has not finished", noFiles}},
		{"a set that is away once", "status lost w", []string{"web", noFiles}},
		{"no set that is away where it can't be acted on", "canary l", []string{noFiles}},
		{"sets that begin so", "canary w", []string{"web", noFiles}},
		{"sets with their type", "undo sts/", []string{"sts/api", "sts/db", "sts/web", noFiles}},
		{"sets after their type", "undo sts ", []string{"api", "db", "web", noFiles}},
		{"no other type", "undo deployment/", []string{noFiles}},
		{"no second set where one is meant", "restart web ", []string{noFiles}},
		{"each set once where several may be", "watch web sts/api ", []string{"db", noFiles}},
		{"no set beside a manifest", "canary -f web.yaml ", []string{noFiles}},
		{"no set in all namespaces", "status -A ", []string{noFiles}},
		{"sets of the namespace that was given", "-n prod status ", []string{"prod-db", noFiles}},
		{"namespaces", "status -n ", []string{"default", "prod", noFiles}},
		{"namespaces after an equals sign", "status --namespace=p", []string{"prod", noFiles}},
		{"contexts", "status --context ", []string{"x", noFiles}},
		{"clusters", "status --cluster ", []string{"c", noFiles}},
		{
			"containers", "canary web --image ",
			[]string{"nginx=\tregistry:5000/app/nginx:1.22@sha256:0a1b", "init=\tbusybox", noFilesNoSpace},
		},
		{
			"the repository of a container's image", "canary web --image nginx=",
			[]string{"nginx=registry:5000/app/nginx:\tregistry:5000/app/nginx:1.22@sha256:0a1b", noFilesNoSpace},
		},
		{"a repository without a tag", "canary web --image init=", []string{"init=busybox:\tbusybox", noFilesNoSpace}},
		{"no containers before the set is named", "canary --image ", []string{noFiles}},
		{"revisions to go back to", "undo web --to-revision ", []string{newest, stable, oldest, inThisOrder}},
		{"a revision to look at", "history web --revision 1", []string{oldest, inThisOrder}},
		{"a revision to compare", "history web --diff ", []string{newest, stable, oldest, aListInOrder}},
		{"another one to compare with", "history web --diff 3,", []string{"3,2", "3,1", aListInOrder}},
		{
			"ordinals", "restart web --ordinals ",
			[]string{
				"0\tweb-0 is Ready", "1\tweb-1 is Ready", "2\tweb-2 is Ready", "3\tweb-3: ImagePullBackOff", "4\tweb-4 is missing",
				aListInOrder,
			},
		},
		{
			"ordinals that are not in the list yet", "restart web --ordinals 0-2,4,",
			[]string{"0-2,4,3", aListInOrder},
		},
		{
			"the end of a range", "restart web --ordinals 1,3-",
			[]string{"1,3-4", aListInOrder},
		},
		{"values of --dry-run", "canary web --dry-run ", []string{"none", "client", "server", inThisOrder}},
		{"values of --on-failure", "canary web --on-failure ", []string{"halt", "rollback", inThisOrder}},
		{"values of --order", "undo web --order ", []string{"descending", "ascending", inThisOrder}},
		{"values of --color", "status --color ", []string{"auto", "always", "never", inThisOrder}},
		{"formats", "history web -o ", []string{"json", "yaml", inThisOrder}},
		{"sets whose claims are pruned", "prune-pvc web ", []string{"api", "db", noFiles}},
		{"no sets where claims are meant", "restore-pvc ", []string{noFiles}},
		{"what happens to claims", "scale web --pvc ", []string{"keep", "delete", "retain-volume", "reuse", "fresh", "fail", inThisOrder}},
		{"a container to run a command in", "scale web --container i", []string{"init\tbusybox", noFiles}},
		{"more formats", "prune-pvc -o ", []string{"json", "yaml", "name", "wide", inThisOrder}},
		{"a folder of records", "prune-pvc --record ", []string{folders}},
		{"manifests", "canary -f ", []string{"yaml", "yml", "json", filesLikeThese}},
		{"patches", "canary web --patch-file ", []string{"yaml", "yml", "json", filesLikeThese}},
		{"kubeconfigs", "status --kubeconfig ", []string{anyFiles}},
		{"a cache", "status --cache-dir ", []string{folders}},
		{"nothing for what only the user knows", "canary web --soak ", []string{noFiles}},
		{"shells", "completion ", []string{"bash", "zsh", "fish", "powershell", "kubectl", noFiles}},
		{"nothing after a verb without arguments", "version ", []string{noFiles}},
		{"nothing for a set that there is not", "canary nope --image ", []string{noFilesNoSpace}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			answering(t)
			require.Equal(t, test.want, offered(t, strings.Split(test.line, " ")...))
		})
	}
}

// A flag whose help names values in quotes offers these.
func TestTabOffersTheValuesThatTheHelpNames(t *testing.T) {
	root := cli.New(&app.Env{Config: &app.Config{}})
	some := 0
	check := func(flag *pflag.Flag) {
		if flag.Value.Type() == "bool" {
			return
		}
		var want []string
		for _, found := range regexp.MustCompile(`"([a-z][a-z-]*)"`).FindAllStringSubmatch(flag.Usage, -1) {
			want = append(want, found[1])
		}
		require.Equal(t, want, options.ValuesOf(flag), "--%s", flag.Name)
		some += len(want)
	}
	root.PersistentFlags().VisitAll(check)
	for _, verb := range root.Commands() {
		verb.LocalNonPersistentFlags().VisitAll(check)
		takes := strings.Contains(verb.Use, "NAME") && verb.Name() != "restore-pvc" // whose are claims
		require.Equal(t, takes, options.SetsOf(verb) != options.NoSet, verb.Name())
		require.Equal(t, takes && strings.Contains(verb.Use, "NAME..."), options.SetsOf(verb) == options.ManySets, verb.Name())
	}
	require.Greater(t, some, 20)
}

func TestTabIsSilentWhereItFails(t *testing.T) {
	tests := []struct{ line, directive, name string }{
		{"status ", ":4", "ShellCompDirectiveNoFileComp"},
		{"status -n ", ":4", "ShellCompDirectiveNoFileComp"},
		{"status --context=none ", ":4", "ShellCompDirectiveNoFileComp"},
		{"undo web --to-revision ", ":36", "ShellCompDirectiveNoFileComp, ShellCompDirectiveKeepOrder"},
	}
	for _, test := range tests {
		t.Run(test.line, func(t *testing.T) {
			serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Warning", `299 - "old"`)
				w.WriteHeader(http.StatusInternalServerError)
				_, _ = io.WriteString(w, "<html>")
			})
			got := run(t.Context(), append([]string{"__complete"}, strings.Split(test.line, " ")...)...)
			require.Equal(t, ran{0, test.directive + "\n", "Completion ended with directive: " + test.name + "\n"}, got)
		})
	}
}
