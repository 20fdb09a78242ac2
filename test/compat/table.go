package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// The part of the page that is written here stands between these lines.
const (
	begins = "<!-- Written by make compat. -->\n"
	ends   = "<!-- The end of what make compat writes. -->\n"
)

// table is what has been run, and the page around it.
type table struct {
	before, after string
	rows          map[string]row        // by version
	leftOut       map[reasoned][]string // the versions that a script was left out on
}

// row is a version's numbers.
type row struct{ passed, failed, leftOut int }

// reasoned is a script and why it was left out.
type reasoned struct{ script, why string }

var errNoTable = errors.New("no table between the lines that make compat looks for")

// parsePage reads the page that page wrote.
func parsePage(text string) (table, error) {
	before, rest, ok := strings.Cut(text, begins)
	written, after, whole := strings.Cut(rest, ends)
	if !ok || !whole {
		return table{}, errNoTable
	}
	t := table{before: before, after: after, rows: map[string]row{}, leftOut: map[reasoned][]string{}}
	for line := range strings.Lines(written) {
		cells := cellsOf(line)
		switch {
		case len(cells) == 5 && validVersion.MatchString(cells[0]):
			var n [4]int
			for i := range n {
				var err error
				if n[i], err = strconv.Atoi(cells[i+1]); err != nil {
					return table{}, fmt.Errorf("the row of %s: %w", cells[0], err)
				}
			}
			t.rows[cells[0]] = row{n[1], n[2], n[3]}
		case len(cells) == 3 && strings.HasPrefix(cells[0], "`"):
			key := reasoned{strings.Trim(cells[0], "`"), cells[2]}
			t.leftOut[key] = strings.Split(cells[1], ", ")
		}
	}
	return t, nil
}

// cellsOf takes a row of a table apart; there are none in any other line.
func cellsOf(line string) []string {
	line = strings.TrimSpace(line)
	if !strings.HasPrefix(line, "|") || !strings.HasSuffix(line, "|") || len(line) < 2 {
		return nil
	}
	cells := strings.Split(line[1:len(line)-1], "|")
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells
}

// set puts a version's outcome in the place of what was there of it.
func (t *table) set(version string, o outcome) {
	t.rows[version] = row{len(o.passed), len(o.failed), len(o.leftOut)}
	for key, versions := range t.leftOut {
		t.leftOut[key] = slices.DeleteFunc(versions, func(v string) bool { return v == version })
	}
	for script, why := range o.leftOut {
		key := reasoned{script, strings.ReplaceAll(why, "|", "/")}
		t.leftOut[key] = append(t.leftOut[key], version)
	}
	maps.DeleteFunc(t.leftOut, func(_ reasoned, versions []string) bool { return len(versions) == 0 })
}

// page is the whole page with the table in it, newest version first.
func (t table) page() string {
	var b strings.Builder
	b.WriteString(t.before + begins)
	b.WriteString("\n| Kubernetes | scripts | passed | failed | left out |\n| --- | --- | --- | --- | --- |\n")
	for _, v := range slices.SortedFunc(maps.Keys(t.rows), newestFirst) {
		r := t.rows[v]
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d |\n", v, r.passed+r.failed+r.leftOut, r.passed, r.failed, r.leftOut)
	}
	if len(t.leftOut) > 0 {
		b.WriteString("\n| left out | on | why |\n| --- | --- | --- |\n")
	}
	keys := slices.SortedFunc(maps.Keys(t.leftOut), func(a, b reasoned) int {
		return cmp.Or(strings.Compare(a.script, b.script), strings.Compare(a.why, b.why))
	})
	for _, key := range keys {
		versions := slices.SortedFunc(slices.Values(t.leftOut[key]), newestFirst)
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", key.script, strings.Join(versions, ", "), key.why)
	}
	b.WriteString("\n" + ends + t.after)
	return b.String()
}

// newestFirst compares versions such as 1.37.2.
func newestFirst(a, b string) int {
	return slices.Compare(numbers(b), numbers(a))
}

func numbers(version string) []int {
	var out []int
	for part := range strings.SplitSeq(version, ".") {
		n, _ := strconv.Atoi(part) // what is no number sorts last
		out = append(out, n)
	}
	return out
}
