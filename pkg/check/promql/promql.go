// Package promql fills in what a query says about a set's pods, before it is sent. It
// does not know the language: what it looks for are variables and ranges.
package promql

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// longest is how many bytes a query may have.
const longest = 8 << 10

// The variables of a query.
const (
	Pods      = "pods"      // of the step
	Stable    = "stable"    // of the pods that still run the stable revision
	All       = "all"       // of all pods of the set
	Namespace = "namespace" // of the set
	Name      = "name"      // of the set
	Window    = "window"    // how long the youngest pod has been Available
)

// Variables are what the names stand for.
type Variables struct {
	Pods, Stable, All []string
	Namespace, Name   string
	Window            time.Duration
}

// Query is a query whose variables are known to exist.
type Query struct {
	parts []part
	uses  map[string]bool
}

// part is a piece of text, or a variable.
type part struct {
	text     string
	variable bool
}

// Parse finds the variables of a query. One that there is not is an error, and so is a
// query that can't be looked at. Errors are one line.
func Parse(text string) (*Query, error) {
	switch {
	case strings.TrimSpace(text) == "":
		return nil, errors.New("there is no query")
	case len(text) > longest:
		return nil, fmt.Errorf("the query has %d bytes, which is more than %d", len(text), longest)
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unseen):
		return nil, errors.New("the query has characters that can't be seen")
	}
	q := &Query{uses: map[string]bool{}}
	for {
		before, after, found := strings.Cut(text, "$")
		q.parts = append(q.parts, part{text: before})
		if !found {
			return q, nil
		}
		name := after[:len(after)-len(strings.TrimLeftFunc(after, letter))]
		switch name {
		case Pods, Stable, All, Namespace, Name, Window:
			q.parts = append(q.parts, part{name, true})
			q.uses[name] = true
		case "":
			// The end of a regular expression, as in pod=~"web-.*$".
			q.parts = append(q.parts, part{text: "$"})
		default:
			return nil, fmt.Errorf("the query has $%s; there are $pods, $stable, $all, $namespace, $name and $window", name)
		}
		text = after[len(name):]
	}
}

func letter(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// unseen reports what would make a query other than it looks. Those of a file may have
// several lines.
func unseen(r rune) bool { return r != '\n' && r != '\t' && !unicode.IsPrint(r) }

// Uses reports whether the query has this variable.
func (q *Query) Uses(name string) bool { return q.uses[name] }

// Fill is the query as it is sent. A variable that stands for no pod is an error: as a
// regular expression it would match the wrong thing.
func (q *Query) Fill(v Variables) (string, error) {
	values := map[string]string{
		Pods: pattern(v.Pods), Stable: pattern(v.Stable), All: pattern(v.All),
		Namespace: v.Namespace, Name: v.Name, Window: Duration(v.Window),
	}
	var out strings.Builder
	for _, p := range q.parts {
		text := p.text
		if p.variable {
			if text = values[p.text]; text == "" {
				return "", fmt.Errorf("$%s stands for nothing: there is none now", p.text)
			}
		}
		out.WriteString(text)
	}
	return out.String(), nil
}

// pattern is a regular expression that matches these names and no others: Prometheus
// anchors every regular expression at both ends. It has brackets of its own, for a
// query may go on behind it, as in instance=~"$pods:9100". What is not a letter, a digit
// or a dash is put into a class of its own, which needs no backslash: a string of PromQL
// would want two.
func pattern(names []string) string {
	if len(names) == 0 {
		return ""
	}
	var out strings.Builder
	for i, name := range names {
		if i > 0 {
			out.WriteByte('|')
		}
		for _, r := range name {
			if r == '-' || unicode.IsLetter(r) || unicode.IsDigit(r) {
				out.WriteRune(r)
			} else {
				out.WriteString("[" + string(r) + "]")
			}
		}
	}
	return "(?:" + out.String() + ")"
}

// Duration is a time as PromQL has it, in whole seconds.
func Duration(d time.Duration) string {
	if d < time.Second {
		return ""
	}
	return strconv.Itoa(int(d/time.Second)) + "s"
}
