package ci

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

// The kinds of reports.
const (
	kindJUnit    = "junit"
	kindMarkdown = "markdown"
)

// Files are the reports that a command writes when it ends.
type Files []*File

// File is one of them.
type File struct {
	kind string
	out  *os.File
}

// OpenFiles opens what --report asks for, each as KIND=FILE: what can't be
// written must show before a run. A file that is there is written anew, so that
// nobody takes an old report for this one; only the page that GitHub shows with
// a job's summary, whose name is given, may have something on it already.
func OpenFiles(asked []string, summary string) (Files, error) {
	var all Files
	var names []string
	for _, ask := range asked {
		kind, name, ok := strings.Cut(ask, "=")
		switch {
		case !ok, kind != kindJUnit && kind != kindMarkdown:
			return all, fmt.Errorf("%s: give KIND=FILE, with junit or markdown as the kind", ask)
		case name == "":
			return all, fmt.Errorf("%s: the name of the file is missing", ask)
		case slices.Contains(names, name):
			return all, fmt.Errorf("%s: two reports can't go to one file", ask)
		}
		mode := os.O_TRUNC
		if kind == kindMarkdown && name == summary {
			mode = os.O_APPEND
		}
		out, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|mode, 0o644) //nolint:gosec // another user's job may collect it
		if err != nil {
			return all, err
		}
		names, all = append(names, name), append(all, &File{kind, out})
	}
	return all, nil
}

// Write writes all reports and closes them.
func (all Files) Write(p *Report) error {
	var errs []error
	for _, f := range all {
		text := []byte(nil)
		switch f.kind {
		case kindJUnit:
			text = JUnit(p)
		case kindMarkdown:
			text = []byte(Markdown(p))
		}
		_, err := f.out.Write(text)
		errs = append(errs, err, f.out.Close())
	}
	return errors.Join(errs...)
}
