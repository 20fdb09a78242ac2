// Package hinttest reads hints from the lines in which they are shown, so that tests
// read as their users do.
package hinttest

import (
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
)

// List reads several lines, each of a caller without flags.
func List(lines ...string) []hint.Hint {
	var out []hint.Hint
	for _, line := range lines {
		out = append(out, Of(line))
	}
	return out
}

// Trying is a list of which the last so many take up again what has ended.
func Trying(last int, list []hint.Hint) []hint.Hint {
	for i := range last {
		list[len(list)-1-i].Again = true
	}
	return list
}

// Of reads one: "resume: kubectl sts canary web", "kubectl get pods", or words alone. A
// star before it marks one that takes up again what has ended.
func Of(line string) hint.Hint {
	if line, again := strings.CutPrefix(line, "*"); again {
		h := Of(line)
		h.Again = true
		return h
	}
	words, command, ok := strings.Cut(line, ": kubectl ")
	if !ok {
		if command, ok = strings.CutPrefix(line, "kubectl "); !ok {
			return hint.Words(line)
		}
		words = ""
	}
	h := hint.Hint{Words: words, Kind: hint.Kubectl}
	if rest, is := strings.CutPrefix(command, "sts "); is {
		h.Kind, command = hint.Sts, rest
	}
	all := split(command)
	h.Verb = all[0]
	if len(all) > 1 {
		h.Args = all[1:]
	}
	return h
}

// split takes a command apart as a shell does that knows only single quotes.
func split(command string) []string {
	var out []string
	word, quoted := "", false
	for _, r := range command + " " {
		switch {
		case r == '\'':
			quoted = !quoted
		case r == ' ' && !quoted:
			out, word = append(out, word), ""
		default:
			word += string(r)
		}
	}
	return out
}
