// Package condition is what must hold for the answer of a query: an expression of
// numbers, comparisons and logic over what was measured.
package condition

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
)

// The variables of a condition.
const (
	value  = "value"  // of the series that is looked at
	stable = "stable" // the same query's answer about the stable pods
	values = "values" // of all series
	isNaN  = "isNaN"
)

// longest is how many bytes a condition may have.
const longest = 1000

// Condition is an expression that can be asked about numbers.
type Condition struct {
	text    string
	program *vm.Program
	uses    map[string]bool
	holds   string // what is behind value, where the whole is one comparison of it
	broken  string // the same for when it does not hold
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
	tree, err := parser.Parse(text)
	if err != nil {
		return nil, wrong(text, err)
	}
	found := &finder{uses: map[string]bool{}}
	ast.Walk(&tree.Node, found)
	if found.err != nil {
		return nil, fmt.Errorf("condition %q: %w", text, found.err)
	}
	if !found.uses[value] && !found.uses[values] {
		return nil, fmt.Errorf("condition %q does not ask about value", text)
	}
	options := []expr.Option{
		expr.Env(environment(0, 0, []float64{})), expr.AsBool(), expr.DisableAllBuiltins(), expr.Optimize(false),
		expr.Function(isNaN, func(of ...any) (any, error) {
			number, ok := of[0].(float64)
			return ok && math.IsNaN(number), nil
		}, new(func(float64) bool)),
	}
	for name := range functions {
		options = append(options, expr.EnableBuiltin(name))
	}
	program, err := expr.Compile(text, options...)
	if err != nil {
		return nil, wrong(text, err)
	}
	c := &Condition{text: text, program: program, uses: found.uses}
	c.holds, c.broken = comparison(tree.Node)
	return c, nil
}

// unseen reports what would make a text other than it looks.
func unseen(r rune) bool { return r != ' ' && (!unicode.IsPrint(r) || unicode.IsSpace(r)) }

// wrong is an error of the library in one line.
func wrong(text string, err error) error {
	words := err.Error()
	var e *file.Error
	if errors.As(err, &e) {
		words = e.Message
	}
	words = strings.Join(strings.FieldsFunc(words, unicode.IsSpace), " ")
	return fmt.Errorf("condition %q: %s", text, words)
}

func environment(v, s float64, all []float64) map[string]any {
	return map[string]any{value: v, stable: s, values: all}
}

// UsesStable reports whether it compares with the stable pods.
func (c *Condition) UsesStable() bool { return c.uses[stable] }

// UsesValue reports whether it asks about each series, and not of all together alone.
func (c *Condition) UsesValue() bool { return c.uses[value] }

// TakesNaN reports whether it says itself what is to be thought of no number.
func (c *Condition) TakesNaN() bool { return c.uses[isNaN] }

// Holds asks about a value, that of the stable pods, and those of all series.
func (c *Condition) Holds(v, s float64, all []float64) (bool, error) {
	out, err := expr.Run(c.program, environment(v, s, all))
	if err != nil {
		return false, wrong(c.text, err)
	}
	holds, ok := out.(bool)
	if !ok {
		return false, fmt.Errorf("condition %q says neither yes nor no", c.text)
	}
	return holds, nil
}

// Bound is what a value is held against, such as "<= 1.2 * stable", or the condition.
func (c *Condition) Bound() string { return cmp.Or(c.holds, c.text) }
