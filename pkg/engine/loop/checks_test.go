package loop_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// measurer says the verdicts that the test gives it, one after another, and then that
// of the last for ever. An empty one hangs until its context ends.
type measurer struct {
	mu       sync.Mutex
	verdicts []check.Verdict
	scopes   []check.Scope
	at       []time.Duration // since the start
	ended    int
}

func (m *measurer) Measure(ctx context.Context, c check.Check, on check.Scope) check.Measurement {
	m.mu.Lock()
	m.scopes, m.at = append(m.scopes, on), append(m.at, on.Now.Sub(ststest.Start))
	v := m.verdicts[0]
	if len(m.verdicts) > 1 {
		m.verdicts = m.verdicts[1:]
	}
	m.mu.Unlock()
	if v == "" {
		<-ctx.Done()
		v = check.Unknown
	}
	m.mu.Lock()
	m.ended++
	m.mu.Unlock()
	return check.Measurement{Check: c.Name, At: on.Now, Reading: check.Reading{Pod: "web-4", Verdict: v, Message: "as it is"}}
}

// lag is a check that is measured each ten seconds and is good after two passes.
func lag(change ...func(*check.Check)) check.Check {
	c := check.Check{Name: "lag", Kind: check.Exec, Command: "./lag", Rule: check.Standard()}
	c.Rule.Pass, c.Rule.Unknown = 2, 2
	for _, f := range change {
		f(&c)
	}
	return c
}

// measuredStep is a plan whose step soaks so long and is measured by this check.
func measuredStep(soak time.Duration, c check.Check) plan.Plan {
	return enginetest.OneStep(enginetest.Soaked(soak), func(p *plan.Plan) { p.Steps[0].Checks = []check.Check{c} })
}

func onStageMeasuring(t *testing.T, m *measurer, p plan.Plan, play func(t *testing.T, s *stage)) {
	t.Helper()
	good := ststest.Opened(recorded(), ststest.UpdatedPod(4))
	onStageAs(t, p, good, play, func(t *testing.T) *stage {
		s := newStage(t)
		s.measurer = m
		return s
	})
}

func TestASoakLastsUntilItsChecksAreGood(t *testing.T) {
	for _, test := range []struct {
		name     string
		soak     time.Duration
		verdicts []check.Verdict
		after    time.Duration
		result   engine.Result
		message  string
	}{
		{"good at once, and the soak goes on", time.Minute, []check.Verdict{check.Pass}, time.Minute, engine.Done, "all is well"},
		{"good a little after the soak", 15 * time.Second, []check.Verdict{check.Unknown, check.NotYet, check.Pass}, 30 * time.Second, engine.Done, "all is well"}, //nolint:lll // one text
		{"no soak", 0, []check.Verdict{check.Pass}, 10 * time.Second, engine.Done, "all is well"},
		{"a failure", time.Minute, []check.Verdict{check.Pass, check.Fail}, 10 * time.Second, engine.Halted, "check failed: lag: as it is, pod web-4"}, //nolint:lll // one text
		{
			"a failure after it was good", time.Minute,
			[]check.Verdict{check.Pass, check.Pass, check.Pass, check.Fail},
			30 * time.Second,
			engine.Halted, "check failed: lag: as it is, pod web-4",
		},
		{
			"unknown twice in a row", time.Minute,
			[]check.Verdict{check.Pass, check.Unknown},
			20 * time.Second,
			engine.Held, "a check is not known: lag unknown: as it is, pod web-4, 2nd time",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := &measurer{verdicts: test.verdicts}
			onStageMeasuring(t, m, measuredStep(test.soak, lag()), func(t *testing.T, s *stage) {
				s.pass(test.after - 1)
				s.goesOn()
				s.pass(1)
				o := s.ends()
				require.Equal(t, test.result, o.Result)
				require.Equal(t, test.message, o.Message)
			})
		})
	}
}

func TestACheckThatIsNeverGoodEndsTheRunInTheStepsTime(t *testing.T) {
	for _, test := range []struct {
		verdict check.Verdict
		result  engine.Result
		reason  string
	}{
		{check.NotYet, engine.Held, engine.ReasonCheckUnknown},
		{check.Fail, engine.Halted, engine.ReasonCheckFailed},
	} {
		t.Run(string(test.verdict), func(t *testing.T) {
			m := &measurer{verdicts: []check.Verdict{test.verdict}}
			bears := func(c *check.Check) { c.Rule.Fail = 1000 }
			onStageMeasuring(t, m, measuredStep(time.Minute, lag(bears)), func(t *testing.T, s *stage) {
				s.pass(time.Minute + enginetest.StepTimeout - 1)
				s.goesOn()
				s.pass(1)
				o := s.ends()
				require.Equal(t, test.result, o.Result)
				require.Equal(t, test.reason, o.Reason)
				require.Equal(t, "web-4", o.Pod)
			})
		})
	}
}

