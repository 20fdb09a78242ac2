package hold_test

import (
	"strings"
	"testing"

	"github.com/kubectl-sts/kubectl-sts/pkg/app/apptest"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/hold"
)

// parse is what the flags become. A request of nil means that nothing was run.
func parse(t *testing.T, args ...string) (*hold.Request, error) {
	t.Helper()
	return apptest.Parse(t, hold.New, args...)
}

func TestFlags(t *testing.T) {
	request := func(changes ...func(*hold.Request)) *hold.Request {
		r := &hold.Request{Run: apptest.Run(), Name: "web"}
		for _, change := range changes {
			change(r)
		}
		return r
	}
	args, every := apptest.EveryRun()
	apptest.Accept(t, parse, []apptest.Use[hold.Request]{
		{"a name alone", []string{"sts", "web"}, request()},
		{"a reason", []string{"web", "--reason", "until Friday"}, request(func(r *hold.Request) { r.Reason = "until Friday" })},
		{"the flags of every run", append([]string{"web"}, args...), request(func(r *hold.Request) { r.Run = every })},
	})
}

func TestBadUsage(t *testing.T) {
	apptest.RefuseMisuse(t, parse, []apptest.Misuse{
		{"no name", nil, "which StatefulSet? give its name"},
		{"an empty reason", []string{"web", "--reason="}, "--reason is empty"},
		{"a reason of two lines", []string{"web", "--reason=a\nb"}, `--reason="a\nb": must be one line of text`},
		{"a novel", []string{"web", "--reason", strings.Repeat("é", 201)}, "--reason: must be at most 200 characters long, got 201"},
		{"an unknown dry run", []string{"web", "--dry-run=all"}, `--dry-run=all: must be "none", "client" or "server"`},
		{"a negative timeout", []string{"web", "--timeout=-1s"}, "--timeout=-1s: must not be negative"},
	})
}
