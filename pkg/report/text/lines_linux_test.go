package text_test

import (
	"bufio"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/briandowns/spinner"
	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/reporttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/text"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

func TestLinesOnATerminalAreWrappedAndInLocalTime(t *testing.T) {
	local := time.Local
	time.Local = time.FixedZone("here", 3600)
	t.Cleanup(func() { time.Local = local })
	trouble := sts.Trouble{Reason: "ErrImagePull", Container: "nginx", Message: strings.Repeat("registry.example.com does not answer; ", 4)}
	got := reporttest.OnTerminal(t, 200, func(terminal *os.File) {
		lines := text.NewLines(terminal, term.ColorNever, false)
		reporttest.Resize(t, terminal, 24, 60)
		reporttest.NewTale(reporttest.CanaryPlan()).Step().Trouble(4, sts.StatePending, trouble).
			End(engine.Outcome{
				Result: engine.Halted, Message: "web-4: " + trouble.String(),
				Gate: reporttest.Gate, Try: hinttest.List(reporttest.Resume, reporttest.RollBack),
			}).
			To(lines)
	})
	reporttest.Golden(t, "lines-60-halted", got)
}

func TestDetailsThatAreTooLongAreWrapped(t *testing.T) {
	p := reporttest.ScalePlan()
	p.Ordinals = nil
	p.Details = []string{
		`before each pod goes, "drain" is run`,
		"whenScaled is Delete: it is set to Retain meanwhile, so that the controller deletes no claim",
	}
	got := reporttest.OnTerminal(t, 60, func(terminal *os.File) { text.PrintHead(terminal, term.ColorNever, &p) })
	reporttest.Golden(t, "head-60", got)
}

func TestLinesOnATerminalHaveColourUnlessNoColorSaysNo(t *testing.T) {
	tests := []struct {
		name    string
		noColor string
		mode    term.ColorMode
		want    bool
	}{
		{"a terminal has colour", "", term.ColorAuto, true},
		{"NO_COLOR takes it away", "1", term.ColorAuto, false},
		{"--color=always has it all the same", "1", term.ColorAlways, true},
		{"--color=never has none", "", term.ColorNever, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := reporttest.OnTerminal(t, 80, func(terminal *os.File) {
				t.Setenv("NO_COLOR", test.noColor)
				reporttest.NewTale(reporttest.CanaryPlan()).To(text.NewLines(terminal, test.mode, false))
			})
			require.Equal(t, test.want, strings.Contains(got, "\x1b[1m"), "%q", got)
		})
	}
}

func TestASpinnerLeavesTheLinesAboveItAlone(t *testing.T) {
	trouble := `web-4: nginx: ErrImagePull: rpc error: code = NotFound desc = 画像が見つかりません, "nginx:bad" is not to be had`
	got := reporttest.OnTerminal(t, 80, func(terminal *os.File) {
		lines := text.NewLines(terminal, term.ColorNever, false)
		lines.Handle(engine.Event{Type: engine.EventWait, Message: trouble, Reason: "ErrImagePull"})
		lines.Handle(engine.Event{Type: engine.EventStepDone, Step: &plan.Step{}})
	})
	const hide, show, erase = `\x1b\[\?25l`, `\x1b\[\?25h`, `\r\x1b\[K`
	const line = `[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] waiting for web-4: nginx: ErrImagePull: …ん, "nginx:bad" is not to be had 0s`
	require.Regexp(t, `^`+hide+`(`+erase+line+`)+`+show+erase+`$`, got, "erased: %q", got)
}

