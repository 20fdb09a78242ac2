package restart

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/app/apptest"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/podorder"
)

// parse is what the flags become, without their own text. A request of nil
// means that nothing was run.
func parse(t *testing.T, args ...string) (*Request, error) {
	t.Helper()
	got, err := apptest.Parse(t, New, args...)
	if got != nil {
		got.ordinals, got.Drive = "", options.DriveFlags{Order: got.Drive.Order, IgnorePDB: got.Drive.IgnorePDB}
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
		{"a name alone is every pod", []string{"sts", "web"}, request()},
		{"one pod, the first of which is 0", []string{"web", "--ordinals", "0"}, request(func(r *Request) { r.Ordinals = []int{0} })},
		{"some pods, in the order that they are given", []string{"web", "--ordinals=7, 2,4-6"}, request(func(r *Request) {
			r.Ordinals = []int{7, 2, 4, 5, 6}
		})},
		{"a range of one", []string{"web", "--ordinals=4-4"}, request(func(r *Request) { r.Ordinals = []int{4} })},
		{"force and no soak", []string{"web", "--force", "--soak=0"}, request(func(r *Request) {
			r.Force, r.Soak, r.SoakGiven = true, 0, true
		})},
		{
			"an order, a leader and budgets that don't count",
			[]string{"web", "--order=ascending", "--last=role=primary", "--ignore-pdb"},
			request(func(r *Request) {
				r.Drive = options.DriveFlags{Order: podorder.Order{Ascending: true, Last: "role=primary"}, IgnorePDB: true}
			}),
		},
		{"the flags of every run", []string{"web", "-y", "--timeout=1h", "--dry-run=client", "-oyaml"}, request(func(r *Request) {
			r.Run.Yes, r.Run.Limits.Timeout, r.Run.DryRun, r.Run.Output = true, time.Hour, report.DryRunClient, report.YAML
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
	const neither = " is neither an ordinal nor a range like 4-6"
	apptest.RefuseMisuse(t, parse, []apptest.Misuse{
		{"no name", nil, "which StatefulSet? give its name"},
		{"an unset variable for the ordinals must not mean every pod", []string{"web", "--ordinals="}, "--ordinals is empty"},
		{"an unset variable for the order", []string{"web", "--order="}, "--order is empty"},
		{"a word", []string{"web", "--ordinals=all"}, `--ordinals=all: "all"` + neither},
		{"a pod's name", []string{"web", "--ordinals=web-1"}, `--ordinals=web-1: "web-1"` + neither},
		{"a gap", []string{"web", "--ordinals=1,,2"}, `--ordinals=1,,2: ""` + neither},
		{"a negative ordinal", []string{"web", "--ordinals=-1"}, `--ordinals=-1: "-1"` + neither},
		{"a range without an end", []string{"web", "--ordinals=4-"}, `--ordinals=4-: "4-"` + neither},
		{"two dashes", []string{"web", "--ordinals=1-2-3"}, `--ordinals=1-2-3: "1-2-3"` + neither},
		{"a number that no set has", []string{"web", "--ordinals=2147483648"}, `--ordinals=2147483648: "2147483648"` + neither},
		{"a range that goes down", []string{"web", "--ordinals=6-4"}, "--ordinals=6-4: the range 6-4 goes down"},
		{
			"a range that would take all memory",
			[]string{"web", "--ordinals=1-2000000000"},
			"--ordinals=1-2000000000: the range 1-2000000000 is too long",
		},
		{
			"ranges that would take all memory together",
			[]string{"web", "--ordinals=0-9999,10000"},
			"--ordinals=0-9999,10000: the list names more than 10000 ordinals",
		},
		{"an ordinal given twice", []string{"web", "--ordinals=5,4-6"}, "--ordinals=5,4-6: ordinal 5 is there twice"},
		{"a negative soak", []string{"web", "--soak=-1s"}, "--soak=-1s: must not be negative"},
		{"an unknown format", []string{"web", "-owide"}, "-o wide: must be json or yaml"},
	})
}
