package condition

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// given is what a condition is asked about.
type given struct {
	value, stable float64
	values        []float64
}

// node is a part of an expression. Yes is 1 and no is 0: the parser keeps the two
// kinds apart.
type node interface {
	number(of *given) (float64, error)
	boolean() bool // whether it says yes or no
}

type constant struct {
	n    float64
	bool bool
}

func (c constant) number(*given) (float64, error) { return c.n, nil }
func (c constant) boolean() bool                  { return c.bool }

type variable string

func (v variable) number(of *given) (float64, error) {
	if v == stable {
		return of.stable, nil
	}
	return of.value, nil
}
func (variable) boolean() bool { return false }

// element is one of all values.
type element int

func (e element) number(of *given) (float64, error) {
	if int(e) >= len(of.values) {
		return 0, fmt.Errorf("there is no values[%d]: there are %d values", int(e), len(of.values))
	}
	return of.values[e], nil
}
func (element) boolean() bool { return false }

type unary struct {
	operator string
	of       node
}

func (u unary) number(of *given) (float64, error) {
	n, err := u.of.number(of)
	switch u.operator {
	case "-":
		return -n, err
	case "not":
		return truth(n == 0), err
	}
	return n, err
}
func (u unary) boolean() bool { return u.operator == "not" }

type binary struct {
	operator    string
	left, right node
}

func (b binary) number(of *given) (float64, error) {
	left, err := b.left.number(of)
	if err != nil {
		return 0, err
	}
	switch {
	case b.operator == "and" && left == 0:
		return 0, nil
	case b.operator == "or" && left != 0:
		return 1, nil
	}
	right, err := b.right.number(of)
	if err != nil {
		return 0, err
	}
	return operators[b.operator].do(left, right), nil
}
func (b binary) boolean() bool { return operators[b.operator].boolean }

// operator is one with two sides.
type operator struct {
	level   int // those of a higher one bind tighter
	logic   bool
	boolean bool // whether it says yes or no
	do      func(a, b float64) float64
}

// operators are all of them. Those of one level are taken from left to right, but for
// powers.
var operators = map[string]operator{
	"or":  {1, true, true, func(_, b float64) float64 { return b }},
	"and": {2, true, true, func(_, b float64) float64 { return b }},
	"==":  {3, false, true, func(a, b float64) float64 { return truth(a == b) }},
	"!=":  {3, false, true, func(a, b float64) float64 { return truth(a != b) }},
	"<":   {3, false, true, func(a, b float64) float64 { return truth(a < b) }},
	"<=":  {3, false, true, func(a, b float64) float64 { return truth(a <= b) }},
	">":   {3, false, true, func(a, b float64) float64 { return truth(a > b) }},
	">=":  {3, false, true, func(a, b float64) float64 { return truth(a >= b) }},
	"+":   {4, false, false, func(a, b float64) float64 { return a + b }},
	"-":   {4, false, false, func(a, b float64) float64 { return a - b }},
	"*":   {5, false, false, func(a, b float64) float64 { return a * b }},
	"/":   {5, false, false, func(a, b float64) float64 { return a / b }},
	"%":   {5, false, false, math.Mod},
	"**":  {power, false, false, math.Pow},
}

// Levels besides.
const (
	sign  = 6 // of a minus before a number
	power = 7
)

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// isNaN is the one function that says yes or no.
const isNaN = "isNaN"

// functions make one number of several.
var functions = map[string]func([]float64) float64{
	isNaN:    func(of []float64) float64 { return truth(math.IsNaN(of[0])) },
	"len":    func(of []float64) float64 { return float64(len(of)) },
	"min":    slices.Min[[]float64],
	"max":    slices.Max[[]float64],
	"sum":    sum,
	"mean":   func(of []float64) float64 { return sum(of) / float64(len(of)) },
	"median": Median,
}

func sum(of []float64) float64 {
	var all float64
	for _, n := range of {
		all += n
	}
	return all
}

// Median is the one in the middle, or the mean of the two.
func Median(of []float64) float64 {
	sorted := slices.Sorted(slices.Values(of))
	half := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[half]
	}
	return (sorted[half-1] + sorted[half]) / 2
}

// call is a function of numbers, or of all values.
type call struct {
	name string
	of   []node // none for all values
}

func (c call) number(of *given) (float64, error) {
	numbers := of.values
	if len(c.of) > 0 {
		numbers = make([]float64, len(c.of))
		for i, n := range c.of {
			var err error
			if numbers[i], err = n.number(of); err != nil {
				return 0, err
			}
		}
	}
	if len(numbers) == 0 {
		return 0, errors.New(c.name + " of no values")
	}
	return functions[c.name](numbers), nil
}
func (c call) boolean() bool { return c.name == isNaN }
