// Package measure measures checks: it runs their commands, sends their requests and
// queries, and makes verdicts of the answers. Whatever keeps it from measuring is the
// verdict unknown, with the reason in plain words, and never a failure.
package measure

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Executor runs commands in containers. An error with an ExitStatus is a command that
// ended with another code than 0.
type Executor interface {
	Exec(ctx context.Context, pod, container string, command []string, out io.Writer) error
}

// Dialer connects to ports of pods.
type Dialer interface {
	DialPod(ctx context.Context, pod string, port int) (net.Conn, error)
}

// Measurer measures checks. What it has not got is not known: a check that needs it is
// unknown.
type Measurer struct {
	Exec Executor
	Dial Dialer
	Prom *Prometheus // nil where none is named
}

// Measure measures a check once.
func (m *Measurer) Measure(ctx context.Context, c check.Check, on check.Scope) check.Measurement {
	ctx, stop := context.WithTimeoutCause(ctx, c.Rule.Timeout, late(c.Rule.Timeout))
	defer stop()
	out := check.Measurement{Check: c.Name, At: on.Now}
	switch c.Kind {
	case check.Exec:
		out.Readings = everywhere(on.Pods, func(pod check.Pod) check.Reading { return m.exec(ctx, c, on, pod) })
	case check.HTTP:
		out.Readings = m.http(ctx, c, on)
	case check.Prom:
		m.prom(ctx, c, on, &out)
	case check.Cmd:
		out.Readings = []check.Reading{local(ctx, c, on)}
	default:
		out.Readings = []check.Reading{unknown("", fmt.Errorf("there is no way to measure %q", string(c.Kind)))}
	}
	if out.Verdict == "" {
		out.Reading = check.Worst(out.Readings)
	}
	return out
}

// late is the cause of a measurement's end by its own timeout.
type late time.Duration

func (l late) Error() string { return "no answer within " + time.Duration(l).String() }

// sideBySide is how many pods are measured at the same time.
const sideBySide = 8

// everywhere measures each pod, some of them at the same time.
func everywhere(pods []check.Pod, one func(check.Pod) check.Reading) []check.Reading {
	if len(pods) == 0 {
		return []check.Reading{unknown("", errNoPods)}
	}
	out := make([]check.Reading, len(pods))
	slots := make(chan struct{}, sideBySide)
	var wait sync.WaitGroup
	for i, pod := range pods {
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			out[i] = one(pod)
		})
	}
	wait.Wait()
	return out
}

var errNoPods = errors.New("there is no pod to measure")

// unknown is the reading of what could not be measured.
func unknown(pod string, why error) check.Reading {
	return check.Reading{Pod: pod, Verdict: check.Unknown, Message: words(why.Error())}
}

// failing tells which of an error and the context's end is the reason: what a request
// says about its own end is less plain.
func failing(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	cause := context.Cause(ctx)
	if errors.Is(cause, context.Canceled) {
		return errors.New("the run ended meanwhile")
	}
	return cause
}

// words are a text of others as one line that is fit to be shown: clean, and not long.
func words(text string) string {
	const longest = 300
	text = strings.TrimSpace(sts.Clean(text))
	if runes := []rune(text); len(runes) > longest {
		text = string(runes[:longest]) + "…"
	}
	return text
}
