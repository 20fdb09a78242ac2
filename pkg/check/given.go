package check

import (
	"errors"
	"fmt"
	"strings"
)

// Given is what the command line says about checks.
type Given struct {
	Exec, HTTP, Prom, Cmd []string // --check-exec and so on, in order
	PromMin               string   // --check-prom-min, for all of Prom
	Container             string   // --container, for all of Exec
	// Rule is that of the flags, which checks of the file have as well where they say
	// nothing else. Begin with [Standard].
	Rule  Rule
	Files []File // --checks
}

// File is a file of checks, read.
type File struct {
	Name string
	Text []byte
}

// Checks are those that were given: files first, then flags by kind, each named after
// its kind and, from the second on, its number. It is an error of one line, before
// anything is asked of anybody, where one of them can't be measured.
func (g Given) Checks() ([]Check, error) {
	if err := g.Rule.validate(); err != nil {
		return nil, onFlag(err)
	}
	var out []Check
	for _, file := range g.Files {
		checks, err := file.parse(g.Rule)
		if err != nil {
			return nil, err
		}
		out = append(out, checks...)
	}
	if g.PromMin != "" && len(g.Prom) == 0 {
		return nil, errors.New("--check-prom-min is for --check-prom, which is not given")
	}
	flags, err := g.flags()
	if err != nil {
		return nil, err
	}
	out = append(out, flags...)
	if err := validate(out); err != nil {
		return nil, err
	}
	return out, tooLong(out)
}

func (g Given) flags() ([]Check, error) {
	var out []Check
	for i, text := range g.Exec {
		out = append(out, Check{Name: flagName(Exec, i), Kind: Exec, Command: text, Container: g.Container})
	}
	for i, text := range g.HTTP {
		url, expect, _ := strings.Cut(strings.TrimSpace(text), " ")
		out = append(out, Check{Name: flagName(HTTP, i), Kind: HTTP, URL: url, Expect: strings.TrimSpace(expect)})
	}
	for i, text := range g.Prom {
		at := strings.LastIndexByte(text, ';')
		if at < 0 {
			return nil, fmt.Errorf("--check-prom %q has no condition: it is 'QUERY; CONDITION', such as '...; value < 0.01'", text)
		}
		out = append(out, Check{
			Name: flagName(
				Prom,
				i,
			),
			Kind:      Prom,
			Query:     strings.TrimSpace(text[:at]),
			Condition: strings.TrimSpace(text[at+1:]),
			Min:       g.PromMin,
		})
	}
	for i, text := range g.Cmd {
		out = append(out, Check{Name: flagName(Cmd, i), Kind: Cmd, Command: text})
	}
	for i := range out {
		out[i].Rule = g.Rule
		if err := out[i].validate(); err != nil {
			return nil, fmt.Errorf("--%s: %w", out[i].Kind.Flag(), err)
		}
	}
	return out, nil
}

func flagName(kind Kind, i int) string {
	if i == 0 {
		return string(kind)
	}
	return fmt.Sprintf("%s-%d", kind, i+1)
}

// onFlag names the flag of a rule that is wrong.
func onFlag(err error) error {
	var bad badRule
	switch {
	case !errors.As(err, &bad):
		return err
	case bad.field == "onUnknown":
		return fmt.Errorf("--on-unknown: %s", bad.why)
	}
	return fmt.Errorf("--check-%s: %s", bad.field, bad.why)
}
