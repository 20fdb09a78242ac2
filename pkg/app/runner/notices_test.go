package runner

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/ci"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// told is what each of those who are told heard of warnings.
type told struct {
	person  []string // in lines on the error stream
	plan    []string // a program, with the plan
	program []string // a program, each by itself
	reports []string
	actions []string // of GitHub
}

// hear picks the warnings out of what was written.
func hear(t *testing.T, stderr, stdout, actions string, protocol ci.Report) told {
	t.Helper()
	var out told
	for line := range strings.Lines(stderr) {
		if _, words, ok := strings.Cut(line, "warning: "); ok { // behind the time, in a run
			out.person = append(out.person, strings.TrimSpace(words))
		}
	}
	for line := range strings.Lines(stdout) {
		var object struct {
			Type, Message string
			Plan          struct{ Warnings []string }
		}
		require.NoError(t, json.Unmarshal([]byte(line), &object))
		out.plan = append(out.plan, object.Plan.Warnings...)
		if object.Type == "warning" {
			out.program = append(out.program, object.Message)
		}
	}
	for _, part := range protocol.Parts {
		out.reports = append(out.reports, part.Warnings...)
	}
	for line := range strings.Lines(actions) {
		if words, ok := strings.CutPrefix(line, "::warning title=kubectl sts::"); ok {
			out.actions = append(out.actions, strings.TrimSpace(words))
		}
	}
	return out
}

// One warning comes with each read and with each write: the first before the run
// has begun, and the second in the middle of it.
func TestWhatTheServerSaysAlongWithItsAnswersIsToldOnceToEverybody(t *testing.T) {
	const read, write = "apps/v0 is deprecated", "a field is unknown"
	one, both := []string{read}, []string{read, write}
	tests := []struct {
		name   string
		dryRun report.DryRun
		asked  bool // whether the plan was shown with a question
		want   told
	}{
		{"in a run", report.DryRunNone, false, told{person: both, plan: one, program: both, reports: both, actions: both}},
		{"in a run after a question", report.DryRunNone, true, told{person: both, plan: one, program: both, reports: both}},
		{"in a dry run", report.DryRunClient, false, told{person: one, plan: one, reports: one, actions: one}},
		{"in a dry run on the server", report.DryRunServer, false, told{person: both, plan: both, reports: both, actions: both}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := &cluster{
					set: ststest.Set(), taken: test.dryRun == report.DryRunServer, // else the run ends with its first write
					warns: map[string]string{http.MethodGet: read, http.MethodPatch: write},
				}
				var stdout, stderr, actions strings.Builder
				r := c.virtual(t, options.RunFlags{DryRun: test.dryRun, Output: report.JSON})
				r.Env.Streams.Out, r.Env.Streams.Err, r.Env.ReportFiles = &stdout, &stderr, ci.Files{{}}
				if !test.asked { // in a job nobody is
					r.Env.Actions = ci.NewActions(&actions)
				}
				s, _, err := r.Load(t.Context(), "web", false)
				require.NoError(t, err)
				p := aPlan()
				p.Warnings = nil
				if test.asked {
					r.Show(p)
					require.Contains(t, stderr.String(), "warning: "+read, "who answers knows it")
					p = aPlan() // which is made again, of what the set is like by now
					p.Warnings = nil
				}

				_, err = r.Run(t.Context(), p, s)

				require.NoError(t, err)
				r.Env.Flush()
				require.Equal(t, test.want, hear(t, stderr.String(), stdout.String(), actions.String(), r.Env.Report))
			})
		})
	}
}
