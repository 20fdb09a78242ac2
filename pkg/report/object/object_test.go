package object_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/object"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/reporttest"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
	"github.com/kubectl-sts/kubectl-sts/test/schema"
)

func TestObjects(t *testing.T) {
	for name, tale := range reporttest.Tales {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			tale().To(object.NewSink(&out, report.JSON, hint.Caller{}))
			reporttest.Golden(t, "json-"+name, out.String())
		})
	}
}

func TestAScaleIsToldInObjects(t *testing.T) {
	var out strings.Builder
	reporttest.ScaleTale().To(object.NewSink(&out, report.JSON, hint.Caller{}))
	reporttest.Golden(t, "json-scale", out.String())
}

func TestObjectsInYAML(t *testing.T) {
	var out strings.Builder
	reporttest.Tales["halted"]().To(object.NewSink(&out, report.YAML, hint.Caller{}))
	reporttest.Golden(t, "yaml-halted", out.String())
}

func TestEveryEventIsOneObjectOnOneLine(t *testing.T) {
	for name, tale := range reporttest.Tales {
		t.Run(name, func(t *testing.T) {
			events := tale().Events
			var out bytes.Buffer
			tale().To(object.NewSink(&out, report.JSON, hint.Caller{}))

			lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
			require.Len(t, lines, len(events))
			for i, line := range lines {
				var got struct {
					Type        string
					Time        time.Time
					DryRun      string
					StatefulSet map[string]string
				}
				require.NoError(t, json.Unmarshal([]byte(line), &got), line)
				require.Equal(t, string(events[i].Type), got.Type)
				require.Equal(t, events[i].Time, got.Time)
				require.Equal(t, "none", got.DryRun)
				require.Equal(t, map[string]string{"namespace": "default", "name": "web"}, got.StatefulSet)
			}
		})
	}
}

// FuzzObjects tells a program about a run with any text in it: each line is an
// object as the schema has it, YAML says the same as JSON, and texts arrive clean.
func FuzzObjects(f *testing.F) {
	for _, text := range reporttest.HostileTexts {
		f.Add(text)
	}
	s, err := schema.Load(reporttest.SchemaFile)
	require.NoError(f, err)
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text string) {
		defer within.Input(t)()
		var lines, documents strings.Builder
		tale := reporttest.HostileTale(text)
		tale.To(object.NewSink(&lines, report.JSON, hint.Caller{}))
		tale.To(object.NewSink(&documents, report.YAML, hint.Caller{}))
		fuzztest.Harmless(t, lines.String())
		fuzztest.Harmless(t, documents.String())
		require.Empty(t, reporttest.Commands(lines.String()))
		objects := strings.Split(strings.TrimSuffix(lines.String(), "\n"), "\n")
		yamls := strings.Split(strings.TrimPrefix(documents.String(), "---\n"), "\n---\n")
		want := len(tale.Events)
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

func TestAnObjectIsNoCommandToGitHub(t *testing.T) {
	var out strings.Builder
	reporttest.NewTale(reporttest.CanaryPlan()).
		Tell(engine.Event{Type: engine.EventWarning, Message: "##[error]a"}).
		To(object.NewSink(&out, report.JSON, hint.Caller{}))
	require.NotContains(t, out.String(), "##[")
	require.Contains(t, out.String(), `#\u0023[error]a`)
}
