package ci_test

import (
	"bytes"
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/ci"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/reporttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/evidence"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

// reportOf is what a report of the tale is made of.
func reportOf(t *reporttest.Tale) *ci.Report {
	p := &ci.Report{Command: "kubectl sts " + t.Plan.Verb, About: report.Subject{Namespace: "default", Name: "web"}, Ended: t.Now}
	t.To(p.Sink())
	for _, e := range t.Events {
		if e.Outcome != nil {
			p.End = *e.Outcome
		}
	}
	return p
}

func TestReports(t *testing.T) {
	for name, tale := range reporttest.Tales {
		t.Run(name, func(t *testing.T) {
			p := reportOf(tale())
			reporttest.Golden(t, "junit-"+name, string(ci.JUnit(p)))
			reporttest.Golden(t, "markdown-"+name, ci.Markdown(p))
		})
	}
}

// refused is the end of a command that never got to a plan.
func refused() *ci.Report {
	tale := reporttest.NewTale(reporttest.CanaryPlan())
	return &ci.Report{
		Command: "kubectl sts canary", About: report.Subject{Namespace: "default", Name: "web"}, Ended: tale.Now,
		End: reporttest.Refusal(),
	}
}

func TestReportsOfARefusal(t *testing.T) {
	reporttest.Golden(t, "junit-refused", string(ci.JUnit(refused())))
	reporttest.Golden(t, "markdown-refused", ci.Markdown(refused()))
}

func TestReportsOfSeveralSets(t *testing.T) {
	p := &ci.Report{Command: "kubectl sts watch"}
	first, second := reporttest.Tales["canary"](), reporttest.Tales["halted"]()
	one, two := p.Sink(), p.Sink()
	for i := range max(len(first.Events), len(second.Events)) {
		if i < len(first.Events) {
			one.Handle(first.Events[i])
		}
		if i < len(second.Events) {
			two.Handle(second.Events[i])
		}
	}
	p.End = reporttest.Pulls()
	reporttest.Golden(t, "junit-several", string(ci.JUnit(p)))
	reporttest.Golden(t, "markdown-several", ci.Markdown(p))
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
	for name, tale := range reporttest.Tales {
		t.Run(name, func(t *testing.T) {
			tale := tale()
			var want []string
			for _, e := range tale.Events {
				if e.Type == engine.EventPlan {
					for i := range e.Plan.Steps {
						want = append(want, e.Plan.Steps[i].Title)
					}
				}
			}
			var got suites
			require.NoError(t, xml.Unmarshal(ci.JUnit(reportOf(tale)), &got))
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
	trouble := sts.Trouble{Reason: "Reason" + reporttest.Evil, Container: "nginx", Message: reporttest.Evil + cell}
	p := reporttest.CanaryPlan()
	p.Title += reporttest.Evil + cell
	tale := reporttest.NewTale(p).
		Tell(engine.Event{Type: engine.EventWarning, Message: reporttest.Evil + cell}).
		House().Step().
		Trouble(4, sts.StateStarting, trouble).
		End(engine.Outcome{
			Result: engine.Halted, Message: "web-4: " + trouble.String(), Pod: "web-4", Trouble: &trouble,
			Try: []hint.Hint{
				{Words: "resume", Kind: hint.Sts, Verb: "canary", Args: []string{"web"}, Path: reporttest.Evil + cell},
				hint.Words(reporttest.Evil + cell),
			},
		})
	r := reportOf(tale)
	junit, markdown := string(ci.JUnit(r)), ci.Markdown(r)

	reporttest.Harmless(t, junit)
	reporttest.Harmless(t, markdown)
	reporttest.Golden(t, "junit-hostile", junit)
	reporttest.Golden(t, "markdown-hostile", markdown)
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

func TestReportsOfClaims(t *testing.T) {
	p := &ci.Report{Command: "kubectl sts prune-pvc"}
	sink := p.Sink()
	sink.Handle(reporttest.BatchPlan(`4 claims to delete in namespace "default", 40Gi`, 4, 5, 6, 7))
	sink.Handle(reporttest.ClaimEvent(engine.ClaimEnd{Claim: reporttest.Orphan(4).Claim, Result: engine.ClaimDeleted}))
	sink.Handle(reporttest.ClaimEvent(engine.ClaimEnd{
		Claim: reporttest.Orphan(5).Claim, Result: engine.ClaimSkipped, Why: "pod web-5 mounts it",
	}))
	sink.Handle(reporttest.ClaimEvent(engine.ClaimEnd{
		Claim: reporttest.Orphan(6).Claim, Result: engine.ClaimFailed, Why: "not allowed to delete persistentvolumeclaims",
	}))
	sink.Handle(reporttest.ClaimEvent(engine.ClaimEnd{Claim: reporttest.Orphan(9).Claim, Result: engine.ClaimDeleted})) // not one of them
	p.Ended = ststest.Start.Add(3 * time.Second)
	p.End = engine.Outcome{Result: engine.Failed, Message: "1 claim deleted, 1 skipped, 1 failed, 1 not got to"}
	sink.Handle(engine.Event{Type: engine.EventOutcome, Time: p.Ended, Outcome: &p.End})

	reporttest.Golden(t, "junit-claims", string(ci.JUnit(p)))
	reporttest.Golden(t, "markdown-claims", ci.Markdown(p))

	none := &ci.Report{Command: "kubectl sts prune-pvc", End: engine.Outcome{Result: engine.Done, Message: "no claim"}}
	sink = none.Sink()
	sink.Handle(reporttest.BatchPlan("no claim"))
	sink.Handle(engine.Event{Type: engine.EventOutcome, Time: ststest.Start, Outcome: &none.End})
	reporttest.Golden(t, "markdown-claims-none", ci.Markdown(none))
}

// FuzzReports writes the reports of a run with any text in it.
func FuzzReports(f *testing.F) {
	for _, text := range reporttest.HostileTexts {
		f.Add(text)
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text string) {
		defer within.Input(t)()
		p := reportOf(reporttest.HostileTale(text))
		requireXML(t, ci.JUnit(p), report.Clean(text))

		markdown := ci.Markdown(p)
		fuzztest.Harmless(t, markdown)
		for i, line := range strings.Split(markdown, "\n") {
			if i > 0 {
				require.False(t, strings.HasPrefix(line, "#"), "a heading of its own: %q", line)
			}
			if strings.HasPrefix(line, "|") {
				require.Equal(t, 4, strings.Count(strings.ReplaceAll(unescaped(line), `\|`, ""), "|"), line)
			}
			if !strings.HasPrefix(line, "- ") { // a command stands there as it is
				require.NotContains(t, unescaped(line), "<")
				require.NotContains(t, strings.ReplaceAll(unescaped(line), "\\`", ""), "`")
				require.NotContains(t, strings.ReplaceAll(unescaped(line), `\[`, ""), "[")
			}
		}
	})
}

// unescaped is a line without its escaped backslashes, which escape nothing else.
func unescaped(line string) string { return strings.ReplaceAll(line, `\\`, "") }

// requireXML checks that it is XML as Jenkins and GitLab take it, and that the
// warning comes back as it was said.
func requireXML(t *testing.T, text []byte, warning string) {
	t.Helper()
	fuzztest.Harmless(t, string(text))
	var got struct {
		XMLName xml.Name `xml:"testsuites"`
		Tests   int      `xml:"tests,attr"`
		Suites  []struct {
			Tests int `xml:"tests,attr"`
			Cases []struct {
				Name string `xml:"name,attr"`
			} `xml:"testcase"`
			Err string `xml:"system-err"`
		} `xml:"testsuite"`
	}
	decoder := xml.NewDecoder(bytes.NewReader(text))
	require.NoError(t, decoder.Decode(&got), "%s", text)
	require.Equal(t, 4, got.Tests)
	require.Len(t, got.Suites, 1)
	require.Len(t, got.Suites[0].Cases, 4)
	// XML has no way to say these two, which are no characters.
	require.Equal(t, strings.NewReplacer("\ufffe", "\ufffd", "\uffff", "\ufffd").Replace(warning), got.Suites[0].Err)
}

func TestAHaltWithoutALogSaysWhy(t *testing.T) {
	o := reporttest.Crash()
	o.Evidence = &evidence.Evidence{Container: "nginx", Node: "node-1", NodeLost: o.Evidence.Since, NoLog: true}
	p := &ci.Report{Command: "kubectl sts canary", End: o}
	page := ci.Markdown(p)
	require.Contains(t, page, "- pod: web-4, container nginx, on node node-1, which is lost since 2030-01-02T03:02:35Z\n")
	require.Contains(t, page, "- log: forbidden to read (get pods/log)\n")
	require.NotContains(t, page, "- ended:")
}
