package runner

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/rest"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// broken is a set whose pod web-4 is in trouble that counts at once, so that a
// run which looks at it halts at once.
func broken() sts.Snapshot {
	bad := ststest.Pod(4, ststest.Waiting("InvalidImageName", "no such name"))
	return ststest.Snapshot(ststest.Set(), ststest.Pods(0, 4), []*corev1.Pod{bad})
}

// looking is a plan that writes nothing.
func looking() *plan.Plan {
	p := aPlan()
	p.Warnings, p.Resume = nil, hint.Plugin("", "canary", "web")
	p.Steps = []plan.Step{{Title: "update web-4", Number: 1, Of: 1, Until: plan.PodsGood{From: 4}}}
	return p
}

// firstLooks are so many requests for the set.
func firstLooks(n int32) func(*http.Request) bool {
	var looked atomic.Int32
	return func(r *http.Request) bool {
		return strings.HasSuffix(r.URL.Path, "/statefulsets/web") && r.Method == http.MethodGet && looked.Add(1) <= n
	}
}

// A way back may have to delete pods, which shows when it is too late to ask.
func TestARollbackTakesThePermissionToDeletePodsFromTheBeginning(t *testing.T) {
	const missing = `forbidden: user "jo" cannot delete pods in namespace "default"`
	tests := []struct {
		name     string
		rollback bool
		dryRun   report.DryRun
		want     string
	}{
		{"to go back", true, report.DryRunNone, missing},
		{"to halt", false, report.DryRunNone, "web-4: nginx: InvalidImageName: no such name"},
		{"to go back, in a dry run", true, report.DryRunClient, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := &cluster{set: ststest.Set(), taken: true, lacks: []string{"delete pods"}}

				err := c.virtual(t, options.RunFlags{DryRun: test.dryRun}).RunCanary(t.Context(), looking(), broken(), test.rollback)

				require.Empty(t, c.writes)
				if test.want == "" {
					require.NoError(t, err)
					return
				}
				require.EqualError(t, err, test.want)
				require.Equal(t, test.want == missing, kube.Denied(err))
			})
		})
	}
}

func TestTheWayBackIgnoresBudgetsWhereTheRunDid(t *testing.T) {
	c := &cluster{set: ststest.Set(), budgets: http.StatusTeapot}
	r, _, _ := c.runner(t, options.RunFlags{})
	_, _, err := r.Load(t.Context(), "web", true)
	require.NoError(t, err)

	back, err := r.back(t.Context(), looking())

	require.NoError(t, err, "it asks for no budget")
	require.Equal(t, engine.Done, back.Result)
}

func TestARollbackThatRunsOutOfTimeIsNoTimeout(t *testing.T) {
	failed := engine.Outcome{Result: engine.Halted, Message: "web-4: crashed"}
	back := engine.Outcome{Result: engine.TimedOut, Message: "not done after 1m", Gate: "partition 5", Try: hinttest.List("go on")}

	end := rolledBack(failed, back, nil)

	require.Equal(t, engine.Outcome{
		Result: engine.Halted, Message: "not done after 1m; the canary had failed: web-4: crashed", Gate: "partition 5",
		Try: hinttest.List("go on"), Rollback: engine.RollbackFailed,
	}, end)
	require.Equal(t, 4, end.ExitCode())
}

// RoundTrip answers without a network: inside synctest a real one would keep the
// virtual time from moving.
func (c *cluster) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Query().Has("watch") && (c.denies == nil || !c.denies(r)) {
		quiet, end := io.Pipe()
		context.AfterFunc(r.Context(), func() { _ = end.CloseWithError(r.Context().Err()) })
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: quiet, Request: r}, nil
	}
	if r.Body == nil {
		r.Body = http.NoBody
	}
	answer := httptest.NewRecorder()
	c.ServeHTTP(answer, r)
	return answer.Result(), nil
}

// virtual is a runner whose cluster this is, without a network, that discards what
// it prints.
func (c *cluster) virtual(t *testing.T, flags options.RunFlags) *Runner {
	t.Helper()
	env := &app.Env{Streams: term.Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard}, Config: &app.Config{}}
	env.Output, env.DryRun = flags.Output, flags.DryRun
	client, err := kube.New(&rest.Config{Host: "http://apiserver", Transport: c}, "default", env.Note)
	require.NoError(t, err)
	return &Runner{Env: env, Client: client, Flags: flags}
}

