package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/test/faults/judge"
)

func TestTheReadmeHasEveryRule(t *testing.T) {
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, rest, _ := strings.Cut(string(text), "<!-- rules -->\n\n")
	table, _, _ := strings.Cut(rest, "\n\n<!-- end of rules -->")

	want := "| rule | says |\n| --- | --- |"
	for _, rule := range judge.Rules() {
		want += "\n| `" + rule.Name + "` | " + rule.Says + " |"
	}

	require.Equal(t, want, table)
}

func TestEveryRuleHasAPluginThatBreaksIt(t *testing.T) {
	proved, rules := map[string]bool{}, map[string]bool{}
	for _, p := range proofs {
		proved[p.rule] = true
		require.NotEmpty(t, p.says, "what the rule %s says of a plugin that %s", p.rule, p.how)
		require.Contains(t, breakages, p.how)
	}
	for _, rule := range judge.Rules() {
		rules[rule.Name] = true
	}
	require.Equal(t, rules, proved)
}

// A plugin that could not be broken ends with an error, and some rules look for
// one: such a proof would pass for the wrong reason.
func TestAProofIsOfItsOwnRuleAlone(t *testing.T) {
	p := proof{rule: "codes", how: endsWithOne, says: "there was no error", acts: []string{"status web"}}
	caught := judge.Violation{Invariant: "codes", What: "ended with 1, and there was no error"}
	for _, tt := range []struct {
		name     string
		runs     []judge.Run
		breaches []judge.Violation
		want     string
	}{
		{"caught", []judge.Run{{Code: 1}}, []judge.Violation{caught}, ""},
		{"not caught", []judge.Run{{Code: 1}}, nil, `the rule did not say "there was no error": []`},
		{"not run", nil, []judge.Violation{caught}, "no run was broken"},
		{
			"not broken",
			[]judge.Run{{Code: sabotageFailed, Stderr: "sabotage: no such set\n"}},
			[]judge.Violation{caught},
			"the plugin could not be broken: sabotage: no such set",
		},
		{
			"caught by another rule",
			[]judge.Run{{Code: 1}},
			[]judge.Violation{caught, {Invariant: "json", What: "no outcome"}},
			`the rule "json" was broken: no outcome`,
		},
		{
			"caught for something else",
			[]judge.Run{{Code: 1}},
			[]judge.Violation{{Invariant: "codes", What: "ended with 9"}},
			`the rule did not say "there was no error": [{codes 0 ended with 9}]`,
		},
	} {
		require.Equal(t, tt.want, p.missed(&judge.Evidence{Runs: tt.runs}, tt.breaches), tt.name)
	}
}
