package promote_test

import (
	"testing"

	"github.com/kubectl-sts/kubectl-sts/pkg/app/apptest"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/promote"
)

// parse is what the flags become. A request of nil means that nothing was run.
func parse(t *testing.T, args ...string) (*promote.Request, error) {
	t.Helper()
	return apptest.Parse(t, promote.New, args...)
}

func TestFlags(t *testing.T) {
	request := func(changes ...func(*promote.Request)) *promote.Request {
		r := &promote.Request{
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
	apptest.Accept(t, parse, []apptest.Use[promote.Request]{
		{"a name alone is one step, with the canary's own way to fail", []string{"sts", "web"}, request()},
		{"all steps", []string{"web", "--full"}, request(func(r *promote.Request) { r.Full = true })},
		{"force", []string{"web", "--force"}, request(func(r *promote.Request) { r.Force = true })},
		{"halt", []string{"web", "--on-failure", "halt"}, request(func(r *promote.Request) { r.OnFailure = "halt" })},
		{"rollback", []string{"web", "--on-failure=rollback"}, request(func(r *promote.Request) { r.OnFailure = "rollback" })},
		{"the flags of every run", append([]string{"web"}, args...), request(func(r *promote.Request) { r.Run = every })},
	})
}

func TestBadUsage(t *testing.T) {
	apptest.RefuseMisuse(t, parse, []apptest.Misuse{
		{"no name", nil, "which StatefulSet? give its name"},
		{"another kind", []string{"ds/web"}, `"ds/web" is not a StatefulSet`},
		{"an unknown way to fail", []string{"web", "--on-failure=retry"}, `--on-failure=retry: must be "halt" or "rollback"`},
		{"an unknown dry run", []string{"web", "--dry-run=all"}, `--dry-run=all: must be "none", "client" or "server"`},
		{"an unknown format", []string{"web", "-owide"}, "-o wide: must be json or yaml"},
		{"a negative timeout", []string{"web", "--timeout=-1s"}, "--timeout=-1s: must not be negative"},
	})
}
