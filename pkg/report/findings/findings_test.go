package findings_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice"
	"github.com/kubectl-sts/kubectl-sts/pkg/advice/world"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/answer"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/ci"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/findings"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/reporttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// given is what the rules say of set web: each kind of fix and of evidence once, and texts
// that somebody has made to do harm.
func given() report.Advice {
	web := advice.Object{Kind: "StatefulSet", Namespace: "shop", Name: "web"}
	volume := advice.Object{Kind: "PersistentVolume", Name: "pv-1"}
	return report.Advice{
		Now: ststest.Start, Caller: hint.NewCaller(hint.Flag{Name: "--context", Value: "prod"}).In("shop"),
		Advice: advice.Advice{
			About: web, Asked: []string{"D1", "R1", "R3", "P5", "I1", "P1", "R6"},
			Findings: []advice.Finding{
				{
					Rule: "P1", Severity: advice.Error, About: web, Says: "two pods of web with the same name and volume can run at once",
					Evidence: []advice.Evidence{{
						Object: web, Field: "spec.template.spec.terminationGracePeriodSeconds", Value: "0",
					}},
					Fix: advice.Fix{
						Words: "give it time to stop", Target: web,
						Patch: map[string]any{"spec": map[string]any{"minReadySeconds": 3}},
					},
				},
				{
					Rule: "R1", Severity: advice.Warning, About: web, Says: "the rollout of web has stopped half-way, " + reporttest.Evil,
					Evidence: []advice.Evidence{{
						Object: web, Field: "spec.updateStrategy.rollingUpdate.partition", Value: "2 " + reporttest.Evil,
						Since: ststest.Start.Add(-3 * 3600e9), By: "helm",
					}},
					Fix: advice.Fix{Commands: []hint.Hint{hint.Plugin("take the others through step by step", "canary", "web")}},
				},
				{
					Rule: "I1", Severity: advice.Warning, About: web, Says: "the pods of web have no DNS names: there is no Service web",
					Evidence: []advice.Evidence{{Object: web, Field: "spec.serviceName", Value: "web"}},
					Fix: advice.Fix{Words: "create a headless Service", Create: map[string]any{
						"apiVersion": "v1", "kind": "Service", "metadata": map[string]any{"name": "web"},
					}},
				},
				{
					Rule: "D1", Severity: advice.Info, About: web, Says: "whoever deletes a claim of web deletes its data",
					Evidence: []advice.Evidence{{Object: volume, Field: "spec.persistentVolumeReclaimPolicy", Value: "Delete"}},
					Fix: advice.Fix{
						Words:    "write the new size into the manifest, delete the set without its pods, and apply it again",
						Commands: []hint.Hint{hint.Kube("delete the set alone", "delete", "statefulset", "web", "--cascade=orphan")},
					},
				},
			},
			Silenced: []advice.Finding{{
				Rule: "R3", Severity: advice.Warning, About: web, Says: "a rollout is blind", Reason: "it is a cache",
				Evidence: []advice.Evidence{{Object: web, Field: "spec", Value: "none"}}, Fix: advice.Fix{Words: "add a probe"},
			}},
			Unseen: []advice.Unseen{{Part: world.PartNodes, Why: `forbidden: user "bob" cannot list nodes`, Rules: []string{"A6", "A9"}}},
		},
	}
}

// inFile is the same of a manifest.
func inFile() report.Advice {
	a := given()
	a.Place = func(of advice.Object, field string) (report.Place, bool) {
		return report.Place{File: "deploy/web.yaml", Line: 7 + len(field), Column: 3}, of.Kind == "StatefulSet"
	}
	return a
}

// clean is a set of which there is nothing to say.
func clean() report.Advice {
	return report.Advice{Advice: advice.Advice{
		About: advice.Object{Kind: "StatefulSet", Namespace: "shop", Name: "db"}, Asked: []string{"D1", "P1"},
	}, Now: ststest.Start}
}

func printed(t *testing.T, format report.Format, least advice.Severity, all ...report.Advice) string {
	t.Helper()
	var out strings.Builder
	l := answer.Advices{Writer: answer.Writer{Out: &out, Format: format}, Least: least}
	l.Total.FailOn, l.Total.Now = advice.Error, ststest.Start
	for _, a := range all {
		l.Add(a)
	}
	require.NoError(t, l.Print([]string{"broken.yaml:3: did not find expected key"}))
	reporttest.Harmless(t, out.String())
	return out.String()
}

func TestForAPerson(t *testing.T) {
	reporttest.Golden(t, "live", printed(t, report.Human, advice.Info, given(), clean()))
	reporttest.Golden(t, "files", printed(t, report.Human, advice.Warning, inFile(), clean()))
	reporttest.Golden(t, "clean", printed(t, report.Human, advice.Info, clean()))
}

