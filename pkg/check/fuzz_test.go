package check_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

// FuzzFlags gives any text to each flag: what is taken is the same after it was
// written and read, and its record is one.
func FuzzFlags(f *testing.F) {
	for _, text := range []string{
		"redis-cli ping", "mysql -p\"$P\"", ":8080/ready jsonpath={.status}==green", "https://:8443/ 200-299", "up; value > 0",
		`rate(a{pod=~"$pods"}[$window]); value <= 1.2 * stable`, "sum(a) >= 100", "\x1b", "'", "${", "a\\", "$($($(", "http://a:b@c",
	} {
		f.Add(text, "db")
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text, container string) {
		defer within.Input(t)()
		for _, g := range []check.Given{
			{Exec: []string{text}, Container: container},
			{HTTP: []string{text}},
			{Prom: []string{text}},
			{Prom: []string{"up; value > 0"}, PromMin: text},
			{Cmd: []string{text}},
		} {
			g.Rule = check.Standard()
			checks, err := g.Checks()
			if err != nil {
				fuzztest.OneLine(t, err)
				continue
			}
			written, err := json.Marshal(checks)
			require.NoError(t, err)
			var again []check.Check
			require.NoError(t, json.Unmarshal(written, &again))
			require.Equal(t, checks, again)
			require.NoError(t, check.ValidRecord(check.Record(checks)))
			resumed, err := check.Resume(check.Record(checks), checks, false)
			require.NoError(t, err)
			require.Equal(t, checks, resumed)
		}
	})
}

func FuzzFile(f *testing.F) {
	for _, text := range []string{
		file, "", "checks: []", "checks:\n- {name: a, cmd: {command: b}}", "a: &a [*a]", "checks: [{<<: {name: a}}]", "every: 1y",
		"checks:\n- name: a\n  name: b", "---\n---\n", "\t", "checks: !!binary YQ==", "? {}\n: {}",
	} {
		f.Add(text)
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text string) {
		defer within.Input(t)()
		checks, err := check.Given{Rule: check.Standard(), Files: []check.File{{Name: "f", Text: []byte(text)}}}.Checks()
		if err != nil {
			fuzztest.OneLine(t, err)
			return
		}
		require.NoError(t, check.ValidRecord(check.Record(checks)))
	})
}

func FuzzRecord(f *testing.F) {
	f.Add(
		`[{"name":"exec","kind":"exec","digest":"` + sum + `","rule":{"every":"10s","pass":3,"unknown":5,"timeout":"30s","onUnknown":"hold"}}]`, //nolint:lll // one text
	)
	f.Add(`[{"name":"http","kind":"http","url":":80/","rule":{"every":"1h","pass":1,"unknown":1,"timeout":"1s","onUnknown":"fail"}}]`)
	f.Add(`[{"rule":{"every":"-1s","timeout":""}}]`)
	f.Add(`{}`)
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text string) {
		defer within.Input(t)()
		var recorded []check.Check
		if json.Unmarshal([]byte(text), &recorded) != nil {
			return
		}
		if err := check.ValidRecord(recorded); err != nil {
			fuzztest.OneLine(t, err)
			return
		}
		again, err := json.Marshal(recorded)
		require.NoError(t, err)
		var back []check.Check
		require.NoError(t, json.Unmarshal(again, &back))
		require.Equal(t, recorded, back)
	})
}
