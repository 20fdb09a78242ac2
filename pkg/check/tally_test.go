package check_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
)

var noon = time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)

// add is a tally with these verdicts, ten seconds apart: p, f, u and n.
func add(rule check.Rule, verdicts string) check.Tally {
	t := check.NewTally(check.Check{Name: "p99", Kind: check.Prom, Rule: rule})
	for i, v := range verdicts {
		t = t.Add(check.Measurement{
			Check: "p99", At: noon.Add(time.Duration(i) * 10 * time.Second),
			Reading: check.Reading{Verdict: map[rune]check.Verdict{
				'p': check.Pass, 'f': check.Fail, 'u': check.Unknown, 'n': check.NotYet, '?': "",
			}[v]},
		})
	}
	return t
}

func TestTheRule(t *testing.T) {
	type standing struct {
		State                          check.State
		Passes, Fails, Unknowns, Times int
	}
	failing := check.Standard()
	failing.OnUnknown = check.FailOnUnknown
	bearing := check.Standard()
	bearing.Fail = 1
	tests := []struct {
		name     string
		rule     check.Rule
		verdicts string
		want     standing
	}{
		{"nothing yet", check.Standard(), "", standing{check.Measuring, 0, 0, 0, 0}},
		{"not enough", check.Standard(), "pp", standing{check.Measuring, 2, 0, 0, 2}},
		{"good", check.Standard(), "ppp", standing{check.Good, 3, 0, 0, 3}},
		{"good for longer", check.Standard(), "pppp", standing{check.Good, 4, 0, 0, 4}},
		{"no failure is borne", check.Standard(), "ppf", standing{check.Failed, 0, 1, 0, 1}},
		{"failed is for good", check.Standard(), "fppp", standing{check.Failed, 0, 1, 0, 1}},
		{"one is borne", bearing, "ppfpp", standing{check.Measuring, 2, 1, 0, 2}},
		{"good after one", bearing, "ppfppp", standing{check.Good, 3, 1, 0, 3}},
		{"two are not", bearing, "fppf", standing{check.Failed, 0, 2, 0, 1}},
		{"good no more", bearing, "pppf", standing{check.Measuring, 0, 1, 0, 1}},
		{"unknown breaks the row", check.Standard(), "ppup", standing{check.Measuring, 1, 0, 0, 1}},
		{"good no more for an unknown", check.Standard(), "pppu", standing{check.Measuring, 0, 0, 1, 1}},
		{"four unknowns", check.Standard(), "uuuu", standing{check.Measuring, 0, 0, 4, 4}},
		{"held", check.Standard(), "uuuuu", standing{check.Held, 0, 0, 5, 5}},
		{"held is for good", check.Standard(), "uuuuuppp", standing{check.Held, 0, 0, 5, 5}},
		{"a row of unknowns that was broken", check.Standard(), "uuuupuuuu", standing{check.Measuring, 0, 0, 4, 4}},
		{"unknowns that fail", failing, "uuuuu", standing{check.Failed, 0, 0, 5, 5}},
		{"flapping holds for ever", check.Standard(), "upupupupupup", standing{check.Measuring, 1, 0, 0, 1}},
		{"not yet is nothing", check.Standard(), "nnnnnnnnnn", standing{check.Measuring, 0, 0, 0, 10}},
		{"not yet breaks no row", check.Standard(), "pnpnp", standing{check.Good, 3, 0, 0, 1}},
		{"not yet is known", check.Standard(), "uuuunuuuu", standing{check.Measuring, 0, 0, 4, 4}},
		{"what is no verdict is not known", check.Standard(), "pp?", standing{check.Measuring, 0, 0, 1, 1}},
		{"no rule makes nothing good", check.Rule{}, "", standing{check.Measuring, 0, 0, 0, 0}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := add(test.rule, test.verdicts)
			require.Equal(t, test.want, standing{got.State(), got.Passes, got.Fails, got.Unknowns, got.Times})
		})
	}
}

func TestDue(t *testing.T) {
	require.Zero(t, add(check.Standard(), "").Due())
	require.Equal(t, noon.Add(20*time.Second), add(check.Standard(), "pp").Due())
}

func TestTogether(t *testing.T) {
	good, measuring := add(check.Standard(), "ppp"), add(check.Standard(), "n")
	held, failed := add(check.Standard(), "uuuuu"), add(check.Standard(), "f")
	for _, test := range []struct {
		tallies []check.Tally
		want    check.State
	}{
		{nil, check.Good},
		{[]check.Tally{good, good}, check.Good},
		{[]check.Tally{good, measuring, good}, check.Measuring},
		{[]check.Tally{measuring, held, measuring}, check.Held},
		{[]check.Tally{held, failed, good}, check.Failed},
	} {
		require.Equal(t, test.want, check.Together(test.tallies))
	}
}

func TestWorst(t *testing.T) {
	pass := check.Reading{Pod: "web-0", Verdict: check.Pass}
	fail := check.Reading{Pod: "web-1", Verdict: check.Fail}
	unknown := check.Reading{Pod: "web-2", Verdict: check.Unknown}
	notYet := check.Reading{Pod: "web-3", Verdict: check.NotYet}
	for _, test := range []struct {
		readings []check.Reading
		want     check.Reading
	}{
		{nil, check.Reading{Verdict: check.Unknown, Message: "there is nothing to measure"}},
		{[]check.Reading{pass, pass}, pass},
		{[]check.Reading{pass, notYet}, notYet},
		{[]check.Reading{notYet, unknown, pass}, unknown},
		{[]check.Reading{unknown, fail, pass}, fail},
		{[]check.Reading{fail, {Pod: "web-4", Verdict: check.Fail}}, fail},
	} {
		require.Equal(t, test.want, check.Worst(test.readings))
	}
}

func TestSummary(t *testing.T) {
	value := 0.31
	say := func(times int, r check.Reading) string {
		t := check.NewTally(check.Check{Name: "p99", Rule: check.Rule{Fail: 1000, Unknown: 1000, Pass: 1}})
		for range times {
			t = t.Add(check.Measurement{Check: "p99", Reading: r})
		}
		return t.Summary()
	}
	fail := check.Reading{Pod: "web-4", Verdict: check.Fail, Value: &value, Message: "0.31 > 1.2 * stable 0.19"}
	got := []string{
		say(0, fail), say(1, fail), say(2, fail), say(3, fail), say(11, fail), say(121, fail), say(113, fail),
		say(1, check.Reading{Verdict: check.Unknown, Message: "the query has no answer"}),
		say(2, check.Reading{Verdict: check.NotYet, Message: "web-4 is Available for 12s, and 1m0s are wanted"}),
		say(1, check.Reading{Verdict: check.Pass, Pod: "web-4", Message: "exit code 0"}),
	}
	require.Equal(t, []string{
		"p99: not measured",
		"p99 0.31 > 1.2 * stable 0.19, pod web-4",
		"p99 0.31 > 1.2 * stable 0.19, pod web-4, 2nd time",
		"p99 0.31 > 1.2 * stable 0.19, pod web-4, 3rd time",
		"p99 0.31 > 1.2 * stable 0.19, pod web-4, 11th time",
		"p99 0.31 > 1.2 * stable 0.19, pod web-4, 121st time",
		"p99 0.31 > 1.2 * stable 0.19, pod web-4, 113th time",
		"p99 unknown: the query has no answer",
		"p99 not yet: web-4 is Available for 12s, and 1m0s are wanted, 2nd time",
		"p99: exit code 0, pod web-4",
	}, got)
}
