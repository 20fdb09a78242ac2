package batch_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/batch"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/receipt/receipttest"
)

// tale is every event that a sink is told, in order.
type tale []engine.Event

func (t *tale) Handle(e engine.Event) { *t = append(*t, e) }

func (t tale) types() []engine.EventType {
	var out []engine.EventType
	for i := range t {
		out = append(out, t[i].Type)
	}
	return out
}

// A batch tells what any run tells: its plan with the warnings, what becomes of each
// step, and how it ended, last.
func TestABatchTellsItsPlanItsStepsAndItsEnd(t *testing.T) {
	c, judge, verdicts := judged(t, 2)
	c.errs = map[string]error{"delete data-web-2": errors.New("no")}
	var got tale
	file := receipttest.File(t)
	run := batch.Engine{
		Cluster: c, Judge: judge, Concurrency: 1, Step: step, Sink: &got, Receipts: file, Retain: true,
		Help: func(o engine.Outcome) []hint.Hint { return []hint.Hint{hint.Words("help with " + o.Message)} },
	}

	o := run.Run(t.Context(), plan.Plan{Title: "two claims", Warnings: []string{"mind this"}}, slices.Values(verdicts))

	require.Equal(t, []engine.EventType{
		engine.EventPlan, engine.EventWarning, engine.EventClaim, engine.EventClaim, engine.EventOutcome,
	}, got.types())
	require.Equal(t, "two claims", got[0].Plan.Title)
	var titles []string
	for step := range got[0].Batch {
		titles = append(titles, step.Title)
	}
	require.Equal(t, []string{"delete claim default/data-web-1", "delete claim default/data-web-2"}, titles)
	require.Equal(t, titles[0], got[2].Step.Title)
	require.Equal(t, titles[1], got[3].Step.Title)
	require.Equal(t, o, *got[4].Outcome)
	require.Equal(t, engine.Failed, o.Result)
	require.Equal(t, file.Path(), o.Receipts)
	require.Equal(t, []hint.Hint{hint.Words("help with 1 claim deleted, 0 skipped, 1 failed")}, o.Try)
}

func TestAFileWithoutRecordsIsNotNamed(t *testing.T) {
	c, judge, verdicts := judged(t, 1)
	file := receipttest.File(t)
	require.NoError(t, file.Prepare())
	run := batch.Engine{Cluster: c, Judge: judge, Step: step, Sink: new(told), Receipts: file}

	o := run.Run(t.Context(), plan.Plan{}, slices.Values(verdicts))

	require.Equal(t, engine.Done, o.Result)
	require.Empty(t, o.Receipts)
	require.NoFileExists(t, file.Path())
}

// That the API server does not answer is told while it does not, by the goroutine that
// tells everything else.
func TestWhatThereIsToKnowIsToldWhileARequestTakesLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, judge, verdicts := judged(t, 1)
		notices, news := make(chan string, 2), make(chan struct{}, 1)
		c.before = func(what string) {
			if what == "delete data-web-1" {
				notices <- "trying again"
				news <- struct{}{}
				time.Sleep(time.Minute)
			}
		}
		var got tale
		var at []time.Time
		run := batch.Engine{
			Cluster: c, Judge: judge, Step: step, Sink: sinkFunc(func(e engine.Event) {
				got.Handle(e)
				at = append(at, time.Now())
			}),
			Notices: func() []string {
				select {
				case words := <-notices:
					return []string{words}
				default:
					return nil
				}
			},
			News: news,
		}

		run.Run(t.Context(), plan.Plan{}, slices.Values(verdicts))

		require.Equal(t, []engine.EventType{engine.EventPlan, engine.EventWarning, engine.EventClaim, engine.EventOutcome}, got.types())
		require.Equal(t, "trying again", got[1].Message)
		require.Equal(t, at[0], at[1])
	})
}
