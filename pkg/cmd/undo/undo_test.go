package undo

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/app/apptest"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation/operationtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/intent"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/podorder"
)

// parse is what the flags become, without their own text. A request of nil
// means that nothing was run.
func parse(t *testing.T, args ...string) (*Request, error) {
	t.Helper()
	got, err := apptest.Parse(t, New, args...)
	if got != nil {
		got.steps, got.Drive = "", options.DriveFlags{Order: got.Drive.Order, IgnorePDB: got.Drive.IgnorePDB}
	}
	return got, err
}

func request(changes ...func(*Request)) *Request {
	r := &Request{
		Run:    apptest.Run(),
		Checks: apptest.Checks(),
		Name:   "web", Soak: 30 * time.Second,
	}
	for _, change := range changes {
		change(r)
	}
	return r
}

func TestFlags(t *testing.T) {
	for _, test := range []struct {
		name string
		args []string
		want *Request
	}{
		{"a name alone is the last good revision, all at once", []string{"sts/web"}, request()},
		{"a revision's number", []string{"web", "--to-revision", "3"}, request(func(r *Request) { r.ToRevision = "3" })},
		{"its name", []string{"web", "--to-revision=web-5d4f"}, request(func(r *Request) { r.ToRevision = "web-5d4f" })},
		{"steps and a soak", []string{"web", "--steps", "1,50%", "--soak=0"}, request(func(r *Request) {
			r.Steps, r.Soak = operationtest.Steps("1", "50%"), 0
			r.Given = intent.Given{Steps: true, Soak: true}
		})},
		{"an order and a leader", []string{"web", "--order=2,0", "--last=role=primary"}, request(func(r *Request) {
			r.Drive.Order = podorder.Order{First: []int{2, 0}, Last: "role=primary"}
		})},
		{"budgets that don't count", []string{"web", "--ignore-pdb"}, request(func(r *Request) { r.Drive.IgnorePDB = true })},
		{"the flags of every run", []string{"web", "-y", "--timeout=1h", "--dry-run=server", "-ojson"}, request(func(r *Request) {
			r.Run.Yes, r.Run.Limits.Timeout, r.Run.DryRun, r.Run.Output = true, time.Hour, report.DryRunServer, report.JSON
		})},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := parse(t, test.args...)
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
}

func TestBadUsage(t *testing.T) {
	apptest.RefuseMisuse(t, parse, []apptest.Misuse{
		{"no name", nil, "which StatefulSet? give its name"},
		{"two names", []string{"web", "api"}, "one StatefulSet at a time, not 2: web api"},
		{"an unset variable for the revision must not mean the last good one", []string{"web", "--to-revision="}, "--to-revision is empty"},
		{"an unset variable for the steps must not mean all at once", []string{"web", "--steps="}, "--steps is empty"},
		{"an unset variable for the leader", []string{"web", "--last="}, "--last is empty"},
		{
			"a revision that is none",
			[]string{"web", "--to-revision=Nr 3"},
			"--to-revision=Nr 3: give a revision's number, its name, or the hash at the end of its name",
		},
		{"steps that go down", []string{"web", "--steps=2,1"}, "--steps=2,1: step 2 (1) must be larger than step 1 (2)"},
		{"a negative soak", []string{"web", "--soak=-1s"}, "--soak=-1s: must not be negative"},
		{
			"an unknown order",
			[]string{"web", "--order=random"},
			`--order: "random" is neither "ascending", "descending" nor a list of ordinals like 2,0,1`,
		},
		{
			"a selector that can't be read",
			[]string{"web", "--last=a in b"},
			`--last: selector "a in b": unable to parse requirement: found 'b' expected: '('`,
		},
		{"an unknown dry run", []string{"web", "--dry-run=all"}, `--dry-run=all: must be "none", "client" or "server"`},
	})
}
