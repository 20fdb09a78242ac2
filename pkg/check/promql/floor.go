package promql

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Floor is a query and the least that it must answer.
type Floor struct {
	Query *Query
	Least float64
	Over  bool // it must be more than that
}

// ParseFloor reads a query that ends in a comparison with a number, such as
// "sum(increase(requests_total[$window])) >= 100". The comparison is ours: in PromQL
// it would take the answer away.
func ParseFloor(text string) (Floor, error) {
	wrong := func() (Floor, error) {
		return Floor{}, errors.New("the least traffic is 'QUERY >= NUMBER', such as 'sum(increase(requests_total[$window])) >= 100'")
	}
	at := strings.LastIndexByte(text, '>')
	if at < 0 {
		return wrong()
	}
	f := Floor{Over: true}
	number := text[at+1:]
	if rest, ok := strings.CutPrefix(number, "="); ok {
		number, f.Over = rest, false
	}
	var err error
	if f.Least, err = strconv.ParseFloat(strings.TrimSpace(number), 64); err != nil || math.IsNaN(f.Least) || math.IsInf(f.Least, 0) {
		return wrong()
	}
	if f.Query, err = Parse(strings.TrimSpace(text[:at])); err != nil {
		return Floor{}, fmt.Errorf("the least traffic: %w", err)
	}
	return f, nil
}

// Reached reports whether there is enough.
func (f Floor) Reached(v float64) bool { return v > f.Least || !f.Over && v == f.Least }