// An outage that is longer than any single question is asked again for.
func TestTheWayBackIsLookedForAsLongAsAStepMayWait(t *testing.T) {
	const trouble = "web-4: nginx: InvalidImageName: no such name"
	tests := []struct {
		name     string
		away     time.Duration // the set, from the beginning on
		mayWait  time.Duration // a step, 0 for ever
		want     string
		rollback engine.Rollback
	}{
		{
			"the API server is back in time", time.Minute, 10 * time.Minute,
			trouble + "; every pod is back on the stable revision", engine.RollbackDone,
		},
		{
			"there is no time that is too late", time.Hour, 0,
			trouble + "; every pod is back on the stable revision", engine.RollbackDone,
		},
		{
			"it is back too late", time.Hour, 10 * time.Minute,
			"get statefulsets.apps: apiserver is starting; the canary had failed: " + trouble, engine.RollbackFailed,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				c := &cluster{set: ststest.Set(), denies: func(r *http.Request) bool {
					return r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/statefulsets/web") && time.Since(began) < test.away
				}}
				p := looking()
				p.StepTimeout = test.mayWait

				err := c.virtual(t, options.RunFlags{}).RunCanary(t.Context(), p, broken(), true)

				var ended *app.Ended
				require.ErrorAs(t, err, &ended)
				require.Equal(t, engine.Outcome{Result: engine.Halted, Message: test.want, Rollback: test.rollback},
					engine.Outcome{Result: ended.Outcome.Result, Message: ended.Outcome.Message, Rollback: ended.Outcome.Rollback})
			})
		})
	}
}

func TestRunCanaryThatHalts(t *testing.T) {
	const trouble = "web-4: nginx: InvalidImageName: no such name"
	tests := []struct {
		name     string
		cluster  *cluster
		rollback bool
		want     string   // the outcome's message
		rolled   string   // how the way back ended
		says     []string // last on the error stream
	}{
		{
			name: "ends there", cluster: &cluster{set: ststest.Set()}, want: trouble,
		},
		{
			name: "is no success when told to go back, however well that goes", cluster: &cluster{set: ststest.Set()}, rollback: true,
			want: trouble + "; every pod is back on the stable revision", rolled: "done",
			says: []string{"warning: going back to the stable revision, as --on-failure=rollback asks"},
		},
		{
			name: "ends as halted also where there is no way back, and says so first", cluster: &cluster{}, rollback: true,
			want: "not this set; the canary had failed: " + trouble, rolled: "failed",
			says: []string{
				"warning: going back to the stable revision, as --on-failure=rollback asks", " rollback failed: not this set; ",
			},
		},
		{
			name: "looks again and again for the way back", rollback: true, cluster: &cluster{set: ststest.Set(), denies: firstLooks(3)},
			want: trouble + "; every pod is back on the stable revision", rolled: "done",
		},
		{
			name: "ends as halted also where the way back is refused", rollback: true, rolled: "failed",
			want: "revision web-gone, which the canary of statefulset \"web\" started from, is gone (revisionHistoryLimit?); " +
				"the canary had failed: " + trouble,
			cluster: &cluster{set: ststest.Set(ststest.Annotated("kubectl-sts.github.io/canary",
				`{"version":1,"run":"r","started":"2030-01-02T03:04:05Z","stable":"web-gone",`+
					`"ownTemplate":true,"steps":["1"],"soak":"1s"}`))},
			says: []string{" rollback failed: revision web-gone, which the canary of statefulset \"web\" started from, is gone"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, stdout, stderr := test.cluster.runner(t, options.RunFlags{Output: report.JSON})

			err := r.RunCanary(t.Context(), looking(), broken(), test.rollback)

			var ended *app.Ended
			require.ErrorAs(t, err, &ended)
			require.Equal(t, engine.Halted, ended.Outcome.Result)
			require.Equal(t, test.want, ended.Outcome.Message)
			for _, words := range test.says {
				require.Contains(t, stderr.String(), words)
			}
			objects := strings.Split(strings.TrimSpace(stdout.String()), "\n")
			var last struct{ Type, Result, Message, Rollback string }
			require.NoError(t, json.Unmarshal([]byte(objects[len(objects)-1]), &last))
			require.Equal(t, struct{ Type, Result, Message, Rollback string }{"outcome", "halted", test.want, test.rolled}, last)
		})
	}
}
