package restorepvc_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/app/apptest"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/restorepvc"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// parse is what the flags become. A request of nil means that nothing was run.
func parse(t *testing.T, args ...string) (*restorepvc.Request, error) {
	t.Helper()
	return apptest.Parse(t, restorepvc.New, args...)
}

func TestFlags(t *testing.T) {
	tests := []struct {
		name string
		args []string
		want restorepvc.Request
	}{
		{
			"a claim",
			[]string{"data-web-2"},
			restorepvc.Request{Names: []string{"data-web-2"}, Timeout: 5 * time.Minute, DryRun: report.DryRunNone},
		},
		{
			"a file, and for how long",
			[]string{"-f", "x.yaml", "--timeout=0", "-o", "json"},
			restorepvc.Request{File: "x.yaml", Names: []string{}, DryRun: report.DryRunNone, Output: report.JSON},
		},
		{
			"one of a folder, as a dry run",
			[]string{"web-2", "--record=kept", "--dry-run"},
			restorepvc.Request{Names: []string{"web-2"}, RecordDir: "kept", Timeout: 5 * time.Minute, DryRun: report.DryRunClient},
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
	tests := map[string][]string{
		"which claim? give its name, or -f and a file of records": nil,
		"give -f or --record, not both":                           {"-f", "x", "--record", "y"},
		"--timeout=-1s: must not be negative":                     {"web-2", "--timeout=-1s"},
		"--filename is empty":                                     {"web-2", "-f", ""},
		"--record is empty":                                       {"web-2", "--record="},
		`"web/2" is no name of a claim or a pod`:                  {"web/2"},
		`--dry-run=maybe: must be "none", "client" or "server"`:   {"web-2", "--dry-run=maybe"},
		"-o wide: must be json or yaml":                           {"web-2", "-o", "wide"},
	}
	for want, args := range tests {
		t.Run(want, func(t *testing.T) {
			got, err := parse(t, args...)
			apptest.RequireBadUsage(t, want, got, err)
		})
	}
}