func TestForANarrowTerminal(t *testing.T) {
	var out strings.Builder
	p := findings.Printer{Width: 72, Least: advice.Info}
	p.Print(&out, given())
	p.Silenced(&out, given())
	p.Total(&out, report.AdviceTotal{Sets: 1})
	reporttest.Golden(t, "narrow", out.String())
}

func TestForAProgram(t *testing.T) {
	reporttest.Golden(t, "json-findings", printed(t, report.JSON, advice.Info, given(), inFile(), clean()))
	reporttest.Golden(t, "yaml-findings", printed(t, report.YAML, advice.Error, given()))
}

func TestSarif(t *testing.T) {
	text := printed(t, report.SARIF, advice.Info, inFile(), clean())
	var log struct {
		Runs []struct {
			Tool struct {
				Driver struct{ Rules []struct{ ID string } }
			}
			Results []struct {
				RuleID    string
				RuleIndex int
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(text), &log))
	require.Len(t, log.Runs, 1)
	require.Len(t, log.Runs[0].Results, 5)
	for _, r := range log.Runs[0].Results {
		require.Equal(t, r.RuleID, log.Runs[0].Tool.Driver.Rules[r.RuleIndex].ID)
	}
	_, results, ok := strings.Cut(text, `"columnKind"`) // the rules before it are their own words
	require.True(t, ok)
	reporttest.Golden(t, "sarif", results)
}

// The schema that is published comes with gosec, of which golangci-lint is made: tools/go.mod
// has it, and go fetches and checks it as any other module.
func TestSarifIsAsItsSchemaWantsIt(t *testing.T) {
	module := exec.CommandContext(t.Context(), "go", "mod", "download", "-json", "github.com/securego/gosec/v2")
	module.Dir = filepath.Join("..", "..", "..", "tools")
	text, err := module.Output()
	require.NoError(t, err)
	var gosec struct{ Dir string }
	require.NoError(t, json.Unmarshal(text, &gosec))
	file, err := os.Open(filepath.Join(gosec.Dir, "report", "sarif", "testdata", "sarif-schema-2.1.0.json"))
	require.NoError(t, err)
	defer func() { _ = file.Close() }()
	schema, err := jsonschema.UnmarshalJSON(file)
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	name, ok := schema.(map[string]any)["id"].(string)
	require.True(t, ok)
	require.NoError(t, compiler.AddResource(name, schema))
	compiled, err := compiler.Compile(name)
	require.NoError(t, err)

	valid := func(text string) error {
		log, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		require.NoError(t, err)
		return compiled.Validate(log)
	}
	log := printed(t, report.SARIF, advice.Info, inFile(), given(), clean())
	require.Contains(t, log, `"$schema": "`+name+`"`)
	require.NoError(t, valid(log))
	require.NoError(t, valid(printed(t, report.SARIF, advice.Error, clean())), "nothing found")
	require.Error(t, valid(strings.Replace(log, `"level": "warning"`, `"level": "bad"`, 1)), "the schema is looked at")
}

func TestExplain(t *testing.T) {
	rule, ok := advice.RuleOf("A9")
	require.True(t, ok)
	var out strings.Builder
	findings.Explain(&out, 80, rule)
	reporttest.Golden(t, "explain", out.String())
}

func TestJUnit(t *testing.T) {
	p := ci.Report{Command: "kubectl sts lint", Ended: ststest.Start}
	p.AddAdvice(inFile(), advice.Warning, ststest.Start)
	p.AddAdvice(clean(), advice.Warning, ststest.Start)
	p.AddUnread("a.yaml", "a.yaml:3: did not find expected key", ststest.Start)
	p.AddUnread("b "+reporttest.Evil, reporttest.Evil, ststest.Start)
	text := string(ci.JUnit(&p))
	reporttest.Harmless(t, text)
	reporttest.Golden(t, "junit", text)
}

func TestTotals(t *testing.T) {
	total := report.AdviceTotal{FailOn: advice.Error}
	total.Add(clean().Advice)
	require.Equal(t, "nothing found in 1 set", total.Words())
	total.Add(given().Advice)
	require.Equal(t, "1 error, 2 warnings and 1 info in 1 of 2 sets; 1 silenced", total.Words())
	for _, test := range []struct {
		on    advice.Severity
		total report.AdviceTotal
		want  bool
	}{
		{advice.Error, report.AdviceTotal{Errors: 1}, true},
		{advice.Error, report.AdviceTotal{Warnings: 1, Infos: 1}, false},
		{advice.Warning, report.AdviceTotal{Warnings: 1}, true},
		{advice.Warning, report.AdviceTotal{Infos: 1}, false},
		{advice.Info, report.AdviceTotal{Infos: 1}, true},
		{advice.Info, report.AdviceTotal{Silenced: 1}, false},
	} {
		test.total.FailOn = test.on
		require.Equal(t, test.want, test.total.Fails(), "%+v", test)
	}
}
