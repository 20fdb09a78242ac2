package request

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Expectation is what an answer must be.
type Expectation struct {
	low, high int   // of the status
	path      *path // nil where the status is all
	operator  string
	want      string
}

// ParseExpectation reads a status, "200", a range of them, "200-299", or what the JSON
// of an answer must have, "jsonpath={.status}==green". Errors are one line.
func ParseExpectation(text string) (Expectation, error) {
	e := Expectation{low: 200, high: 299}
	if len(text) > longest || !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return e, errors.New("what is expected is too long, or has characters that can't be seen")
	}
	if jsonpath, ok := strings.CutPrefix(text, "jsonpath="); ok {
		return e.withPath(jsonpath)
	}
	low, high, ranged := strings.Cut(text, "-")
	if !ranged {
		high = low
	}
	var errLow, errHigh error
	e.low, errLow = status(low)
	e.high, errHigh = status(high)
	if errLow != nil || errHigh != nil || e.low > e.high {
		return e, fmt.Errorf("%q is no status, such as 200 or 200-299, and no jsonpath={.status}==green", text)
	}
	return e, nil
}

func status(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err == nil && (n < 100 || n > 599 || len(text) != 3) {
		err = strconv.ErrRange
	}
	return n, err
}

func (e Expectation) withPath(text string) (Expectation, error) {
	end := strings.LastIndexByte(text, '}')
	if end < 0 {
		return e, fmt.Errorf("jsonpath %q has no braces, as in {.status}==green", text)
	}
	var err error
	if e.path, err = parsePath(text[:end+1]); err != nil {
		return e, err
	}
	rest := strings.TrimSpace(text[end+1:])
	for _, operator := range []string{"==", "!=", "<=", ">=", "<", ">"} {
		if want, ok := strings.CutPrefix(rest, operator); ok {
			e.operator, e.want = operator, strings.TrimSpace(want)
			break
		}
	}
	_, err = strconv.ParseFloat(e.want, 64)
	switch {
	case e.operator == "":
		return e, fmt.Errorf("jsonpath %q has no ==, !=, <, <=, > or >= behind it", text[:end+1])
	case err != nil && strings.ContainsAny(e.operator, "<>"):
		return e, fmt.Errorf("jsonpath %q is compared with %q, which is no number", text[:end+1], e.want)
	}
	return e, nil
}

// WantsBody reports whether it takes the answer's body to judge it.
func (e Expectation) WantsBody() bool { return e.path != nil }

// ErrUnclear is wrapped by what keeps an answer from being judged.
var ErrUnclear = errors.New("it can't be told")

// Judge holds an answer against what is expected, with the answer in words. An error
// says why the answer tells nothing.
func (e Expectation) Judge(code int, body []byte) (met bool, words string, err error) {
	words = strings.TrimSpace(fmt.Sprintf("HTTP %d %s", code, http.StatusText(code)))
	switch {
	case code >= e.low && code <= e.high:
	case code == http.StatusUnauthorized, code == http.StatusForbidden, code == http.StatusTooManyRequests:
		return false, "", fmt.Errorf("%s%w", words, unclear{})
	default:
		return false, words, nil
	}
	if e.path == nil {
		return true, words, nil
	}
	var answer any
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&answer); err != nil {
		return false, "", fmt.Errorf("the answer is no JSON%w", unclear{})
	}
	got, err := e.path.find(answer)
	if err != nil {
		return false, "", fmt.Errorf("%w%w", err, unclear{})
	}
	met, err = e.compare(got)
	if err != nil {
		return false, "", fmt.Errorf("%w%w", err, unclear{})
	}
	return met, fmt.Sprintf("%s is %s", e.path.text, got), nil
}

// unclear marks an error, and says nothing.
type unclear struct{}

func (unclear) Error() string { return "" }

func (unclear) Is(target error) bool { return target == ErrUnclear }

// compare compares numbers where both are, and texts otherwise.
func (e Expectation) compare(got string) (bool, error) {
	a, errA := strconv.ParseFloat(got, 64)
	b, errB := strconv.ParseFloat(e.want, 64)
	numbers := errA == nil && errB == nil
	switch e.operator {
	case "==":
		return got == e.want || numbers && a == b, nil
	case "!=":
		return got != e.want && (!numbers || a != b), nil
	}
	if !numbers {
		return false, fmt.Errorf("%s is %q, which is no number", e.path.text, got)
	}
	switch e.operator {
	case "<":
		return a < b, nil
	case "<=":
		return a <= b, nil
	case ">":
		return a > b, nil
	}
	return a >= b, nil
}
