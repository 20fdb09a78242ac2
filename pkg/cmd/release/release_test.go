package release_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/release"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmdutil/cmdtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// parse is what the flags become. A request of nil means that nothing was run.
func parse(t *testing.T, args ...string) (*release.Request, error) {
	t.Helper()
	return cmdtest.Parse(t, release.New, args...)
}

func TestFlags(t *testing.T) {
	request := func(changes ...func(*release.Request)) *release.Request {
		r := &release.Request{Run: cmdtest.Run(), Name: "web"}
		for _, change := range changes {
			change(r)
		}
		return r
	}
	tests := []struct {
		name string
		args []string
		want *release.Request
	}{
		{"a name alone", []string{"sts", "web"}, request()},
		{
			"the flags of every run",
			[]string{"web", "-y", "--timeout=1h", "--dry-run=client", "-o=yaml"},
			request(func(r *release.Request) {
				r.Run.Yes, r.Run.Limits.Timeout, r.Run.DryRun, r.Run.Output = true, time.Hour, report.DryRunClient, report.YAML
			}),
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := parse(t, test.args...)
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
}

func TestBadUsage(t *testing.T) {
	cmdtest.RefuseMisuse(t, parse, []cmdtest.Misuse{
		{"no name", nil, "which StatefulSet? give its name"},
		{"an unknown dry run", []string{"web", "--dry-run=all"}, `--dry-run=all: must be "none", "client" or "server"`},
		{"a negative timeout", []string{"web", "--timeout=-1s"}, "--timeout=-1s: must not be negative"},
	})
}
