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
	var proved, rules []string
	for _, p := range proofs {
		proved = append(proved, p.rule)
	}
	for _, rule := range judge.Rules() {
		rules = append(rules, rule.Name)
	}
	require.Subset(t, proved, rules)
	require.Subset(t, rules, proved)
}
