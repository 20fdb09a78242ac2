package check_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
)

func checks(t *testing.T, g check.Given) []check.Check {
	t.Helper()
	if g.Rule == (check.Rule{}) {
		g.Rule = check.Standard()
	}
	out, err := g.Checks()
	require.NoError(t, err)
	return out
}

// sum is of "true", as sha256sum has it.
const sum = "sha256:b5bea41b6c623f7c09f1bf24dcae58ebab3c0cdd90ad966bc43a45b44867e12b"

func TestTheRecordHasNoCommands(t *testing.T) {
	given := checks(t, check.Given{Exec: []string{"true"}, HTTP: []string{":80/"}, Prom: []string{"up; value > 0"}, Cmd: []string{"true"}})
	text, err := json.Marshal(check.Record(given))
	require.NoError(t, err)
	const rule = `"rule":{"every":"10s","pass":3,"fail":0,"unknown":5,"timeout":"30s","onUnknown":"hold"}`
	require.JSONEq(t, `[
		{"name":"exec","kind":"exec","digest":"`+sum+`",`+rule+`},
		{"name":"http","kind":"http","url":":80/",`+rule+`},
		{"name":"prom","kind":"prom","query":"up","condition":"value > 0",`+rule+`},
		{"name":"cmd","kind":"cmd","digest":"`+sum+`",`+rule+`}
	]`, string(text))
	var again []check.Check
	require.NoError(t, json.Unmarshal(text, &again))
	require.Equal(t, check.Record(given), again)
	require.NoError(t, check.ValidRecord(again))
	require.Equal(t, again, check.Record(again), "a record of a record is the same")
}

func TestAPlanHasCommands(t *testing.T) {
	given := checks(t, check.Given{Exec: []string{"a < b && c"}, HTTP: []string{":80/?a=1&b=2"}, Container: "db"})
	text, err := json.Marshal(given)
	require.NoError(t, err)
	var again []check.Check
	require.NoError(t, json.Unmarshal(text, &again))
	require.Equal(t, given, again)
}

func TestRecordsRejected(t *testing.T) {
	good := check.Record(checks(t, check.Given{Exec: []string{"true"}}))[0]
	for name, test := range map[string]struct {
		change func(*check.Check)
		want   string
	}{
		"a command":     {func(c *check.Check) { c.Command = "true" }, `check "exec": a record has no command`},
		"no digest":     {func(c *check.Check) { c.Digest = "" }, `check "exec": digest ""`},
		"half a digest": {func(c *check.Check) { c.Digest = sum[:20] }, fmt.Sprintf(`check "exec": digest %q`, sum[:20])},
		"a loud digest": {func(c *check.Check) { c.Digest = "sha256:" + strings.ToUpper(sum[7:]) }, `check "exec": digest "sha256:` + strings.ToUpper(sum[7:]) + `"`}, //nolint:lll // one text
		"another kind":  {func(c *check.Check) { c.Kind = "job"; c.Digest = "" }, `check "exec": kind "job" is none of exec, http, prom, cmd`},                        //nolint:lll // one text
		"too much":      {func(c *check.Check) { c.URL = ":80/" }, `check "exec": it has what no exec check has`},
		"no rule":       {func(c *check.Check) { c.Rule = check.Rule{} }, `check "exec": every: 0s is not from 1s to 24h`},
	} {
		t.Run(name, func(t *testing.T) {
			c := good
			test.change(&c)
			require.EqualError(t, check.ValidRecord([]check.Check{c}), test.want)
		})
	}
}

func TestChecksTooLongForARecord(t *testing.T) {
	given := check.Given{Rule: check.Standard()}
	for range 4 {
		given.Prom = append(given.Prom, "up"+strings.Repeat(" ", 5000)+"> 1; value > 0")
	}
	_, err := given.Checks()
	require.ErrorContains(t, err, "of the operation's record, which is more than 16384")
}

func TestResume(t *testing.T) {
	both := check.Given{Exec: []string{"true"}, HTTP: []string{":80/"}}
	other := check.Given{Exec: []string{"false"}, HTTP: []string{":80/"}}
	faster := both
	faster.Rule = check.Standard()
	faster.Rule.Pass = 1
	tests := []struct {
		name            string
		recorded, given check.Given
		changed         bool
		want            *check.Given // nil for a difference
		words           string
	}{
		{name: "the same", recorded: both, given: both, want: &both},
		{name: "the command alone", recorded: both, given: check.Given{Exec: both.Exec}, want: &both},
		{
			name:     "the command by another rule: that of the record counts",
			recorded: both,
			given:    check.Given{Exec: both.Exec, Rule: faster.Rule},
			want:     &both,
		},
		{name: "none, and none is needed", recorded: check.Given{HTTP: both.HTTP}, want: &check.Given{HTTP: both.HTTP}},
		{name: "none before", want: &check.Given{}},
		{
			name: "the command is missing", recorded: both,
			words: `the command of check "exec" is not in the record: give it again, with --check-exec or --checks`,
		},
		{name: "another command", recorded: both, given: other, words: `check "exec" is not the one that the run began with`},
		{
			name: "another address", recorded: check.Given{HTTP: both.HTTP}, given: check.Given{HTTP: []string{":81/"}},
			words: `check "http" is not the one that the run began with`,
		},
		{
			name: "another rule", recorded: both, given: faster,
			words: `check "http" is not the one that the run began with`,
		},
		{
			name: "one more", recorded: check.Given{HTTP: both.HTTP}, given: check.Given{HTTP: append([]string{":80/"}, ":81/")},
			words: `the run began without check "http-2"`,
		},
		{name: "another, on purpose", recorded: both, given: other, changed: true, want: &other},
		{name: "none, on purpose", recorded: both, changed: true, want: &check.Given{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := check.Resume(check.Record(checks(t, test.recorded)), checks(t, test.given), test.changed)
			if test.want == nil {
				require.EqualError(t, err, test.words)
				require.Nil(t, got)
				return
			}
			require.NoError(t, err)
			require.Equal(t, checks(t, *test.want), got)
		})
	}
}
