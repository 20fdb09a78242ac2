package report_test

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/prune"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// protocol is what a report of the tale is made of.
func (t *tale) protocol() *report.Protocol {
	p := &report.Protocol{Command: "kubectl sts " + t.plan.Verb, About: report.Subject{Namespace: "default", Name: "web"}, Ended: t.now}
	t.to(p.Sink())
	for _, e := range t.events {
		if e.Outcome != nil {
			p.End = *e.Outcome
		}
	}
	return p
}

func TestReports(t *testing.T) {
	for name, tale := range tales {
		t.Run(name, func(t *testing.T) {
			p := tale().protocol()
			golden(t, "junit-"+name, string(report.JUnit(p)))
			golden(t, "markdown-"+name, report.Markdown(p))
		})
	}
}

// refused is the end of a command that never got to a plan.
func refused() *report.Protocol {
	tale := newTale(canaryPlan())
	return &report.Protocol{
		Command: "kubectl sts canary", About: report.Subject{Namespace: "default", Name: "web"}, Ended: tale.now,
		End: engine.Outcome{
			Result: engine.Refused, Message: "a canary is in progress",
			Try: []string{"finish it: kubectl sts promote web --full", "or wait"},
		},
	}
}

func TestReportsOfARefusal(t *testing.T) {
	golden(t, "junit-refused", string(report.JUnit(refused())))
	golden(t, "markdown-refused", report.Markdown(refused()))
}

func TestReportsOfSeveralSets(t *testing.T) {
	p := &report.Protocol{Command: "kubectl sts watch"}
	first, second := tales["canary"](), tales["halted"]()
	one, two := p.Sink(), p.Sink()
	for i := range max(len(first.events), len(second.events)) {
		if i < len(first.events) {
			one.Handle(first.events[i])
		}
		if i < len(second.events) {
			two.Handle(second.events[i])
		}
	}
	p.End = pulls()
	golden(t, "junit-several", string(report.JUnit(p)))
	golden(t, "markdown-several", report.Markdown(p))
}

// suites is as much of a report as its readers look at.
type suites struct {
	XMLName xml.Name `xml:"testsuites"`
	Tests   int      `xml:"tests,attr"`
	Suites  []struct {
		Name  string `xml:"name,attr"`
		Tests int    `xml:"tests,attr"`
		Cases []struct {
			Name  string `xml:"name,attr"`
			Class string `xml:"classname,attr"`
			Time  string `xml:"time,attr"`
		} `xml:"testcase"`
	} `xml:"testsuite"`
}

func TestEveryStepOfAPlanIsATestCase(t *testing.T) {
	for name, tale := range tales {
		t.Run(name, func(t *testing.T) {
			tale := tale()
			var want []string
			for _, e := range tale.events {
				if e.Type == engine.EventPlan {
					for i := range e.Plan.Steps {
						want = append(want, e.Plan.Steps[i].Title)
					}
				}
			}
			var got suites
			require.NoError(t, xml.Unmarshal(report.JUnit(tale.protocol()), &got))
			require.Equal(t, len(want), got.Tests)
			var titles []string
			for _, suite := range got.Suites {
				require.Len(t, suite.Cases, suite.Tests)
				for _, c := range suite.Cases {
					titles = append(titles, c.Name)
					require.Equal(t, suite.Name, c.Class)
					require.Regexp(t, `^[0-9]+\.[0-9]{3}$`, c.Time)
				}
			}
			for i := range want {
				require.True(t, strings.HasSuffix(titles[i], want[i]), "%s: %s", titles[i], want[i])
			}
		})
	}
}

func TestReportsOfAHostileClusterControlNothing(t *testing.T) {
	const cell = "| a | b |\n\n```\n<img src=x onerror=alert(1)>[x](javascript:y) ]]> ::error::z"
	trouble := sts.Trouble{Reason: "Reason" + evil, Container: "nginx", Message: evil + cell}
	p := canaryPlan()
	p.Title += evil + cell
	tale := newTale(p).
		tell(engine.Event{Type: engine.EventWarning, Message: evil + cell}).
		house().step().
		trouble(4, sts.StateStarting, trouble).
		end(engine.Outcome{
			Result: engine.Halted, Message: "web-4: " + trouble.String(), Pod: "web-4", Trouble: &trouble,
			Try: []string{"resume: kubectl sts canary web " + evil + cell, evil + cell},
		})
	protocol := tale.protocol()
	junit, markdown := string(report.JUnit(protocol)), report.Markdown(protocol)

	harmless(t, junit)
	harmless(t, markdown)
	golden(t, "junit-hostile", junit)
	golden(t, "markdown-hostile", markdown)
	require.NoError(t, xml.Unmarshal([]byte(junit), &suites{}))
	for row := range strings.Lines(markdown) {
		if strings.HasPrefix(row, "|") {
			require.Equal(t, 4, strings.Count(strings.ReplaceAll(row, `\|`, ""), "|"), row)
		}
		if !strings.HasPrefix(row, "- resume: ```` ") { // text that stands as it is
			require.NotContains(t, row, "<")
			require.NotContains(t, strings.ReplaceAll(row, "\\`", ""), "`")
		}
	}
}

