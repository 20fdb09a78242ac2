// Package condition is what must hold for the answer of a query: an expression of
// numbers, comparisons and logic over what was measured.
//
// The language is a small part of that of expr-lang/expr, with the same words and the
// same precedence, which many know from Argo Rollouts and KEDA. The library itself
// calls methods by name, so that the linker has to keep those of every type: with it
// the plugin is a third larger.
package condition

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The variables of a condition.
const (
	value  = "value"  // of the series that is looked at
	stable = "stable" // the same query's answer about the stable pods
	values = "values" // of all series
)

// longest is how many bytes a condition may have.
const longest = 1000

// Condition is an expression that can be asked about numbers.
type Condition struct {
	text   string
	root   node
	uses   map[string]bool
	holds  string // what is behind value, where the whole is one comparison of it
	broken string // the same for when it does not hold
}

// Parse reads a condition. It must say yes or no, and ask about something that was
// measured. Its errors are one line.
func Parse(text string) (*Condition, error) {
	if len(text) > longest {
		return nil, fmt.Errorf("the condition has %d bytes, which is more than %d", len(text), longest)
	}
	if !utf8.ValidString(text) || strings.ContainsFunc(text, unseen) {
		return nil, errors.New("the condition has characters that can't be seen")
	}
	p := &parser{rest: text, uses: map[string]bool{}}
	root, err := p.whole()
	if err != nil {
		return nil, fmt.Errorf("condition %q: %w", text, err)
	}
	if !p.uses[value] && !p.uses[values] {
		return nil, fmt.Errorf("condition %q does not ask about value", text)
	}
	c := &Condition{text: text, root: root, uses: p.uses}
	c.holds, c.broken = comparison(text, root)
	return c, nil
}

// unseen reports what would make a text other than it looks.
func unseen(r rune) bool { return r != ' ' && (!unicode.IsPrint(r) || unicode.IsSpace(r)) }

// UsesStable reports whether it compares with the stable pods.
func (c *Condition) UsesStable() bool { return c.uses[stable] }

// UsesValue reports whether it asks about each series, and not of all together alone.
func (c *Condition) UsesValue() bool { return c.uses[value] }

// TakesNaN reports whether it says itself what is to be thought of no number.
func (c *Condition) TakesNaN() bool { return c.uses[isNaN] }

// Holds asks about a value, that of the stable pods, and those of all series.
func (c *Condition) Holds(v, s float64, all []float64) (bool, error) {
	out, err := c.root.number(&given{v, s, all})
	if err != nil {
		return false, fmt.Errorf("condition %q: %w", c.text, err)
	}
	return out != 0, nil
}

// Bound is what a value is held against, such as "<= 1.2 * stable", or the condition.
func (c *Condition) Bound() string { return cmp.Or(c.holds, c.text) }

// Worse reports whether the one value is further on the wrong side than the other,
// where the whole is one comparison that has one.
func (c *Condition) Worse(a, b float64) bool {
	switch c.holds[:min(1, len(c.holds))] {
	case "<":
		return a > b
	case ">":
		return a < b
	}
	return false
}

// inverse are the comparisons that hold where another does not, but for NaN.
var inverse = map[string]string{"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}

// comparison is what a value is held against where the whole is one comparison of it,
// and what holds where that does not; both are empty otherwise.
func comparison(text string, root node) (holds, broken string) {
	n, ok := root.(binary)
	if !ok || inverse[n.operator] == "" {
		return "", ""
	}
	if left, ok := n.left.(variable); !ok || left != value {
		return "", ""
	}
	// The text begins with the variable, maybe in brackets, and the operator is behind.
	_, right, _ := strings.Cut(text, n.operator)
	right = strings.TrimSpace(right)
	if strings.HasPrefix(strings.TrimSpace(text), "(") {
		return "", ""
	}
	return n.operator + " " + right, inverse[n.operator] + " " + right
}
