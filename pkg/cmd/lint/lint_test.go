package lint_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice"
	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/app/apptest"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/lint"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/ci"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

func parse(t *testing.T, args ...string) (*lint.Request, error) {
	t.Helper()
	return apptest.Parse(t, lint.New, args...)
}

var usual = options.Advice{FailOn: advice.Error, Least: advice.Info}

func TestFlags(t *testing.T) {
	apptest.Accept(t, parse, []apptest.Use[lint.Request]{
		{Name: "a file", Args: []string{"-f", "web.yaml"}, Want: &lint.Request{Advice: usual, Files: []string{"web.yaml"}}},
		{Name: "several, against the cluster", Args: []string{"-f", "a", "--filename=-", "--against-cluster"}, Want: &lint.Request{
			Advice: usual, Files: []string{"a", "-"}, Against: true,
		}},
		{Name: "for a code scanner", Args: []string{"-fa", "-osarif", "--fail-on=warning", "--severity", "warning"}, Want: &lint.Request{
			Advice: options.Advice{FailOn: advice.Warning, Least: advice.Warning}, Files: []string{"a"}, Output: report.SARIF,
		}},
		{Name: "a rule", Args: []string{"--explain", "d1"}, Want: &lint.Request{
			Advice: options.Advice{FailOn: advice.Error, Least: advice.Info, Explain: "d1"},
		}},
	})
}

func TestBadUsage(t *testing.T) {
	apptest.RefuseMisuse(t, parse, []apptest.Misuse{
		{"no file", nil, "required flag --filename not set"},
		{"a name", []string{"web"}, `lint takes files by -f, not "web"`},
		{"an unknown format", []string{"-fa", "-owide"}, "-o wide: must be json, yaml or sarif"},
		{"an unknown severity", []string{"-fa", "--fail-on=bad"}, `--fail-on=bad: must be "error", "warning" or "info"`},
		{"another one", []string{"-fa", "--severity=bad"}, `--severity=bad: must be "error", "warning" or "info"`},
		{"an unknown rule", []string{"--explain=D99"}, "--explain=D99: there is no such rule; see docs/doctor.md"},
	})
}

// set is a set with nothing to find in it but what is in its place.
func set(name, more string) string {
	return `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: ` + name + `}
spec:
  serviceName: ` + name + `
  replicas: 3
  selector: {matchLabels: {app: ` + name + `}}
  template:
    metadata: {labels: {app: ` + name + `}}
    spec:
` + more + `      containers:
      - {name: app, image: "app:v1", readinessProbe: {tcpSocket: {port: 80}}}
`
}

const budget = `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {minAvailable: 3, selector: {matchLabels: {app: web}}}
`

// run lints files, by their names, and returns what is said on both streams.
func run(
	t *testing.T, files map[string]string, in string, change func(*lint.Request), more ...func(*app.Env),
) (out, said string, err error) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	t.Chdir(dir)
	var stdout, stderr bytes.Buffer
	env := &app.Env{Config: &app.Config{}, Color: term.ColorNever, Streams: term.Streams{
		In: strings.NewReader(in), Out: &stdout, Err: &stderr,
	}}
	for _, with := range more {
		with(env)
	}
	r := lint.Request{Advice: usual, Files: []string{"."}}
	change(&r)
	err = lint.Run(t.Context(), env, r)
	return stdout.String(), stderr.String(), err
}

func asIs(*lint.Request) {}

func TestNothingToFind(t *testing.T) {
	out, said, err := run(t, map[string]string{"web.yaml": set("web", ""), "values.yaml": "a: 1\n", "x.txt": "{{"}, "", asIs)
	require.NoError(t, err)
	require.Equal(t, "nothing found in 1 set\n", out)
	require.Empty(t, said)
}

func TestNoSetAtAll(t *testing.T) {
	out, said, err := run(t, map[string]string{"pdb.yaml": budget}, "", asIs)
	require.NoError(t, err)
	require.Empty(t, out)
	require.Equal(t, "no StatefulSet in 1 file\n", said)
}

func TestFilesOfAFolderBelongTogether(t *testing.T) {
	files := map[string]string{"web.yaml": set("web", ""), "pdb.yaml": budget, "other/pdb.yaml": budget}
	out, _, err := run(t, files, "", asIs)
	require.NoError(t, err)
	require.Contains(t, out, "  warning A2   a drain of a node with a pod of web waits for ever")
	require.Contains(t, out, "poddisruptionbudget/web spec.minAvailable: 3 (pdb.yaml:4)")
	require.NotContains(t, out, "A3", "the other folder's budget is another deployment's")

	out, _, err = run(t, files, "", func(r *lint.Request) { r.Files = []string{"web.yaml", "other/pdb.yaml"} })
	require.NoError(t, err)
	require.Contains(t, out, "(other/pdb.yaml:4)")
}

func TestTheBudgetOfOtherPodsAsWellIsNotJudged(t *testing.T) {
	deployment := "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: {template: {metadata: {labels: {app: web}}}}\n"
	out, _, err := run(t, map[string]string{"a.yaml": set("web", "") + "---\n" + budget + "---\n" + deployment}, "", asIs)
	require.NoError(t, err)
	require.Equal(t, "nothing found in 1 set\n", out)
}

func TestTheWorstDecides(t *testing.T) {
	text := set("web", "      terminationGracePeriodSeconds: 0\n")
	out, _, err := run(t, nil, text, func(r *lint.Request) { r.Files = []string{"-"} })
	var ended *app.Ended
	require.ErrorAs(t, err, &ended)
	require.Equal(t, 4, ended.Outcome.ExitCode())
	require.Contains(t, out, "web  stdin:1\n  error   P1 ")
	require.Contains(t, out, "terminationGracePeriodSeconds: 0 (stdin:11)\n")
}

