//go:build linux

package proof

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

// A row is what one scenario has shown.
type row struct {
	database, change, by string
	acknowledged, found  int
	pause                time.Duration
	ended                string
}

// A table has the rows of a run, in the order of the scripts.
type table struct {
	mu   sync.Mutex
	rows []row
}

func (t *table) add(r row) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows = append(t.rows, r)
}

const (
	tableBegin = "<!-- written by make real -->\n"
	tableEnd   = "<!-- end of what make real writes -->\n"
)

func (t *table) print(w io.Writer) {
	fmt.Fprintln(w, "| database | change | by | acknowledged | found | longest pause of writes | how it ended |")
	fmt.Fprintln(w, "| --- | --- | --- | --: | --: | --: | --- |")
	for _, r := range t.rows {
		fmt.Fprintf(w, "| %s | %s | %s | %d | %d | %.1f s | %s |\n",
			r.database, r.change, r.by, r.acknowledged, r.found, r.pause.Seconds(), r.ended)
	}
}

// write puts the table in the place of the one in a page.
func (t *table) write(file string) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(content), tableBegin)
	_, after, ends := strings.Cut(rest, tableEnd)
	if !ok || !ends {
		return fmt.Errorf("%s has no place for the table", file)
	}
	var b strings.Builder
	t.print(&b)
	return os.WriteFile(file, []byte(before+tableBegin+"\n"+b.String()+"\n"+tableEnd+after), 0o600)
}
