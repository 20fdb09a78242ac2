package history_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/app/apptest"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/history"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// parse is what the flags become. A request of nil means that nothing was run.
func parse(t *testing.T, args ...string) (*history.Request, error) {
	t.Helper()
	return apptest.Parse(t, history.New, args...)
}

func TestFlags(t *testing.T) {
	tests := []struct {
		name string
		args []string
		want history.Request
	}{
		{"a name alone", []string{"web"}, history.Request{}},
		{"as JSON", []string{"sts/web", "-o", "json"}, history.Request{Output: report.JSON}},
		{"a revision by its number", []string{"web", "--revision", "3"}, history.Request{Revision: "3"}},
		{"a revision by its name", []string{"web", "--revision=web-6dc4888d6d"}, history.Request{Revision: "web-6dc4888d6d"}},
		{"a revision against the current template", []string{"web", "--diff=2"}, history.Request{Diff: []string{"2"}}},
		{"two revisions", []string{"web", "--diff", "2,6dc4888d6d"}, history.Request{Diff: []string{"2", "6dc4888d6d"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.want.Name, test.want.Limits = "web", plan.Limits{Patience: 30 * time.Second, Placing: 5 * time.Minute}
			got, err := parse(t, test.args...)
			require.NoError(t, err)
			require.Equal(t, &test.want, got)
		})
	}
}

func TestBadUsage(t *testing.T) {
	const twoAtMost = ": give the numbers or the names of one revision or two, such as 2 or 2,4"
	apptest.RefuseMisuse(t, parse, []apptest.Misuse{
		{"no name", nil, "which StatefulSet? give its name"},
		{"an unknown format", []string{"web", "-owide"}, "-o wide: must be json or yaml"},
		{"negative patience", []string{"web", "--patience=-1s"}, "--patience=-1s: must not be negative"},
		{
			"a template and a diff",
			[]string{"web", "--revision=x", "--diff=1"},
			"give --revision or --diff, not both: show one template, or compare two?",
		},
		{
			"a template and a diff, both of nothing",
			[]string{"web", "--revision=", "--diff="},
			"give --revision or --diff, not both: show one template, or compare two?",
		},
		{"three to compare", []string{"web", "--diff=1,2,3"}, "--diff=1,2,3: give one revision or two, not 3"},
		{"nothing to compare", []string{"web", "--diff="}, "--diff=" + twoAtMost},
		{"half of nothing", []string{"web", "--diff=1,"}, "--diff=1," + twoAtMost},
		{"what can be no revision", []string{"web", "--diff=1,-2"}, "--diff=1,-2" + twoAtMost},
		{"no revision", []string{"web", "--revision="}, "--revision=: give the number or the name of one revision"},
		{"two revisions", []string{"web", "--revision=1,2"}, "--revision=1,2: give the number or the name of one revision"},
	})
}
