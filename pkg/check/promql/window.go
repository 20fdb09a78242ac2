package promql

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// WindowOf is how long a window may be, that reaches back to when the youngest pod
// became Available, in whole seconds; and false where it is shorter than two scrapes
// yet, so that a rate over it says nothing.
func WindowOf(available, now time.Time, scrape time.Duration) (time.Duration, bool) {
	window := now.Sub(available).Truncate(time.Second)
	return window, window >= max(2*scrape, time.Second)
}

// Ranges are the ranges that are written out in a query, such as 5m of [5m] and 1h of
// [1h:30s], each once.
func Ranges(query string) []time.Duration {
	var out []time.Duration
	literal := regexp.MustCompile(`\[\s*((?:\d+(?:ms|[smhdwy]))+)\s*(?::[^\]]*)?\]`)
	for _, found := range literal.FindAllStringSubmatch(unquoted(query), -1) {
		if d, ok := parse(found[1]); ok && !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	return out
}

// unquoted is a query without what is in its strings.
func unquoted(query string) string {
	var out strings.Builder
	var quote rune
	escaped := false
	for _, r := range query {
		switch {
		case escaped:
			escaped = false
		case quote == 0 && (r == '"' || r == '\'' || r == '`'):
			quote = r
		case quote == 0:
			out.WriteRune(r)
		case r == '\\' && quote != '`':
			escaped = true
		case r == quote:
			quote = 0
		}
	}
	return out.String()
}

// parse reads a duration of PromQL, whose longest unit is a year of 365 days.
func parse(text string) (time.Duration, bool) {
	const day = 24 * time.Hour
	units := map[string]time.Duration{
		"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour, "d": day, "w": 7 * day, "y": 365 * day,
	}
	var all time.Duration
	for text != "" {
		digits := text[:len(text)-len(strings.TrimLeft(text, "0123456789"))]
		text = text[len(digits):]
		unit := text[:len(text)-len(strings.TrimLeft(text, "smhdwy"))]
		text = text[len(unit):]
		var n int64
		if _, err := fmt.Sscan(digits, &n); err != nil || len(digits) > 9 {
			return 0, false
		}
		one := units[unit]
		if one == 0 || n > int64((1<<62)/one) {
			return 0, false
		}
		all += time.Duration(n) * one
		if all < 0 {
			return 0, false
		}
	}
	return all, true
}
