//go:build linux

package proof

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// A row is what one scenario has shown.
type row struct {
	change, by          string
	acknowledged, found int
	pause               time.Duration
	ended               string
}

// A table has the rows of one database, in the order of its scripts.
type table struct {
	database string
	rows     []row
	complete bool // every script was run, and has passed
}

func (t table) print(w io.Writer) {
	fmt.Fprintln(w, "| change | by | acknowledged | found | longest pause of writes | how it ended |")
	fmt.Fprintln(w, "| --- | --- | --: | --: | --: | --- |")
	for _, r := range t.rows {
		fmt.Fprintf(w, "| %s | %s | %d | %d | %.1f s | %s |\n", r.change, r.by, r.acknowledged, r.found, r.pause.Seconds(), r.ended)
	}
}

// marks are what a database's table stands between in the page.
func (t table) marks() (begin, end string) {
	return "<!-- " + t.database + ": written by make real -->\n", "<!-- end of " + t.database + " -->\n"
}

// in puts the table into a page, in the place of the one that is there.
func (t table) in(page string) (string, error) {
	begin, end := t.marks()
	before, rest, ok := strings.Cut(page, begin)
	_, after, ends := strings.Cut(rest, end)
	if !ok || !ends {
		return "", fmt.Errorf("the page has no place for the table of %s", t.database)
	}
	var b strings.Builder
	t.print(&b)
	return before + begin + "\n" + b.String() + "\n" + end + after, nil
}

// tables are those of all databases that were run.
type tables []table

// add adds a row to a database's table.
func (all *tables) add(database string, r row) {
	t := all.of(database)
	t.rows = append(t.rows, r)
}

// of finds a database's table, or begins one.
func (all *tables) of(database string) *table {
	i := slices.IndexFunc(*all, func(t table) bool { return t.database == database })
	if i < 0 {
		i = len(*all)
		*all = append(*all, table{database: database})
	}
	return &(*all)[i]
}

func (all tables) print(w io.Writer) {
	for _, t := range all {
		fmt.Fprintf(w, "\n%s:\n\n", t.database)
		t.print(w)
	}
}

// write puts the tables that are complete into a page.
func (all tables) write(file string) error {
	content, err := os.ReadFile(file)
	page := string(content)
	for _, t := range all {
		if err == nil && t.complete {
			page, err = t.in(page)
		}
	}
	if err != nil {
		return err
	}
	return os.WriteFile(file, []byte(page), 0o600)
}
