package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFailuresAreThoseThatFailedByThemselves(t *testing.T) {
	log := `--- FAIL: TestScripts (300.00s)
    --- FAIL: TestScripts/prune_twice (12.30s)
        testscript.go:584: FAIL: prune_twice.txtar:12
    --- PASS: TestScripts/canary (2.00s)
--- FAIL: TestATimelineIsJudged (0.00s)
FAIL
`
	require.Equal(t, []string{"TestScripts/prune_twice", "TestATimelineIsJudged"}, failures(log))
	require.Empty(t, failures("ok\nPASS\n"))
}

func TestTheSummaryNamesWhatEverFailed(t *testing.T) {
	var out bytes.Buffer
	broken := errors.New("exit status 1")
	err := summary([]result{
		{what: "unit-race", log: "unit-race.log"},
		{what: "round-1", failed: []string{"TestScripts/a"}, err: broken, log: "round-1.log"},
		{what: "round-2", failed: []string{"TestScripts/a", "TestScripts/b"}, err: broken, log: "round-2.log"},
		{what: "round-3", err: broken, log: "round-3.log"},
	}, &out)
	require.ErrorContains(t, err, "3 tests failed")
	require.Equal(t, `TestScripts/a failed 2 of 4 times: round-1.log round-2.log
TestScripts/b failed 1 of 4 times: round-2.log
round-3 failed 1 of 4 times: round-3.log
`, out.String())
	out.Reset()
	require.NoError(t, summary([]result{{what: "round-1"}}, &out))
	require.Equal(t, "soak: nothing failed in 1 runs\n", out.String())
}

func TestABurnerEndsWithItsInput(*testing.T) {
	burnUntil(strings.NewReader("")) // or the test would not end
}
