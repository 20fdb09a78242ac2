package prunepvc_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/app/apptest"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/prunepvc"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// parse is what the flags become. A request of nil means that nothing was run.
func parse(t *testing.T, args ...string) (*prunepvc.Request, error) {
	t.Helper()
	return apptest.Parse(t, prunepvc.New, args...)
}

func TestFlags(t *testing.T) {
	const day = 24 * time.Hour
	tests := []struct {
		name string
		args []string
		want prunepvc.Request
	}{
		{"nothing: all of the namespace, asked or as a dry run", nil, prunepvc.Request{Concurrency: 10}},
		{"one set", []string{"sts/web"}, prunepvc.Request{Names: []string{"web"}, Concurrency: 10}},
		{"several", []string{"web", "db"}, prunepvc.Request{Names: []string{"web", "db"}, Concurrency: 10}},
		{
			"all there are with a label",
			[]string{"-A", "-l", "app=web"},
			prunepvc.Request{AllNamespaces: true, Selector: "app=web", Concurrency: 10},
		},
		{"a bare dry run is the client's", []string{"--dry-run"}, prunepvc.Request{DryRun: report.DryRunClient, Concurrency: 10}},
		{"the server's", []string{"--dry-run=server"}, prunepvc.Request{DryRun: report.DryRunServer, Concurrency: 10}},
		{"a bare dry run takes no word after it", []string{"--dry-run", "web"}, prunepvc.Request{
			Names: []string{"web"}, DryRun: report.DryRunClient, Concurrency: 10,
		}},
		{"days", []string{"--older-than=30d"}, prunepvc.Request{OlderThan: 30 * day, Concurrency: 10}},
		{"weeks", []string{"--older-than", "4w"}, prunepvc.Request{OlderThan: 28 * day, Concurrency: 10}},
		{"hours", []string{"--older-than", "1h30m"}, prunepvc.Request{OlderThan: 90 * time.Minute, Concurrency: 10}},
		{
			"all that goes further",
			[]string{"--deleted-sets", "--scaled-to-zero", "--ignore-hpa", "--yes"},
			prunepvc.Request{DeletedSets: true, ScaledToZero: true, IgnoreHPA: true, Yes: true, Concurrency: 10},
		},
		{
			"with a way back",
			[]string{"--retain-volumes", "--record=here", "--concurrency=1", "--timeout=1m"},
			prunepvc.Request{RetainVolumes: true, RecordDir: "here", Concurrency: 1, Timeout: time.Minute},
		},
		{"for a person", []string{"--show-kept", "-owide"}, prunepvc.Request{ShowKept: true, Output: report.Wide, Concurrency: 10}},
		{"for a shell", []string{"-o", "name"}, prunepvc.Request{Output: report.Name, Concurrency: 10}},
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
		"give names or --all-namespaces, not both: a name is looked up in one namespace": {"web", "-A"},
		`"deployment/web" is not a StatefulSet`:                                          {"deployment/web"},
		"--concurrency=0: must be from 1 to 100":                                         {"--concurrency=0"},
		"--concurrency=-1: must be from 1 to 100":                                        {"--concurrency=-1"},
		"--concurrency=1000: must be from 1 to 100":                                      {"--concurrency=1000"},
		"--timeout=-1s: must not be negative":                                            {"--timeout=-1s"},
		`--dry-run=maybe: must be "none", "client" or "server"`:                          {"--dry-run=maybe"},
		"--older-than is empty":                                                          {"--older-than="},
		"--selector is empty":                                                            {"-l", ""},
		"--record is empty":                                                              {"--record="},
		"--dry-run is empty":                                                             {"--dry-run=", "--yes"},
		`"" is no name of a StatefulSet`:                                                 {""},
		"-o table: must be json, yaml, name or wide":                                     {"-o", "table"},
		"--older-than=-1h: give a time such as 12h, 30d or 4w":                           {"--older-than=-1h"},
		"--older-than=-1d: give a time such as 12h, 30d or 4w":                           {"--older-than=-1d"},
		"--older-than=soon: give a time such as 12h, 30d or 4w":                          {"--older-than=soon"},
		"--older-than=60000w: give a time such as 12h, 30d or 4w":                        {"--older-than=60000w"},
	}
	for want, args := range tests {
		t.Run(want, func(t *testing.T) {
			got, err := parse(t, args...)
			apptest.RequireBadUsage(t, want, got, err)
		})
	}
	_, err := parse(t, "-l", "a in (")
	require.ErrorAs(t, err, new(*options.UsageError))
	require.ErrorContains(t, err, "--selector=a in (: ")
}
