package ci

import (
	"bytes"
	"encoding/xml"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// The XML that Jenkins and GitLab read: a suite for each plan, a case for each
// step. Times are seconds.
type (
	junitSuites struct {
		XMLName xml.Name `xml:"testsuites"`
		Name    string   `xml:"name,attr"`
		junitCounts
		Suites []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name      string `xml:"name,attr"`
		Timestamp string `xml:"timestamp,attr"`
		junitCounts
		Cases []junitCase `xml:"testcase"`
		Out   string      `xml:"system-out,omitempty"`
		Err   string      `xml:"system-err,omitempty"`
	}
	junitCounts struct {
		Tests    int     `xml:"tests,attr"`
		Failures int     `xml:"failures,attr"`
		Errors   int     `xml:"errors,attr"`
		Skipped  int     `xml:"skipped,attr"`
		Time     seconds `xml:"time,attr"`
	}
	junitCase struct {
		Name    string     `xml:"name,attr"`
		Class   string     `xml:"classname,attr"`
		Time    seconds    `xml:"time,attr"`
		Failure *junitText `xml:"failure"`
		Error   *junitText `xml:"error"`
		Skipped *junitText `xml:"skipped"`
	}
	junitText struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// seconds is a time as JUnit has it.
type seconds time.Duration

// MarshalText writes milliseconds as well.
func (s seconds) MarshalText() ([]byte, error) {
	return strconv.AppendFloat(nil, time.Duration(s).Seconds(), 'f', 3, 64), nil
}

// JUnit is the report as one of tests.
func JUnit(p *Report) []byte {
	suites := junitSuites{Name: p.Command}
	for _, part := range p.Parts {
		suite := part.junit(p)
		suites.add(suite.junitCounts)
		suites.Suites = append(suites.Suites, suite)
	}
	if len(p.Parts) == 0 || p.untold() {
		suite := p.junitEnd()
		suites.add(suite.junitCounts)
		suites.Suites = append(suites.Suites, suite)
	}
	var out bytes.Buffer
	_, _ = out.WriteString(xml.Header)
	encoder := xml.NewEncoder(&out)
	encoder.Indent("", "  ")
	if err := encoder.Encode(suites); err != nil {
		panic("write JUnit: " + err.Error()) // structs of plain fields, to memory
	}
	_, _ = out.WriteString("\n")
	return out.Bytes()
}

func (p *Part) junit(of *Report) junitSuite {
	suite := junitSuite{Name: strings.TrimSpace(of.Command + " " + p.About.String()), Timestamp: stamp(p.Began)}
	cases := slices.Concat(p.Cases, p.Checks)
	for i := range cases {
		c := cases[i].junit(of, p.End)
		c.Class = suite.Name
		suite.count(c)
		suite.Cases = append(suite.Cases, c)
	}
	suite.Time = seconds(p.Ended.Sub(p.Began))
	suite.Out = p.Title
	if p.End != nil {
		suite.Out += "\n" + of.helpText(*p.End)
	}
	suite.Err = strings.Join(p.Warnings, "\n")
	return suite
}

func (c *Case) junit(of *Report, end *engine.Outcome) junitCase {
	out := junitCase{Name: c.Title, Time: seconds(c.Took)}
	text := &junitText{Message: c.Words}
	switch c.Result {
	case Broke:
		text.Type = string(c.End)
		if end != nil {
			text.Text = of.helpText(*end)
		}
		out.fail(text, c.End)
	case NotRun, Running, Skipped, Waits:
		out.Skipped = text
	case Passed:
	}
	return out
}

// fail tells what a person has to look at from what the machines did.
func (c *junitCase) fail(text *junitText, end engine.Result) {
	switch end {
	case engine.Failed, engine.Interrupted, engine.Misused:
		c.Error = text
	default:
		c.Failure = text
	}
}

// junitEnd is an end that no step tells: a refusal, an error, or nothing to do.
func (p *Report) junitEnd() junitSuite {
	suite := junitSuite{Name: strings.TrimSpace(p.Command + " " + p.About.String()), Timestamp: stamp(p.Ended), Out: p.helpText(p.End)}
	c := junitCase{Name: p.Command, Class: suite.Name}
	switch p.End.Result {
	case engine.Done:
	case engine.Held:
		c.Skipped = &junitText{Message: report.EndWords(p.End)}
	default:
		c.fail(&junitText{Message: report.EndWords(p.End), Type: string(p.End.Result), Text: p.helpText(p.End)}, p.End.Result)
	}
	suite.count(c)
	suite.Cases = []junitCase{c}
	return suite
}

func (n *junitCounts) count(c junitCase) {
	one := junitCounts{Tests: 1, Time: c.Time}
	switch {
	case c.Failure != nil:
		one.Failures = 1
	case c.Error != nil:
		one.Errors = 1
	case c.Skipped != nil:
		one.Skipped = 1
	}
	n.add(one)
}

func (n *junitCounts) add(m junitCounts) {
	n.Tests, n.Failures, n.Errors = n.Tests+m.Tests, n.Failures+m.Failures, n.Errors+m.Errors
	n.Skipped, n.Time = n.Skipped+m.Skipped, n.Time+m.Time
}

// helpText is an end with where it left the set and what helps.
func (p *Report) helpText(o engine.Outcome) string {
	return strings.Join(helpLines(o, p.Caller, ""), "\n")
}

// helpLines are the same in lines, with the set that it is about where only they tell.
func helpLines(o engine.Outcome, caller hint.Caller, where string) []string {
	lines := slices.Concat([]string{report.EndWords(o)}, report.FactText(report.Facts(o, where, time.Time{})), report.EndPlace(o))
	if o.Result != engine.Done {
		lines = append(lines, report.Helps(caller, o.Try)...)
	}
	return lines
}

// stamp is a time as JUnit's schema has it, without a zone: UTC.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05") }
