package abort_test

import (
	"testing"

	"github.com/kubectl-sts/kubectl-sts/pkg/app/apptest"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/abort"
)

// parse is what the flags become. A request of nil means that nothing was run.
func parse(t *testing.T, args ...string) (*abort.Request, error) {
	t.Helper()
	return apptest.Parse(t, abort.New, args...)
}

func TestFlags(t *testing.T) {
	request := func(changes ...func(*abort.Request)) *abort.Request {
		r := &abort.Request{
			Run:    apptest.Run(),
			Checks: apptest.Checks(),
			Name:   "web",
		}
		for _, change := range changes {
			change(r)
		}
		return r
	}
	args, every := apptest.EveryRun()
	apptest.Accept(t, parse, []apptest.Use[abort.Request]{
		{"a name alone", []string{"sts", "web"}, request()},
		{"the flags of every run", append([]string{"web"}, args...), request(func(r *abort.Request) { r.Run = every })},
	})
}

func TestBadUsage(t *testing.T) {
	apptest.RefuseMisuse(t, parse, []apptest.Misuse{
		{"no name", nil, "which StatefulSet? give its name"},
		{"another kind", []string{"ds/web"}, `"ds/web" is not a StatefulSet`},
		{"an unknown dry run", []string{"web", "--dry-run=all"}, `--dry-run=all: must be "none", "client" or "server"`},
		{"an unknown format", []string{"web", "-owide"}, "-o wide: must be json or yaml"},
		{"a negative timeout", []string{"web", "--timeout=-1s"}, "--timeout=-1s: must not be negative"},
	})
}
