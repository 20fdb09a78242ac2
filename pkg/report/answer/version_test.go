package answer_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/answer"
)

func TestPrintVersion(t *testing.T) {
	client := report.Build{GitVersion: "v1.2.3", GitCommit: "0a1b2c3", GoVersion: "go1.26.0", Platform: "linux/amd64"}
	server := report.Build{GitVersion: "v1.36.3", GitCommit: "d4e5f6", GoVersion: "go1.25.1", Platform: "linux/arm64"}
	both := report.Version{Client: client, Server: &server, Now: time.Date(2030, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600))}
	with := func(change func(*report.Version)) report.Version {
		v := both
		change(&v)
		return v
	}
	tests := []struct {
		name   string
		format report.Format
		v      report.Version
		want   string
	}{
		{
			name: "for a person", v: both,
			want: "Client Version: v1.2.3\nCommit: 0a1b2c3\nGo Version: go1.26.0 linux/amd64\nServer Version: v1.36.3\n",
		},
		{
			name: "a server that was not asked is not there", v: with(func(v *report.Version) { v.Server = nil }),
			want: "Client Version: v1.2.3\nCommit: 0a1b2c3\nGo Version: go1.26.0 linux/amd64\n",
		},
		{
			name: "nobody knows the commit", v: with(func(v *report.Version) { v.Server, v.Client.GitCommit = nil, "" }),
			want: "Client Version: v1.2.3\nGo Version: go1.26.0 linux/amd64\n",
		},
		{
			name: "a server's words are made harmless",
			v:    with(func(v *report.Version) { v.Server = &report.Build{GitVersion: "v1\x1b[31m.36\n"} }),
			want: "Client Version: v1.2.3\nCommit: 0a1b2c3\nGo Version: go1.26.0 linux/amd64\nServer Version: v1.36\n",
		},
		{
			name: "for a program", format: report.JSON, v: both,
			want: `{"type":"version","time":"2030-01-02T02:04:05Z","dryRun":"none",` +
				`"clientVersion":{"gitVersion":"v1.2.3","gitCommit":"0a1b2c3","goVersion":"go1.26.0","platform":"linux/amd64"},` +
				`"serverVersion":{"gitVersion":"v1.36.3","gitCommit":"d4e5f6","goVersion":"go1.25.1","platform":"linux/arm64"}}` + "\n",
		},
		{
			name: "in YAML, and only what there is", format: report.YAML, v: with(func(v *report.Version) { v.Server = nil }),
			want: "---\nclientVersion:\n  gitCommit: 0a1b2c3\n  gitVersion: v1.2.3\n  goVersion: go1.26.0\n  platform: linux/amd64\n" +
				"dryRun: none\ntime: \"2030-01-02T02:04:05Z\"\ntype: version\n",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var out strings.Builder
			answer.Writer{Out: &out, Format: test.format}.Version(test.v)
			require.Equal(t, test.want, out.String())
		})
	}
}
