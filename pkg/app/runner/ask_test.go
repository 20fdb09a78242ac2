package runner

import (
	"context"
	"io"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/loop"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/permission"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

func TestAskAtAGate(t *testing.T) {
	tests := []struct {
		name, input string
		want        plan.Answer
		asked       int
	}{
		{"a letter promotes", "p\n", plan.Promote, 1},
		{"a word promotes", "promote\n", plan.Promote, 1},
		{"capitals don't matter", "Promote\n", plan.Promote, 1},
		{"hold", "h\n", plan.HoldOn, 1},
		{"hold in full", "hold\n", plan.HoldOn, 1},
		{"abort", "a\n", plan.Abort, 1},
		{"abort in full", "ABORT\n", plan.Abort, 1},
		{"a bare return is no answer", "\np\n", plan.Promote, 2},
		{"yes is none either", "yes\ny\nh\n", plan.HoldOn, 3},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var stderr strings.Builder
			env := &app.Env{Streams: term.Streams{In: strings.NewReader(test.input), Err: &stderr}}
			step := plan.Step{Gate: &plan.Gate{Kind: plan.GateAsk, Next: "web-3, web-2"}}

			got, err := asker{env}.Ask(t.Context(), step)

			require.NoError(t, err)
			require.Equal(t, test.want, got)
			again := "next: web-3, web-2. [p]romote, [h]old here, [a]bort? (? explains) "
			if strings.TrimSpace(test.input[:1]) != "" { // what is no answer is explained
				again = report.GateHelp + "\n" + again
			}
			require.Equal(t, strings.Repeat(again, test.asked-1), stderr.String())
		})
	}
}

func TestAskHoldsWhenNobodyIsThereAnyMore(t *testing.T) {
	env := &app.Env{Streams: term.Streams{In: strings.NewReader("perhaps\n"), Err: &strings.Builder{}}}

	answer, err := asker{env}.Ask(t.Context(), plan.Step{Gate: &plan.Gate{}})

	require.NoError(t, err)
	require.Equal(t, plan.HoldOn, answer)
}

func TestConfirmWithoutATerminal(t *testing.T) {
	refusal := &plan.Refusal{Why: plan.NoTerminal}
	tests := []struct {
		name  string
		flags options.RunFlags
		want  error
	}{
		{"is refused", options.RunFlags{DryRun: report.DryRunNone}, refusal},
		{"passes with --yes", options.RunFlags{Yes: true}, nil},
		{"passes in a dry run on the client", options.RunFlags{DryRun: report.DryRunClient}, nil},
		{"passes in a dry run on the server", options.RunFlags{DryRun: report.DryRunServer}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var stderr strings.Builder
			env := &app.Env{Streams: term.Streams{In: strings.NewReader("y\n"), Err: &stderr}}

			p := &plan.Plan{Title: "abort"}
			r := &Runner{Env: env, Flags: test.flags, permitted: permission.Of(p, sts.Snapshot{})}
			err := r.Confirm(t.Context(), p, sts.Snapshot{}, "Go back?")

			require.Equal(t, test.want, err)
			require.Empty(t, stderr.String())
		})
	}
}

// What a person has seen with a question is not told again: neither with the next
// question nor by the run.
func TestWhatIsShownWithAQuestionIsToldOnce(t *testing.T) {
	var stderr strings.Builder
	r := &Runner{Env: &app.Env{Streams: term.Streams{Err: &stderr}, Config: &app.Config{}}}
	shows := func(warnings ...string) string {
		stderr.Reset()
		r.Show(&plan.Plan{Title: "scale", Warnings: warnings})
		return stderr.String()
	}
	r.Env.Note("a deprecated version")
	require.Equal(t, "scale\nwarning: Helm is about\nwarning: a deprecated version\n", shows("Helm is about"))
	require.Equal(t, "scale\nwarning: data dies\n", shows("Helm is about", "data dies"))

	stderr.Reset()
	sink := r.sink()
	sink.Handle(engine.Event{Type: engine.EventPlan, Plan: &plan.Plan{Title: "scale"}})
	for _, warning := range []string{"Helm is about", "a deprecated version", "data dies", "the API server is away"} {
		sink.Handle(engine.Event{Type: engine.EventWarning, Message: warning})
	}
	require.Equal(t, "00:00:00Z warning: the API server is away\n", stderr.String())
}

// The lines of the run and who reads the answer leave the question's line once
// between them.
func TestTheLineOfAGateIsLeftOnce(t *testing.T) {
	const (
		question = "default/web: next: web-3. [p]romote, [h]old here, [a]bort? (? explains) "
		gate     = "          rollout at partition 0: every pod is updated\n"
		held     = "held: after step 1 of 2; next: web-3\n" + gate
	)
	types := func(text string) func(context.CancelFunc, *io.PipeWriter) {
		return func(_ context.CancelFunc, typist *io.PipeWriter) { _, _ = io.WriteString(typist, text) }
	}
	tests := []struct {
		name string
		does func(context.CancelFunc, *io.PipeWriter)
		want string // from the question on, without the times
	}{
		{"an answer, whose key has ended it", types("h\n"), question + held},
		{"ctrl-C", func(cancel context.CancelFunc, _ *io.PipeWriter) { cancel() }, question + "\ninterrupted in step 1 of 2\n" + gate},
		{
			"ctrl-D", func(_ context.CancelFunc, typist *io.PipeWriter) { _ = typist.Close() },
			question + "\n" + held,
		},
	}
	clock := regexp.MustCompile(`\d\d:\d\d:\d\dZ `)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				in, typist := io.Pipe()
				defer func() { require.NoError(t, typist.Close()) }()
				var stderr strings.Builder
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				r := &Runner{Env: &app.Env{Streams: term.Streams{In: in, Err: &stderr}, Config: &app.Config{}}}
				p := plantest.Same(plan.Plan{Namespace: "default", Name: "web", UID: "web-uid", Steps: []plan.Step{{
					Number: 1, Of: 2, Title: "first", Until: plan.PodsGood{From: 4},
					Gate: &plan.Gate{Kind: plan.GateAsk, Next: "web-3"},
				}}})
				go func() {
					synctest.Wait() // until the question waits for its answer
					test.does(cancel, typist)
				}()

				loop.Engine{Sink: r.sink(), Asker: asker{r.Env}, Feed: make(chan engine.Update)}.
					Run(ctx, p, ststest.Snapshot(ststest.Set(), ststest.Pods(0, 5)))

				synctest.Wait() // until who asks has seen the end, too
				_, got, _ := strings.Cut(stderr.String(), "default/web: ")
				require.Equal(t, test.want, "default/web: "+clock.ReplaceAllString(got, ""))
			})
		})
	}
}
