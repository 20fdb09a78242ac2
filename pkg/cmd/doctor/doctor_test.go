package doctor_test

import (
	"testing"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice"
	"github.com/kubectl-sts/kubectl-sts/pkg/app/apptest"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/doctor"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

func parse(t *testing.T, args ...string) (*doctor.Request, error) {
	t.Helper()
	return apptest.Parse(t, doctor.New, args...)
}

var usual = options.Advice{FailOn: advice.Error, Least: advice.Info}

var limits = plan.Limits{Patience: 30 * time.Second, Placing: 5 * time.Minute}

func TestFlags(t *testing.T) {
	apptest.Accept(t, parse, []apptest.Use[doctor.Request]{
		{Name: "all of the namespace", Want: &doctor.Request{Advice: usual, Limits: limits}},
		{Name: "two", Args: []string{"web", "sts/db"}, Want: &doctor.Request{
			Advice: usual, Limits: limits, Selection: options.Selection{Names: []string{"web", "db"}},
		}},
		{Name: "all there are with a label", Args: []string{"-A", "-l", "app=web"}, Want: &doctor.Request{
			Advice: usual, Limits: limits, Selection: options.Selection{AllNamespaces: true, Selector: "app=web"},
		}},
		{Name: "for a program", Args: []string{"web", "-ojson", "--fail-on=info", "--severity=error"}, Want: &doctor.Request{
			Advice: options.Advice{FailOn: advice.Info, Least: advice.Error}, Limits: limits,
			Selection: options.Selection{Names: []string{"web"}}, Output: report.JSON,
		}},
	})
}

func TestBadUsage(t *testing.T) {
	apptest.RefuseMisuse(t, parse, []apptest.Misuse{
		{
			"a name in all namespaces",
			[]string{"web", "-A"},
			"give names or --all-namespaces, not both: a name is looked up in one namespace",
		},
		{"a name and a selector", []string{"web", "-lapp=web"}, "give names or --selector, not both"},
		{"no selector", []string{"-l", "app=a=b"}, "--selector=app=a=b: found '=', expected: ',' or 'end of string'"},
		{"another kind", []string{"deployment/web"}, `"deployment/web" is not a StatefulSet`},
		{"what only files have", []string{"web", "-osarif"}, "-o sarif: must be json or yaml"},
		{"negative patience", []string{"web", "--patience=-1s"}, "--patience=-1s: must not be negative"},
		{"an unknown rule", []string{"--explain=D99"}, "--explain=D99: there is no such rule; see docs/doctor.md"},
	})
}
