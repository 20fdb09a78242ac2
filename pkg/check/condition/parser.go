package condition

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// parser reads a condition from left to right.
type parser struct {
	rest string
	uses map[string]bool
}

func (p *parser) whole() (node, error) {
	n, err := p.expression(0)
	if err != nil {
		return nil, err
	}
	if token := p.token(); token != "" {
		return nil, fmt.Errorf("%q is not expected here", token)
	}
	if !n.boolean() {
		return nil, errors.New("it is a number, and must say yes or no, as value < 0.01 does")
	}
	return n, nil
}

// expression reads as far as operators of this level and higher ones go.
func (p *parser) expression(level int) (node, error) {
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	for {
		name := operatorName(p.token())
		op, known := operators[name]
		if !known || op.level < level {
			return left, nil
		}
		p.next()
		above := op.level + 1
		if op.level == power {
			above = power // from right to left
		}
		right, err := p.expression(above)
		if err != nil {
			return nil, err
		}
		for _, side := range []node{left, right} {
			if side.boolean() != op.logic {
				return nil, fmt.Errorf("%s is for %s", name, kind(op.logic))
			}
		}
		left = binary{name, left, right}
	}
}

func kind(logic bool) string {
	if logic {
		return "what says yes or no, not for numbers"
	}
	return "numbers, not for what says yes or no"
}

// operatorName is what an operator is called here.
func operatorName(token string) string {
	switch token {
	case "&&":
		return "and"
	case "||":
		return "or"
	case "^":
		return "**"
	}
	return token
}

// operand reads what an operator stands before or behind.
func (p *parser) operand() (node, error) {
	token := p.next()
	switch token {
	case "":
		return nil, errors.New("it ends too early")
	case "(":
		n, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		return n, p.expect(")")
	case "-", "+":
		n, err := p.expression(sign)
		if err == nil && n.boolean() {
			err = fmt.Errorf("%s is for %s", token, kind(false))
		}
		return unary{token, n}, err
	case "!", "not":
		n, err := p.operand()
		if err == nil && !n.boolean() {
			err = fmt.Errorf("%s is for %s: put it into brackets", token, kind(true))
		}
		return unary{"not", n}, err
	case "true", "false":
		return constant{truth(token == "true"), true}, nil
	case value, stable:
		p.uses[token] = true
		return variable(token), nil
	case values:
		return p.element()
	}
	if functions[token] != nil {
		return p.call(token)
	}
	if n, err := strconv.ParseFloat(token, 64); err == nil && (digit(token[0]) || token[0] == '.') && !math.IsInf(n, 0) {
		return constant{n, false}, nil
	}
	return nil, fmt.Errorf("%q is not among what a condition may use: value, stable, values, numbers, comparisons, "+
		"and, or, not, isNaN, len, min, max, sum, mean, median", token)
}

func (p *parser) element() (node, error) {
	p.uses[values] = true
	if err := p.expect("["); err != nil {
		return nil, errors.New("values is a list: values[0], or max(values)")
	}
	token := p.next()
	n, err := strconv.ParseUint(token, 10, 31)
	if err != nil {
		return nil, fmt.Errorf("%q is no index", token)
	}
	return element(n), p.expect("]")
}

// call reads what a function is of: all values, or numbers.
func (p *parser) call(name string) (node, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	c := call{name: name}
	before := p.rest
	if p.next() == values && p.token() == ")" && name != isNaN {
		p.next()
		p.uses[values] = true
		return c, nil
	}
	p.rest = before
	for {
		n, err := p.expression(0)
		if err == nil && n.boolean() {
			err = fmt.Errorf("%s is for %s", name, kind(false))
		}
		if err != nil {
			return nil, err
		}
		c.of = append(c.of, n)
		if p.token() != "," {
			break
		}
		p.next()
	}
	switch several := name == "min" || name == "max"; {
	case name == "len":
		return nil, errors.New("len takes values, and nothing else")
	case !several && len(c.of) > 1:
		return nil, fmt.Errorf("%s takes one number", name)
	}
	p.uses[name] = true
	return c, p.expect(")")
}

func (p *parser) expect(token string) error {
	if got := p.next(); got != token {
		if got == "" {
			return fmt.Errorf("it ends where %q is expected", token)
		}
		return fmt.Errorf("%q is where %q is expected", got, token)
	}
	return nil
}

// next takes a token off.
func (p *parser) next() string {
	token := p.token()
	p.rest = strings.TrimLeft(p.rest, " ")[len(token):]
	return token
}

// token is what comes next: a word, a number, an operator, or a character that is none.
func (p *parser) token() string {
	text := strings.TrimLeft(p.rest, " ")
	if text == "" {
		return ""
	}
	end := 0
	switch {
	case digit(text[0]) || text[0] == '.':
		for end < len(text) && (letter(text[end]) || text[end] == '.' || exponent(text[:end], text[end])) {
			end++
		}
	case letter(text[0]):
		for end < len(text) && letter(text[end]) {
			end++
		}
	default:
		for _, two := range []string{"&&", "||", "==", "!=", "<=", ">=", "**"} {
			if strings.HasPrefix(text, two) {
				return two
			}
		}
		for _, r := range text {
			return string(r)
		}
	}
	return text[:end]
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// exponent reports whether a sign belongs to the exponent of a number.
func exponent(number string, c byte) bool {
	last := number[max(len(number)-1, 0):]
	return (c == '-' || c == '+') && (last == "e" || last == "E")
}
