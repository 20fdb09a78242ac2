package watch_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/app/apptest"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/watch"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// parse is what the flags become. A request of nil means that nothing was run.
func parse(t *testing.T, args ...string) (*watch.Request, error) {
	t.Helper()
	return apptest.Parse(t, watch.New, args...)
}

// patient are the limits by default.
var patient = plan.Limits{Patience: 30 * time.Second, Placing: 5 * time.Minute, StepTimeout: 10 * time.Minute}

func TestFlags(t *testing.T) {
	tests := []struct {
		name string
		args []string
		want watch.Request
	}{
		{"a name alone", []string{"web"}, watch.Request{Names: []string{"web"}, Limits: patient}},
		{"several names", []string{"web", "sts/db", "web"}, watch.Request{Names: []string{"web", "db"}, Limits: patient}},
		{"several names after their type", []string{"sts", "web", "db"}, watch.Request{Names: []string{"web", "db"}, Limits: patient}},
		{"all", []string{"--all"}, watch.Request{All: true, Limits: patient}},
		{"a selector", []string{"-l", "app in (a,b)"}, watch.Request{Selector: "app in (a,b)", Limits: patient}},
		{"all namespaces", []string{"-A"}, watch.Request{AllNamespaces: true, Limits: patient}},
		{
			"a selector in all namespaces",
			[]string{"--all-namespaces", "-lapp=a"},
			watch.Request{AllNamespaces: true, Selector: "app=a", Limits: patient},
		},
		{"to the end", []string{"web", "--follow"}, watch.Request{Names: []string{"web"}, Follow: true, Limits: patient}},
		{
			"without a deadline",
			[]string{"web", "--step-timeout=0"},
			watch.Request{Names: []string{"web"}, Limits: plan.Limits{Patience: patient.Patience, Placing: patient.Placing}},
		},
		{"as JSON", []string{"web", "-ojson"}, watch.Request{Names: []string{"web"}, Limits: patient, Output: report.JSON}},
		{
			"limits",
			[]string{"web", "--timeout=10m", "--patience=0", "--step-timeout=1m"},
			watch.Request{Names: []string{"web"}, Limits: plan.Limits{Timeout: 10 * time.Minute, StepTimeout: time.Minute}},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := parse(t, test.args...)
			require.NoError(t, err)
			require.Equal(t, &test.want, got)
		})
	}
}

func TestBadUsage(t *testing.T) {
	apptest.RefuseMisuse(t, parse, []apptest.Misuse{
		{"nothing to watch", nil, "which StatefulSet? give its name, or --all, or -A, or -l and a selector"},
		{"a name and all", []string{"web", "--all"}, "names, --all and -l don't go together"},
		{
			"a name in all namespaces",
			[]string{"web", "-A"},
			"give names or --all-namespaces, not both: a name is looked up in one namespace",
		},
		{"a name and a selector", []string{"web", "-lapp=a"}, "names, --all and -l don't go together"},
		{"all and a selector", []string{"--all", "-lapp=a"}, "--all and -l don't go together"},
		{"another kind", []string{"web", "deployment/web"}, `"deployment/web" is not a StatefulSet`},
		{"no selector", []string{"-l", "a in"}, "-l a in: unable to parse requirement: found '' expected: '('"},
		{"an unknown format", []string{"web", "-owide"}, "-o wide: must be json or yaml"},
		{"negative patience", []string{"web", "--patience=-1s"}, "--patience=-1s: must not be negative"},
	})
}
