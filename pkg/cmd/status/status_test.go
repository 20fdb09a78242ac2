package status_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/app/apptest"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/status"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// parse is what the flags become. A request of nil means that nothing was run.
func parse(t *testing.T, args ...string) (*status.Request, error) {
	t.Helper()
	return apptest.Parse(t, status.New, args...)
}

// usual is the patience that is had without --patience.
var usual = plan.Limits{Patience: 30 * time.Second, Placing: 5 * time.Minute}

func TestFlags(t *testing.T) {
	tests := []struct {
		name string
		args []string
		want status.Request
	}{
		{"a name alone", []string{"web"}, status.Request{Selection: options.Selection{Names: []string{"web"}}, Limits: usual}},
		{
			"with its claims",
			[]string{"web", "--claims"},
			status.Request{Selection: options.Selection{Names: []string{"web"}}, Limits: usual, Claims: true},
		},
		{
			"as JSON",
			[]string{"sts/web", "-o", "json"},
			status.Request{Selection: options.Selection{Names: []string{"web"}}, Limits: usual, Output: report.JSON},
		},
		{
			"as YAML",
			[]string{"web", "-oyaml"},
			status.Request{Selection: options.Selection{Names: []string{"web"}}, Limits: usual, Output: report.YAML},
		},
		{
			"watched",
			[]string{"web", "-w"},
			status.Request{Selection: options.Selection{Names: []string{"web"}}, Limits: usual, Watch: true},
		},
		{"without patience", []string{"web", "--patience=0"}, status.Request{Selection: options.Selection{Names: []string{"web"}}}},
		{"all of the namespace", nil, status.Request{Limits: usual}},
		{"all there are", []string{"-A"}, status.Request{Selection: options.Selection{AllNamespaces: true}, Limits: usual}},
		{
			"all there are with a label",
			[]string{"--all-namespaces", "--selector", "app in (a,b),!c"},
			status.Request{Selection: options.Selection{AllNamespaces: true, Selector: "app in (a,b),!c"}, Limits: usual},
		},
		{
			"several, in all ways to name them",
			[]string{"web", "sts/db", "web"},
			status.Request{Selection: options.Selection{Names: []string{"web", "db"}}, Limits: usual},
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
		{
			"a name in all namespaces",
			[]string{"web", "-A"},
			"give names or --all-namespaces, not both: a name is looked up in one namespace",
		},
		{"a name and a selector", []string{"web", "-lapp=web"}, "give names or --selector, not both"},
		{"the claims of all sets", []string{"--claims"}, "--claims is about one set, and not for --watch"},
		{"the claims of several sets", []string{"web", "db", "--claims"}, "--claims is about one set, and not for --watch"},
		{"the claims, live", []string{"web", "--claims", "-w"}, "--claims is about one set, and not for --watch"},
		{"no selector", []string{"-l", "app=a=b"}, "--selector=app=a=b: found '=', expected: ',' or 'end of string'"},
		{"another kind", []string{"deployment/web"}, `"deployment/web" is not a StatefulSet`},
		{"an unknown format", []string{"web", "-owide"}, "-o wide: must be json or yaml"},
		{"negative patience", []string{"web", "--patience=-1s"}, "--patience=-1s: must not be negative"},
	})
}
