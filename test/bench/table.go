package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

// row is one line of the table.
type row struct {
	what  string
	value string
	ratio float64 // against the row it is compared with, 0 for none
	most  float64 // what the ratio may be, 0 for anything
	over  bool    // a count that is more than it may be
}

func (r row) missed() bool { return r.over || r.most > 0 && r.ratio > r.most }

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

func each(samples []usage, of func(usage) float64) []float64 {
	out := make([]float64, len(samples))
	for i, u := range samples {
		out[i] = of(u)
	}
	return out
}

// ratio is the median of the rounds' ratios: both sides of a round ran next
// to each other, so what slowed the machine down slowed both.
func ratio(a, b []usage, of func(usage) float64) float64 {
	ratios := make([]float64, len(a))
	for i := range a {
		ratios[i] = of(a[i]) / of(b[i])
	}
	return median(ratios)
}

func seconds(samples []usage, of func(usage) float64) string {
	return fmt.Sprintf("%.3f s", median(each(samples, of)))
}

func mebibytes(samples []usage, of func(usage) float64) string {
	return fmt.Sprintf("%.1f MiB", median(each(samples, of)))
}

func markdown(rows []row) string {
	var b strings.Builder
	b.WriteString("| what | median | ratio | at most |\n| --- | --- | --- | --- |\n")
	for _, r := range rows {
		_, _ = fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", r.what, r.value, number(r.ratio), number(r.most))
	}
	return b.String()
}

func number(v float64) string {
	if v == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f", v)
}

// The table in the document stands between these two lines.
const (
	tableBegin = "<!-- table -->\n"
	tableEnd   = "<!-- end of table -->\n"
)

func replaceTable(file, table string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(text), tableBegin)
	_, after, end := strings.Cut(rest, tableEnd)
	if !ok || !end {
		return fmt.Errorf("%s: no table between its markers", file)
	}
	return os.WriteFile(file, []byte(before+tableBegin+table+tableEnd+after), 0o644)
}

// missed is an error when a row is worse than it may be.
func missed(rows []row) error {
	var out []error
	for _, r := range rows {
		if r.missed() {
			out = append(out, fmt.Errorf("%s: %s, ratio %.2f, is more than it may be", r.what, r.value, r.ratio))
		}
	}
	return errors.Join(out...)
}