func TestAFileThatCantBeReadDoesNotHideTheOthers(t *testing.T) {
	out, said, err := run(t, map[string]string{
		"a.yaml": set("web", ""), "b.yaml": "a: b\n c: d\n", "c.yaml": "x: {{ .Values.x }}\n",
		"d.yaml": strings.Replace(set("web", ""), "replicas: 3", "replicas: x", 1),
	}, "", func(r *lint.Request) { r.Files = []string{".", "none.yaml"} })
	require.Equal(t, "nothing found in 1 set\n", out)
	require.Equal(t, "error: b.yaml:2: mapping values are not allowed in this context\n"+
		"error: c.yaml:1: this is a template and no YAML: render it first, as helm template does\n"+
		"error: none.yaml: no such file or directory\n", said)
	require.EqualError(t, err, "d.yaml:6: spec.replicas of StatefulSet web is a string, which it can't be")
	require.ErrorAs(t, err, new(*options.UsageError))
}

func TestEachFileThatCantBeReadIsATest(t *testing.T) {
	var env *app.Env
	_, _, err := run(t, map[string]string{
		"a.yaml": set("web", "      terminationGracePeriodSeconds: 0\n"), "b.yaml": "a: b\n c: d\n", "c.yaml": "x: {{ .Values.x }}\n",
	}, "", func(r *lint.Request) { r.Files = []string{"."} }, func(e *app.Env) { e.ReportFiles, env = ci.Files{nil}, e })
	require.ErrorAs(t, err, new(*options.UsageError))
	text := string(ci.JUnit(&env.Report))
	require.Contains(t, text, ` tests="2" failures="0" errors="2" skipped="0" `)
	require.Contains(t, text, `<error message="b.yaml:2: mapping values are not allowed in this context" type="usage">`)
	require.Contains(t, text, `<error message="c.yaml:1: this is a template and no YAML: `)
	require.Contains(t, text, `<failure message="a.yaml:11: error: two pods of web `, "the sets of the others are there as well")
}

func TestWhatIsNotJudgedIsSaid(t *testing.T) {
	out, _, err := run(t, map[string]string{
		"a.yaml": strings.Replace(set("web", ""), "apps/v1", "apps.kruise.io/v1beta1", 1),
		"b.yaml": "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: web}\nspec: {replicas: 5}\n",
	}, "", asIs)
	require.NoError(t, err)
	require.Equal(t, "not looked at: a.yaml:1 StatefulSet web: there are no rules for apps.kruise.io/v1beta1\n"+
		"not looked at: b.yaml:1 StatefulSet web: it is a part of a manifest: without a selector or containers the API server "+
		"takes no set\n"+
		"nothing found in 0 sets\n", out)
}

func TestExplain(t *testing.T) {
	out, _, err := run(t, nil, "", func(r *lint.Request) { r.Explain = "p1" })
	require.NoError(t, err)
	require.Contains(t, out, "P1: pods that are deleted before they have stopped\n")
}

// Only the last manifest of a name is applied, and places are in that one.
func TestOfTwoManifestsOfOneNameTheLastIsJudged(t *testing.T) {
	zero := strings.Replace(set("web", ""), "  replicas: 3\n", "  replicas: 3\n  revisionHistoryLimit: 0\n", 1)
	out, _, err := run(t, map[string]string{"a.yaml": zero, "b.yaml": "# another\n" + set("web", "")}, "", asIs)
	require.NoError(t, err)
	require.Equal(t, "not looked at: a.yaml:1 StatefulSet web: another manifest of that name comes after it, and only the last is "+
		"applied\nnothing found in 1 set\n", out)

	out, _, err = run(t, map[string]string{"a.yaml": set("web", ""), "b.yaml": zero}, "", asIs)
	require.NoError(t, err)
	require.Contains(t, out, "revisionHistoryLimit: 0 (b.yaml:7)")
}

// Kinds of others have the same names: a place is in the object that is judged.
func TestAServiceOfKnativeIsNoService(t *testing.T) {
	service := "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {clusterIP: 10.0.0.1, selector: {app: web}}\n"
	knative := "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: web}\n"
	out, _, err := run(t, map[string]string{"a.yaml": set("web", ""), "b.yaml": service, "c.yaml": knative}, "", asIs)
	require.NoError(t, err)
	require.Contains(t, out, "service/web spec.clusterIP: 10.0.0.1 (b.yaml:4)")
}

func TestSarifIsForMachinesAlone(t *testing.T) {
	text := strings.Replace(set("web", "      terminationGracePeriodSeconds: 0\n"), "name: app,", `name: "##[error]app",`, 1)
	text = strings.Replace(text, "  replicas: 3\n", "  replicas: 3\n  revisionHistoryLimit: 0\n", 1)
	out, _, err := run(t, map[string]string{"sp ace#1/we%b.yaml": text}, "", func(r *lint.Request) {
		r.Output, r.Least = report.SARIF, advice.Error
	})
	require.ErrorAs(t, err, new(*app.Ended))
	require.Contains(t, out, `"uri": "sp%20ace%231/we%25b.yaml"`)
	_, results, _ := strings.Cut(out, `"results"`)
	require.Contains(t, results, `"P1"`)
	require.NotContains(t, results, `"R6"`, "a warning")
	require.NotContains(t, out, "##[")
}
