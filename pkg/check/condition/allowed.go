package condition

import (
	"fmt"
	"slices"

	"github.com/expr-lang/expr/ast"
)

// functions are those of the library that make one number of all values.
var functions = map[string]bool{"len": true, "min": true, "max": true, "sum": true, "mean": true, "median": true}

// operators are those of numbers and of logic, and no others: none is about text or
// lists.
var operators = []string{"+", "-", "*", "/", "%", "**", "^", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "and", "or", "!", "not"}

// finder walks over an expression, notes what it uses and finds what it must not.
type finder struct {
	uses map[string]bool
	err  error
}

// Visit looks at one node. What has no case is not allowed: texts, lists, closures,
// variables of its own, and whatever the library learns.
func (f *finder) Visit(node *ast.Node) {
	allowed := true
	what := ""
	switch n := (*node).(type) {
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
	case *ast.IdentifierNode:
		what, allowed = n.Value, slices.Contains([]string{value, stable, values, isNaN}, n.Value)
		f.uses[n.Value] = true
	case *ast.UnaryNode:
		what, allowed = n.Operator, slices.Contains(operators, n.Operator)
	case *ast.BinaryNode:
		what, allowed = n.Operator, slices.Contains(operators, n.Operator)
	case *ast.BuiltinNode:
		what, allowed = n.Name, functions[n.Name] && len(n.Arguments) > 0
	case *ast.CallNode:
		callee, ok := n.Callee.(*ast.IdentifierNode)
		what, allowed = n.Callee.String(), ok && callee.Value == isNaN && len(n.Arguments) == 1
	case *ast.MemberNode:
		_, number := n.Property.(*ast.IntegerNode)
		what, allowed = n.String(), number && !n.Optional
	default:
		what, allowed = n.String(), false
	}
	if !allowed && f.err == nil {
		f.err = fmt.Errorf("%s is not among what a condition may use: value, stable, values, numbers, comparisons, "+
			"and, or, not, isNaN, len, min, max, sum, mean, median", what)
	}
}

// inverse are the comparisons that hold where another does not, but for NaN.
var inverse = map[string]string{"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}

// comparison is what a value is held against where the whole is one comparison of it,
// and what holds where that does not; both are empty otherwise.
func comparison(root ast.Node) (holds, broken string) {
	n, ok := root.(*ast.BinaryNode)
	if !ok || inverse[n.Operator] == "" {
		return "", ""
	}
	if left, ok := n.Left.(*ast.IdentifierNode); !ok || left.Value != value {
		return "", ""
	}
	right := n.Right.String()
	return n.Operator + " " + right, inverse[n.Operator] + " " + right
}
