//go:build unix

package measure_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/check/measure"
)

func TestCmd(t *testing.T) {
	for command, want := range map[string]check.Reading{
		"true":                             {Verdict: check.Pass, Message: "exit code 0"},
		"echo no >&2; exit 3":              {Verdict: check.Fail, Message: "exit code 3: no"},
		"exit 75":                          {Verdict: check.Unknown, Message: "exit code 75"},
		"kubectl-sts-no-such 2> /dev/null": {Verdict: check.Unknown, Message: "exit code 127"},
		"kill -9 $$":                       {Verdict: check.Unknown, Message: "signal: killed"},
		`echo "$STS_NAMESPACE/$STS_NAME $STS_STEP $STS_PODS, $STS_STABLE_PODS, $STS_REVISION, $STS_STABLE"`: {
			Verdict: check.Pass, Message: "exit code 0: shop/web canary/partition-3 web-3 web-4, web-0 web-1, web-2, web-1",
		},
	} {
		t.Run(command, func(t *testing.T) {
			got := (&measure.Measurer{}).Measure(t.Context(), one(check.Check{Kind: check.Cmd, Command: command}), scope())
			require.Equal(t, check.Measurement{Check: "it", At: noon, Reading: want, Readings: []check.Reading{want}}, got)
		})
	}
}

func TestALocalCommandThatHangsIsEnded(t *testing.T) {
	c := one(check.Check{Kind: check.Cmd, Command: "sleep 600 & wait"})
	c.Rule.Timeout = 50 * time.Millisecond // the wait itself, not a bound of anything
	got := (&measure.Measurer{}).Measure(t.Context(), c, scope())
	require.Equal(t, check.Reading{Verdict: check.Unknown, Message: "no answer within 50ms"}, got.Reading)
}
