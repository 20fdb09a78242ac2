package measure_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/check/measure"
)

var noon = time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)

// scope is web with pods 3 and 4 on the new revision for ten minutes, and 0 and 1 on
// the stable one.
func scope() check.Scope {
	pod := func(ordinal int, ago time.Duration) check.Pod {
		return check.Pod{Name: fmt.Sprintf("web-%d", ordinal), Ordinal: ordinal, Available: noon.Add(-ago)}
	}
	stable := []check.Pod{pod(0, 30*24*time.Hour), pod(1, 30*24*time.Hour)}
	step := []check.Pod{pod(3, 15*time.Minute), pod(4, 10*time.Minute)}
	return check.Scope{
		Namespace: "shop", Set: "web", Service: "web-peers", Step: "canary/partition-3", Revision: "web-2", Stable: "web-1",
		Pods: step, Stables: stable, All: append(append([]check.Pod{}, stable...), step...), Now: noon, Scrape: 30 * time.Second,
	}
}

// one is a check of a kind, with the standard rule.
func one(c check.Check) check.Check {
	c.Name, c.Rule = "it", check.Standard()
	return c
}

// executor answers commands by pod.
type executor func(ctx context.Context, pod, container string, command []string, out io.Writer) error

func (e executor) Exec(ctx context.Context, pod, container string, command []string, out io.Writer) error {
	return e(ctx, pod, container, command, out)
}

// code is a command that ended with another code than 0.
type code int

func (code) Error() string     { return "it ended" }
func (c code) ExitStatus() int { return int(c) }

func TestExec(t *testing.T) {
	tests := []struct {
		name string
		says string
		err  error
		want check.Reading
	}{
		{"pass", "", nil, check.Reading{Verdict: check.Pass, Message: "exit code 0"}},
		{"pass with words", "a\nin sync\n\n", nil, check.Reading{Verdict: check.Pass, Message: "exit code 0: in sync"}},
		{"fail", "lag 31s\n", code(1), check.Reading{Verdict: check.Fail, Message: "exit code 1: lag 31s"}},
		{"its own word for unknown", "ask later", code(75), check.Reading{Verdict: check.Unknown, Message: "exit code 75: ask later"}},
		{
			"it is not there",
			"sh: x: not found",
			code(127),
			check.Reading{Verdict: check.Unknown, Message: "exit code 127: sh: x: not found"},
		},
		{"it can't be run", "", code(126), check.Reading{Verdict: check.Unknown, Message: "exit code 126"}},
		{"wrapped", "", fmt.Errorf("in pod: %w", code(2)), check.Reading{Verdict: check.Fail, Message: "exit code 2"}},
		{
			"no connection",
			"",
			errors.New("the container\x1b[31m is\nnot found"),
			check.Reading{Verdict: check.Unknown, Message: "the container is not found"},
		},
		{"what would draw", "\x1b[2J\u202eup\r", nil, check.Reading{Verdict: check.Pass, Message: "exit code 0: up"}},
		{
			"a long line",
			strings.Repeat("x", 5000),
			nil,
			check.Reading{Verdict: check.Pass, Message: "exit code 0: " + strings.Repeat("x", 287) + "…"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := measure.Measurer{Exec: executor(func(_ context.Context, _, _ string, _ []string, out io.Writer) error {
				_, _ = io.WriteString(out, test.says)
				return test.err
			})}
			on := scope()
			on.Pods = on.Pods[1:]
			test.want.Pod = "web-4"
			require.Equal(t, check.Measurement{Check: "it", At: noon, Reading: test.want, Readings: []check.Reading{test.want}},
				m.Measure(t.Context(), one(check.Check{Kind: check.Exec, Command: "x"}), on))
		})
	}
}

func TestExecAsksEachPod(t *testing.T) {
	m := measure.Measurer{Exec: executor(func(_ context.Context, pod, container string, command []string, out io.Writer) error {
		_, _ = fmt.Fprintf(out, "%s %q", container, command)
		return map[string]error{"web-3": nil, "web-4": code(3)}[pod]
	})}
	env := func(pod, ordinal string) string {
		return `exit code %d: db ["sh" "-c" "export STS_NAME='web' STS_NAMESPACE='shop' STS_STEP='canary/partition-3' STS_REVISION='web-2' ` + //nolint:lll // one text
			`STS_STABLE='web-1' STS_POD='` + pod + `' STS_ORDINAL='` + ordinal + `'; ./x | y"]`
	}
	got := m.Measure(t.Context(), one(check.Check{Kind: check.Exec, Command: "./x | y", Container: "db"}), scope())
	bad := check.Reading{Pod: "web-4", Verdict: check.Fail, Message: fmt.Sprintf(env("web-4", "4"), 3)}
	require.Equal(t, check.Measurement{
		Check: "it", At: noon, Reading: bad,
		Readings: []check.Reading{{Pod: "web-3", Verdict: check.Pass, Message: fmt.Sprintf(env("web-3", "3"), 0)}, bad},
	}, got)
}

func TestACommandThatHangsIsUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := measure.Measurer{Exec: executor(func(ctx context.Context, pod, _ string, _ []string, _ io.Writer) error {
			if pod == "web-3" {
				return nil
			}
			<-ctx.Done()
			return fmt.Errorf("read: %w", ctx.Err())
		})}
		began := time.Now()
		got := m.Measure(t.Context(), one(check.Check{Kind: check.Exec, Command: "x"}), scope())
		require.Equal(t, check.Reading{Pod: "web-4", Verdict: check.Unknown, Message: "no answer within 30s"}, got.Reading)
		require.Equal(t, check.Pass, got.Readings[0].Verdict)
		require.Equal(t, 30*time.Second, time.Since(began))
	})
}

func TestTheEndOfTheRunIsUnknown(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	m := measure.Measurer{}
	m.Exec = executor(func(ctx context.Context, _, _ string, _ []string, _ io.Writer) error { return ctx.Err() })
	for _, c := range []check.Check{
		{Kind: check.Exec, Command: "x"}, {Kind: check.Cmd, Command: "true"}, {Kind: check.HTTP, URL: "http://127.0.0.1:1/"},
	} {
		got := m.Measure(ctx, one(c), scope())
		require.Equal(t, check.Unknown, got.Verdict)
		require.Equal(t, "the run ended meanwhile", got.Message)
	}
}

// Two hundred pods are measured a few at a time.
func TestPodsAreMeasuredSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var running, most atomic.Int32
		m := measure.Measurer{Exec: executor(func(context.Context, string, string, []string, io.Writer) error {
			now := running.Add(1)
			for before := most.Load(); now > before && !most.CompareAndSwap(before, now); before = most.Load() { //nolint:revive // all
			}
			time.Sleep(100 * time.Millisecond)
			running.Add(-1)
			return nil
		})}
		on := scope()
		on.Pods = nil
		for i := range 200 {
			on.Pods = append(on.Pods, check.Pod{Name: fmt.Sprintf("web-%d", i), Ordinal: i})
		}
		began := time.Now()
		got := m.Measure(t.Context(), one(check.Check{Kind: check.Exec, Command: "x"}), on)
		require.Equal(t, check.Pass, got.Verdict)
		require.Len(t, got.Readings, 200)
		require.Equal(t, "web-199", got.Readings[199].Pod)
		require.Equal(t, int32(8), most.Load())
		require.Equal(t, 2500*time.Millisecond, time.Since(began))
	})
}

func TestWhatThereIsNoWayToIsUnknown(t *testing.T) {
	none := scope()
	none.Pods = nil
	on := scope()
	on.Pods = on.Pods[:1]
	tests := []struct {
		name string
		c    check.Check
		on   check.Scope
		want check.Reading
	}{
		{
			"no commands in pods",
			check.Check{Kind: check.Exec, Command: "x"},
			on,
			check.Reading{Pod: "web-3", Message: "there is nothing to run commands in pods with"},
		},
		{
			"no ports",
			check.Check{Kind: check.HTTP, URL: ":80/"},
			on,
			check.Reading{Pod: "web-3", Message: "there is no way to the ports of pods"},
		},
		{
			"no Prometheus",
			check.Check{Kind: check.Prom, Query: "up", Condition: "value > 0"},
			on,
			check.Reading{Message: "nobody says where Prometheus is: --prom, or PROMETHEUS_URL"},
		},
		{"no pod for a command", check.Check{Kind: check.Exec, Command: "x"}, none, check.Reading{Message: "there is no pod to measure"}},
		{"no pod for a request", check.Check{Kind: check.HTTP, URL: ":80/"}, none, check.Reading{Message: "there is no pod to measure"}},
		{
			"no pod for a local command",
			check.Check{Kind: check.Cmd, Command: "true"},
			none,
			check.Reading{Message: "there is no pod to measure"},
		},
		{"no such kind", check.Check{Kind: "job"}, on, check.Reading{Message: `there is no way to measure "job"`}},
		{"no address", check.Check{Kind: check.HTTP}, on, check.Reading{Message: "there is no address"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.want.Verdict = check.Unknown
			require.Equal(t, test.want, (&measure.Measurer{}).Measure(t.Context(), one(test.c), test.on).Reading)
		})
	}
}