func TestGitHubIsToldWarningsAndTheEnd(t *testing.T) {
	var out strings.Builder
	actions := report.NewActions(&out)
	actions.Title("kubectl sts canary: 50%, a")
	tales["canary"]().to(actions)
	halt := pulls()
	halt.Images, halt.Safe, halt.Evidence = crash().Images, crash().Safe, crash().Evidence
	actions.End("default/web @ prod", halt)
	actions.End("default/web @ prod", engine.Outcome{Result: engine.Held, Message: "held after step 1 of 2", Gate: gate})
	actions.Warn(evil + "\n::set-output name=a::b\r\n100%")
	golden(t, "actions", out.String())
	harmless(t, out.String())
}

func TestNoLineFromTheClusterIsACommandToGitHub(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"a command", "::error::a\n", ": :error::a\n"},
		{"behind white space", "a\n \t\u00a0::error::a\n", "a\n \t\u00a0: :error::a\n"},
		{"behind a carriage return", "a\r::error::a", "a\r: :error::a"},
		{"behind a byte order mark", "\ufeff::error::a", "\ufeff: :error::a"},
		{"of the old kind, anywhere in a line", "a ##[error]b ###[c]", "a ## [error]b ### [c]"},
		{"an address", "fe80::1 and a::b\n:a:\n", "fe80::1 and a::b\n:a:\n"},
		{"a heading", "# a\n## [b]\n#[c]\n", "# a\n## [b]\n#[c]\n"},
		{"what is no text", "\xff::\xfe\n", "\xff::\xfe\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var whole, bytewise strings.Builder
			_, err := fmt.Fprint(report.NewGuard(&whole), test.text)
			require.NoError(t, err)
			require.Equal(t, test.want, whole.String())

			guard := report.NewGuard(&bytewise)
			for i := range len(test.text) {
				_, err := guard.Write([]byte{test.text[i]})
				require.NoError(t, err)
			}
			require.Equal(t, test.want, bytewise.String())
		})
	}
}

func TestAnObjectIsNoCommandToGitHub(t *testing.T) {
	var out strings.Builder
	newTale(canaryPlan()).tell(engine.Event{Type: engine.EventWarning, Message: "##[error]a"}).to(report.NewObjects(&out, report.JSON))
	require.NotContains(t, out.String(), "##[")
	require.Contains(t, out.String(), `#\u0023[error]a`)
}

func TestReportsOfClaims(t *testing.T) {
	verdicts := []claims.Verdict{orphan(4), orphan(5), orphan(6), orphan(7)}
	p := &report.Protocol{Command: "kubectl sts prune-pvc"}
	part := p.Claims(`4 claims to delete in namespace "default", 40Gi`, slices.Values(verdicts), ststest.Start)
	part.Handle(prune.Event{Verdict: verdicts[0], Result: prune.Deleted})
	part.Handle(prune.Event{Verdict: verdicts[1], Result: prune.Skipped, Why: "pod web-5 mounts it"})
	part.Handle(prune.Event{Verdict: verdicts[2], Result: prune.Failed, Why: "not allowed to delete persistentvolumeclaims"})
	part.Handle(prune.Event{Verdict: orphan(9), Result: prune.Deleted}) // not one of them
	p.Ended = ststest.Start.Add(3 * time.Second)
	p.End = engine.Outcome{Result: engine.Failed, Message: "1 claim deleted, 1 skipped, 1 failed, 1 not got to"}
	part.End(p.End, p.Ended)

	golden(t, "junit-claims", string(report.JUnit(p)))
	golden(t, "markdown-claims", report.Markdown(p))

	none := &report.Protocol{Command: "kubectl sts prune-pvc", End: engine.Outcome{Result: engine.Done, Message: "no claim"}}
	none.Claims("no claim", slices.Values([]claims.Verdict{}), ststest.Start).End(none.End, ststest.Start)
	golden(t, "markdown-claims-none", report.Markdown(none))
}
