package report_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

func TestCheckWords(t *testing.T) {
	rule := check.Standard()
	rule.Pass, rule.Fail, rule.Unknown = 2, 1, 2
	for _, test := range []struct {
		name     string
		verdicts []check.Verdict
		want     string
	}{
		{"not measured", nil, "check lag: not measured"},
		{"the first pass", []check.Verdict{check.Pass}, "check lag: 3s, pod web-4 (passed 1 of 2)"},
		{"good", []check.Verdict{check.Pass, check.Pass}, "check lag: 3s, pod web-4 (good)"},
		{"a failure that is borne", []check.Verdict{check.Fail}, "check lag: 3s, pod web-4 (failure 1 of 1 that are borne)"},
		{"failed", []check.Verdict{check.Fail, check.Fail}, "check lag: 3s, pod web-4 (failed)"},
		{"not known", []check.Verdict{check.Unknown}, "check lag unknown: 3s, pod web-4 (1 of 2 in a row)"},
		{"not known for too long", []check.Verdict{check.Unknown, check.Unknown}, "check lag unknown: 3s, pod web-4 (not known 2 times in a row)"}, //nolint:lll // one text
		{"not yet", []check.Verdict{check.Pass, check.NotYet}, "check lag not yet: 3s, pod web-4 (passed 1 of 2)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			tally := check.NewTally(check.Check{Name: "lag", Kind: check.Exec, Rule: rule})
			for _, v := range test.verdicts {
				tally = tally.Add(check.Measurement{Check: "lag", Reading: check.Reading{Pod: "web-4", Verdict: v, Message: "3s"}})
			}
			require.Equal(t, test.want, report.CheckWords(tally))
		})
	}
	before := check.Tally{Check: check.Check{Name: "lag"}, Last: &check.Measurement{
		Check: "lag", Reading: check.Reading{Verdict: check.Pass, Message: "3s\x1b[31m"},
	}}
	require.Equal(t, "check lag: 3s (on the stable pods, before the change)", report.CheckWords(before))
}
