package watch

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// told shows what the engines of these sets tell, and returns what appears.
func told(r Request, names []string, tell func(tellers []member)) (stdout, stderr string) {
	var out, errs strings.Builder
	env := &app.Env{Streams: term.Streams{Out: &out, Err: &errs}, Color: term.ColorNever}
	messages := make(chan message)
	go func() {
		defer close(messages)
		var tellers []member
		for i, name := range names {
			m := member{i, messages}
			m.Handle(engine.Event{
				Type: engine.EventPlan, Time: ststest.Start,
				Plan: &plan.Plan{Verb: "watch", Namespace: "default", Name: name, ReadOnly: true},
			})
			tellers = append(tellers, m)
		}
		tell(tellers)
	}()
	newShow(env, r, names, func() time.Time { return ststest.Start }).run(messages)
	return out.String(), errs.String()
}

func end(result engine.Result, after time.Duration) engine.Event {
	return engine.Event{
		Type: engine.EventOutcome, Time: ststest.Start.Add(after), Outcome: &engine.Outcome{Result: result, Message: "so it is"},
	}
}

func TestLinesAreTheAnswerAwayFromATerminal(t *testing.T) {
	stdout, stderr := told(Request{}, []string{"web"}, func(m []member) {
		m[0].View(ststest.Snapshot(ststest.Set()), ststest.Start)
		m[0].Handle(engine.Event{Type: engine.EventWait, Time: ststest.Start, Message: "web-4 to be gone"})
		m[0].Handle(end(engine.Done, time.Second))
	})
	require.Equal(t, "03:04:05Z   waiting for web-4 to be gone\n03:04:06Z done: so it is\n", stdout)
	require.Empty(t, stderr)
}

func TestLinesOfSeveralSetsNameThem(t *testing.T) {
	stdout, _ := told(Request{}, []string{"web", "db"}, func(m []member) {
		m[1].Handle(end(engine.Held, 0))
		m[0].Handle(end(engine.Done, 0))
	})
	require.Equal(t, "03:04:05Z db: held: so it is\n03:04:05Z web: done: so it is\n", stdout)
}

func TestObjectsAreInTheOrderOfTheirTimes(t *testing.T) {
	stdout, stderr := told(Request{Output: report.JSON}, []string{"web", "db"}, func(m []member) {
		m[1].Handle(end(engine.Held, 2*time.Second))
		m[0].Handle(end(engine.Done, time.Second)) // it came a moment before, and was told later
	})
	type object struct {
		Type, Result string
		Time         time.Time
		StatefulSet  struct{ Name string }
	}
	var got []object
	for line := range strings.Lines(stdout) {
		var o object
		require.NoError(t, json.Unmarshal([]byte(line), &o))
		got = append(got, o)
	}
	at := func(d time.Duration) time.Time { return ststest.Start.Add(d) }
	require.Equal(t, []object{
		{"plan", "", at(0), struct{ Name string }{"web"}},
		{"plan", "", at(0), struct{ Name string }{"db"}},
		{"outcome", "held", at(2 * time.Second), struct{ Name string }{"db"}},
		{"outcome", "done", at(2 * time.Second), struct{ Name string }{"web"}},
	}, got)
	require.Equal(t, "03:04:07Z db: held: so it is\n03:04:07Z web: done: so it is\n", stderr, "the story beside it")
}

func TestTheWorstOutcomeCounts(t *testing.T) {
	of := func(results ...engine.Result) []*watched {
		var out []*watched
		for _, r := range results {
			out = append(out, &watched{outcome: engine.Outcome{Result: r}})
		}
		return out
	}
	tests := []struct {
		name string
		sets []*watched
		want engine.Result
	}{
		{"all done", of(engine.Done, engine.Done), engine.Done},
		{"one held", of(engine.Done, engine.Held), engine.Held},
		{"one out of time, one held", of(engine.Held, engine.TimedOut), engine.TimedOut},
		{"one halted, one out of time", of(engine.TimedOut, engine.Halted, engine.Held), engine.Halted},
		{"one halted, one failed", of(engine.Failed, engine.Halted), engine.Halted},
		{"one failed, one out of time", of(engine.TimedOut, engine.Failed), engine.Failed},
		{"interrupted after one has halted", of(engine.Halted, engine.Interrupted), engine.Interrupted},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { require.Equal(t, test.want, worst(test.sets).Result) })
	}
}
