package condition

import (
	"math"
	"strconv"
	"strings"
)

// Words are a value against its bound, such as "0.31 > 1.2 * stable 0.19": with what
// holds, which is the opposite of the condition where that does not.
func (c *Condition) Words(v, s float64, holds bool) string {
	text, end := c.holds, ""
	switch {
	case c.holds == "" && holds:
		text, end = c.text, " holds"
	case c.holds == "":
		text, end = c.text, " does not hold"
	case !holds:
		text = c.broken
	}
	if c.uses[stable] {
		text = withStable(text, Number(s))
	}
	switch {
	case !c.uses[value]:
		return text + end
	case c.holds == "":
		return Number(v) + ": " + text + end
	}
	return Number(v) + " " + text
}

// withStable puts the number behind the first place that names stable.
func withStable(bound, number string) string {
	for at := 0; ; {
		i := strings.Index(bound[at:], stable)
		if i < 0 {
			return bound
		}
		end := at + i + len(stable)
		if end == len(bound) || !letter(bound[end]) {
			return bound[:end] + " " + number + bound[end:]
		}
		at = end
	}
}

func letter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || digit(c) || c == '_'
}

// Number is a number for a person: three digits that count are enough.
func Number(v float64) string {
	if math.Abs(v) >= 1000 && math.Abs(v) < 1e15 {
		return strconv.FormatFloat(math.Round(v), 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}
