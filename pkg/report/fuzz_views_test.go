package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/prune"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
	"github.com/kubectl-sts/kubectl-sts/test/schema"
)

// hostileTale is a run in which every text is this one.
func hostileTale(text string) *tale {
	trouble := sts.Trouble{Reason: text, Container: "nginx", Message: text}
	p := canaryPlan()
	p.Title, p.Details, p.Warnings, p.Diff = text, []string{text}, []string{text}, text
	p.Steps[1].Title = text
	hook := plan.Hook{Namespace: "default", Set: "web", Pod: "web-4", Command: text, Exec: true}
	p.Steps[1].Before = []plan.Hook{hook}
	return newTale(p).
		tell(engine.Event{Type: engine.EventWarning, Message: text}).
		house().step().
		tell(engine.Event{Type: engine.EventHook, Hook: &hook}).
		tell(engine.Event{Type: engine.EventHook, Hook: &hook, Message: text}).
		tell(engine.Event{Type: engine.EventWait, Message: text, Outside: true}).
		trouble(4, sts.StateStarting, trouble).
		tell(engine.Event{Type: engine.EventChange, Change: plan.DeletePod{Name: "web-4", Why: text}}).
		end(engine.Outcome{
			Result: engine.Halted, Message: "web-4: " + trouble.String(), Pod: "web-4", Trouble: &trouble, Gate: text,
			Try: []string{text, "resume: kubectl sts canary " + text},
		})
}

// FuzzLines tells a person about a run with any text in it.
func FuzzLines(f *testing.F) {
	for _, text := range hostileTexts {
		f.Add(text)
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text string) {
		defer within.Input(t)()
		var out strings.Builder
		tale := hostileTale(text)
		tale.to(report.NewLines(&out, term.ColorNever, false))
		report.Plan(&out, term.ColorNever, report.Human, report.DryRunClient, &tale.plan, ststest.Start)
		report.Say(&out, text)
		report.Danger(&out, term.ColorNever, text)
		fuzztest.Harmless(t, strings.ReplaceAll(out.String(), "\t", " ")) // within a diff
	})
}

// FuzzObjects tells a program about a run with any text in it: each line is an
// object as the schema has it, YAML says the same as JSON, and texts arrive clean.
func FuzzObjects(f *testing.F) {
	for _, text := range hostileTexts {
		f.Add(text)
	}
	s, err := schema.Load(schemaFile)
	require.NoError(f, err)
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text string) {
		defer within.Input(t)()
		var lines, documents strings.Builder
		tale := hostileTale(text)
		tale.to(report.NewObjects(&lines, report.JSON))
		tale.to(report.NewObjects(&documents, report.YAML))
		fuzztest.Harmless(t, lines.String())
		fuzztest.Harmless(t, documents.String())
		require.Empty(t, commands(lines.String()))
		objects := strings.Split(strings.TrimSuffix(lines.String(), "\n"), "\n")
		yamls := strings.Split(strings.TrimPrefix(documents.String(), "---\n"), "\n---\n")
		want := len(tale.events)
		if report.Clean(text) == "" {
			want-- // a warning that says nothing
		}
		require.Len(t, objects, want)
		require.Len(t, yamls, len(objects))
		for i, line := range objects {
			_, err := s.Check([]byte(line))
			require.NoError(t, err)
			fromYAML, err := yaml.YAMLToJSONStrict([]byte(yamls[i]))
			require.NoError(t, err, "%s", yamls[i])
			require.JSONEq(t, line, string(fromYAML))
			var object struct {
				Type    string
				Message *string
			}
			require.NoError(t, json.Unmarshal([]byte(line), &object))
			if object.Type == string(engine.EventWarning) {
				require.Equal(t, report.Clean(text), *object.Message)
			}
		}
	})
}

// FuzzReports writes the reports of a run with any text in it.
func FuzzReports(f *testing.F) {
	for _, text := range hostileTexts {
		f.Add(text)
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text string) {
		defer within.Input(t)()
		p := hostileTale(text).protocol()
		requireXML(t, report.JUnit(p), report.Clean(text))

		markdown := report.Markdown(p)
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

// FuzzStatus shows a set, its history and its claims with any text in them.
func FuzzStatus(f *testing.F) {
	for _, text := range hostileTexts {
		f.Add(text)
	}
	s, err := schema.Load(schemaFile)
	require.NoError(f, err)
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text string) {
		defer within.Input(t)()
		bad := ststest.Pod(4, ststest.Revision("rev"+text), ststest.Waiting(text, text), func(pod *corev1.Pod) { pod.Spec.NodeName = text })
		st := status(ststest.Snapshot(opened(), ststest.Pods(0, 4), []*corev1.Pod{bad}), inCanary, halted(text, text))
		rolloutOf(&st).Stable, st.Snapshot.Set.Status.UpdateRevision = text, text
		st.Snapshot.FailedCreates = map[string]sts.FailedCreate{"web-3": {Message: text, At: ststest.Start}}
		h := past(opened(), append(ststest.Pods(0, 4), bad), nil, made(ststest.Stable, "nginx:1.21", 1, time.Hour, text), withImage(text))
		v := orphan(4, func(v *claims.Verdict) {
			v.Claim.Name, v.Claim.Class, v.Claim.Volume, v.Reason, v.Set, v.Template = text, text, text, text, text, text
		})
		list := listed(v)
		list.ShowKept, list.AllNamespaces = true, true

		var human strings.Builder
		report.PrintStatus(&human, term.ColorNever, report.Human, st)
		_, _ = human.WriteString(both(term.ColorNever, h))
		report.PrintClaims(&human, term.ColorNever, report.Wide, list)
		report.PrintClaims(&human, term.ColorNever, report.Name, list)
		p := pruning(&human, &human, report.Human)
		p.Handle(prune.Event{Verdict: v, Result: prune.Failed, Why: text})
		p.End(prune.Summary{Stopped: []string{text}}, text, text)
		fuzztest.Harmless(t, human.String())

		var objects strings.Builder
		report.PrintStatus(&objects, term.ColorNever, report.JSON, st)
		report.PrintHistory(&objects, term.ColorNever, report.JSON, h)
		report.PrintClaims(&objects, term.ColorNever, report.JSON, list)
		fuzztest.Harmless(t, objects.String())
		for line := range strings.Lines(objects.String()) {
			_, err := s.Check([]byte(line))
			require.NoError(t, err)
		}
	})
}
