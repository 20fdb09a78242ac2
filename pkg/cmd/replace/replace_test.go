package replace

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/app/apptest"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
)

// parse is what the flags become, without their own text. A request of nil
// means that nothing was run.
func parse(t *testing.T, args ...string) (*Request, error) {
	t.Helper()
	got, err := apptest.Parse(t, New, args...)
	if got != nil {
		got.ordinals, got.templates, got.pvc = "", "", ""
		got.Drive = options.DriveFlags{Order: got.Drive.Order, IgnorePDB: got.Drive.IgnorePDB}
	}
	return got, err
}

func request(changes ...func(*Request)) *Request {
	r := &Request{Run: apptest.Run(), Checks: apptest.Checks(), Name: "web", Soak: 30 * time.Second}
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
		{"a name alone, which is enough to go on", []string{"web"}, request()},
		{"every ordinal", []string{"web", "--all"}, request(func(r *Request) { r.All = true })},
		{"some ordinals", []string{"sts", "web", "--ordinals", "2,4-5"}, request(func(r *Request) { r.Ordinals = []int{2, 4, 5} })},
		{"the volumes too", []string{"web", "--all", "--pvc=delete"}, request(func(r *Request) {
			r.All, r.Delete, r.DeleteGiven = true, true, true
		})},
		{"what is so anyway, said", []string{"web", "--all", "--pvc=retain-volume"}, request(func(r *Request) {
			r.All, r.DeleteGiven = true, true
		})},
		{"some claims", []string{"web", "--all", "--claim-templates", "data,wal"}, request(func(r *Request) {
			r.All, r.Templates = true, []string{"data", "wal"}
		})},
		{"how it goes on", []string{"web", "--retry", "--take-over", "--force", "--soak=1m", "--record=here"}, request(func(r *Request) {
			r.Retry, r.TakeOver, r.Force, r.Soak, r.SoakGiven, r.RecordDir = true, true, true, time.Minute, true, "here"
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
		{"an unset variable for the ordinals", []string{"web", "--ordinals="}, "--ordinals is empty"},
		{"an unset variable must not mean all claims", []string{"web", "--all", "--claim-templates="}, "--claim-templates is empty"},
		{"a name that is missing", []string{"web", "--all", "--claim-templates=data,"}, "--claim-templates=data,: a name is missing"},
		{"an unset variable for the volumes", []string{"web", "--all", "--pvc="}, "--pvc is empty"},
		{"all and some", []string{"web", "--all", "--ordinals=1"}, "give --ordinals or --all, not both"},
		{"another verb's answer", []string{"web", "--all", "--pvc=keep"}, `--pvc=keep: must be "retain-volume" or "delete"`},
		{"a word", []string{"web", "--ordinals=all"}, `--ordinals=all: "all" is neither an ordinal nor a range like 4-6`},
		{"a negative soak", []string{"web", "--all", "--soak=-1s"}, "--soak=-1s: must not be negative"},
	})
}