func TestAMeasurementThatHangsHoldsNothingUp(t *testing.T) {
	m := &measurer{verdicts: []check.Verdict{""}}
	onStageMeasuring(t, m, measuredStep(time.Minute, lag()), func(t *testing.T, s *stage) {
		s.pass(30 * time.Second)
		require.Len(t, m.scopes, 1, "one at a time")
		s.show(ststest.Opened(recorded(), ststest.UpdatedPod(4, ststest.Restarted(1))))
		require.Equal(t, engine.Halted, s.ends().Result)
		require.Equal(t, 1, m.ended, "what is measured ends with the run")
	})
}

func TestACheckIsMeasuredOnThePodsOfItsStep(t *testing.T) {
	m := &measurer{verdicts: []check.Verdict{check.Pass}}
	onStageMeasuring(t, m, measuredStep(time.Minute, lag()), func(t *testing.T, s *stage) {
		s.pass(time.Minute)
		s.ends()
		names := func(pods []check.Pod) (out []string) {
			for _, p := range pods {
				out = append(out, p.Name)
			}
			return out
		}
		require.Equal(t, []string{"web-4"}, names(m.scopes[0].Pods))
		require.Equal(t, []string{"web-0", "web-1", "web-2", "web-3"}, names(m.scopes[0].Stables))
		require.Equal(t, []string{"web-0", "web-1", "web-2", "web-3", "web-4"}, names(m.scopes[0].All))
		require.Equal(t, ststest.Update, m.scopes[0].Revision)
		require.Equal(t, ststest.Stable, m.scopes[0].Stable)
		require.Equal(
			t,
			[]time.Duration{0, 10 * time.Second, 20 * time.Second, 30 * time.Second, 40 * time.Second, 50 * time.Second},
			m.at,
		)
	})
}

// What was seen before a measurement ended does not count for the next write.
func TestASetIsReadAgainOnceItsChecksAreGood(t *testing.T) {
	m := &measurer{verdicts: []check.Verdict{check.Pass}}
	l := &looks{there: ststest.Opened(recorded(), ststest.UpdatedPod(4, ststest.Restarted(1)))}
	good := ststest.Opened(recorded(), ststest.UpdatedPod(4))
	p := measuredStep(0, lag())
	p.Steps = append(p.Steps, plan.Step{Title: "next", Change: plan.Partition(3), Until: plan.PodsGood{From: 3}})
	onStageAs(t, p, good, func(t *testing.T, s *stage) {
		s.pass(10 * time.Second)
		require.Equal(t, "web-4: restarted after it was Available", s.ends().Message)
		require.Equal(t, 1, l.taken)
	}, func(t *testing.T) *stage {
		s := newStage(t)
		s.measurer, s.looker = m, l
		return s
	})
}

func TestWithoutAMeasurerNothingIsKnown(t *testing.T) {
	good := ststest.Opened(recorded(), ststest.UpdatedPod(4))
	onStage(t, measuredStep(time.Minute, lag()), good, func(t *testing.T, s *stage) {
		s.pass(10 * time.Second)
		require.Equal(t, "a check is not known: lag unknown: there is nothing to measure it with, 2nd time", s.ends().Message)
	})
}

func TestWhatAMeasurementWarnsOfIsToldOnce(t *testing.T) {
	good := ststest.Opened(recorded(), ststest.UpdatedPod(4))
	onStageAs(t, measuredStep(time.Minute, lag()), good, func(t *testing.T, s *stage) {
		s.pass(time.Minute)
		s.ends()
		require.Equal(t, []string{"looks back too far"}, s.sink.messages(engine.EventWarning))
	}, func(t *testing.T) *stage {
		s := newStage(t)
		s.measurer = warning{}
		return s
	})
}

// warning is a measurer whose check is good and warns of itself.
type warning struct{}

func (warning) Measure(_ context.Context, c check.Check, on check.Scope) check.Measurement {
	return check.Measurement{
		Check: c.Name, At: on.Now, Reading: check.Reading{Verdict: check.Pass, Message: "0"}, Warnings: []string{"looks back too far"},
	}
}