// What is waited for turns, frame after frame as the library has them, until
// something else has the line.
func TestAWaitTurnsTheSpinner(t *testing.T) {
	master, terminal := reporttest.OpenTerminal(t, 80)
	lines := text.NewLines(terminal, term.ColorNever, false)
	lines.Handle(engine.Event{Type: engine.EventWait, Message: "web-4"})

	late := time.AfterFunc(time.Minute, func() { _ = terminal.Close() }) // rather than to wait without end
	got := bufio.NewReader(master)
	for _, frame := range append(slices.Clone(spinner.CharSets[14]), spinner.CharSets[14][0]) {
		for {
			r, _, err := got.ReadRune()
			require.NoError(t, err)
			if unicode.Is(unicode.Braille, r) {
				require.Equal(t, frame, string(r))
				break
			}
		}
		text, err := got.ReadString('4')
		require.NoError(t, err)
		require.Equal(t, " waiting for web-4", text)
	}

	lines.Handle(engine.Event{Type: engine.EventStepDone, Step: &plan.Step{}})
	require.True(t, late.Stop())
	require.NoError(t, terminal.Close())
	rest, _ := io.ReadAll(got) // ends in an error when the terminal is closed
	require.Regexp(t, `\r\x1b\[K$`, string(rest), "the line is empty")
}

// What comes while a question waits for its answer begins on a line of its own,
// and the question stands below it again: nobody has answered.
func TestAQuestionIsAskedAgainBelowWhatCameBetween(t *testing.T) {
	local := time.Local
	time.Local = time.UTC
	t.Cleanup(func() { time.Local = local })
	const question = "prod/web @ cluster-1: next: web-3. [p]romote, [h]old here, [a]bort? (? explains) "
	gate := engine.Event{Type: engine.EventGate, Step: &plan.Step{Gate: &plan.Gate{Next: "web-3"}}}
	end := func(result engine.Result, message string) engine.Event {
		return engine.Event{Type: engine.EventOutcome, Time: ststest.Start, Outcome: &engine.Outcome{Result: result, Message: message}}
	}
	answer := engine.Event{Type: engine.EventAnswer}
	back := engine.Event{Type: engine.EventWarning, Time: ststest.Start, Message: "the API server answers again"}
	known := engine.Event{Type: engine.EventWarning, Time: ststest.Start, Message: "Helm is about"}
	pod := func(state sts.State) engine.Event {
		return engine.Event{Type: engine.EventPod, Time: ststest.Start, Pod: &sts.PodProgress{Pod: "web-2", State: state}}
	}
	starting, leaving := pod(sts.StateStarting), pod(sts.StateTerminating)
	for _, test := range []struct {
		name   string
		events []engine.Event
		want   string
	}{
		{"after an outage", []engine.Event{gate, back}, question + "\n03:04:05 warning: the API server answers again\n" + question},
		{
			"when the time is over",
			[]engine.Event{gate, end(engine.TimedOut, "not done after 5s, still waiting for an answer")},
			question + "\n03:04:05 timed out: not done after 5s, still waiting for an answer\n",
		},
		{"ctrl-C", []engine.Event{gate, end(engine.Interrupted, "interrupted")}, question + "\n03:04:05 interrupted\n"},
		{"an answer ends its line by itself", []engine.Event{gate, answer, end(engine.Held, "held")}, question + "03:04:05 held\n"},
		{"not after what was told before", []engine.Event{gate, known}, question},
		{"not after what gets no line", []engine.Event{gate, starting}, question},
		{
			"a pod that moves gets a line, and what was told before does not hide it",
			[]engine.Event{gate, known, leaving, known, answer, back},
			question + "\n03:04:05   web-2 terminating\n" + question + "03:04:05 warning: the API server answers again\n",
		},
		{
			"what is answered is not asked again",
			[]engine.Event{gate, answer, back},
			question + "03:04:05 warning: the API server answers again\n",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := reporttest.OnTerminal(t, 120, func(terminal *os.File) {
				lines := text.NewLines(terminal, term.ColorNever, true, known.Message)
				p := &plan.Plan{Namespace: "prod", Name: "web", Context: "cluster-1"}
				lines.Handle(engine.Event{Type: engine.EventPlan, Plan: p})
				for _, e := range test.events {
					lines.Handle(e)
				}
			})
			require.Equal(t, test.want, reporttest.Stripped(got))
		})
	}
}
