// Package table is what a run has shown, and how it gets into a page.
package table

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// A Row is what one scenario has shown.
type Row struct {
	Change, By          string
	Acknowledged, Found int
	Pause               time.Duration // the longest
	Ended               string
}

// A Table has the rows of one database, in the order of its scripts.
type Table struct {
	Database string
	Rows     []Row
	Complete bool // every script was run, and has passed
	Failed   bool // a script has failed, whether all were run or not
}

func (t Table) print(w io.Writer) {
	fmt.Fprintln(w, "| change | by | acknowledged | found | longest pause of writes | how it ended |")
	fmt.Fprintln(w, "| --- | --- | --: | --: | --: | --- |")
	for _, r := range t.Rows {
		fmt.Fprintf(w, "| %s | %s | %d | %d | %.1f s | %s |\n", r.Change, r.By, r.Acknowledged, r.Found, r.Pause.Seconds(), r.Ended)
	}
}

// marks are what a database's table stands between in the page.
func (t Table) marks() (begin, end string) {
	return "<!-- " + t.Database + ": written by make real -->\n", "<!-- end of " + t.Database + " -->\n"
}

// in puts the table into a page, in the place of the one that is there.
func (t Table) in(page string) (string, error) {
	begin, end := t.marks()
	before, rest, ok := strings.Cut(page, begin)
	_, after, ends := strings.Cut(rest, end)
	if !ok || !ends {
		return "", fmt.Errorf("the page has no place for the table of %s", t.Database)
	}
	var b strings.Builder
	if t.Failed {
		b.WriteString("The last run has failed: there is nothing to show.\n")
	} else {
		t.print(&b)
	}
	return before + begin + "\n" + b.String() + "\n" + end + after, nil
}

// Tables are those of all databases that were run.
type Tables []Table

// Add adds a row to a database's table.
func (all *Tables) Add(database string, r Row) {
	t := all.Of(database)
	t.Rows = append(t.Rows, r)
}

// Of finds a database's table, or begins one.
func (all *Tables) Of(database string) *Table {
	i := slices.IndexFunc(*all, func(t Table) bool { return t.Database == database })
	if i < 0 {
		i = len(*all)
		*all = append(*all, Table{Database: database})
	}
	return &(*all)[i]
}

// Print shows all of them.
func (all Tables) Print(w io.Writer) {
	for _, t := range all {
		fmt.Fprintf(w, "\n%s:\n\n", t.Database)
		t.print(w)
	}
}

// Write puts the tables that are complete into a page. Where a script has failed, what
// the page has is no longer so: it is taken out.
func (all Tables) Write(file string) error {
	content, err := os.ReadFile(file)
	page := string(content)
	for _, t := range all {
		if err == nil && (t.Complete || t.Failed) {
			page, err = t.in(page)
		}
	}
	if err != nil {
		return err
	}
	return os.WriteFile(file, []byte(page), 0o600)
}
