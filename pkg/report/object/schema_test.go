package object_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/object"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/reporttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/test/schema"
)

// objectLines are lines of JSON of every kind: those of the golden files, and
// some that no golden file has.
func objectLines(t *testing.T) []string {
	t.Helper()
	var out strings.Builder
	for _, pattern := range []string{"json-*.golden", "*-json.golden"} {
		files, err := filepath.Glob(filepath.Join("..", "*", "testdata", pattern))
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			_, _ = out.Write(text)
		}
	}
	hook := &plan.Hook{Pod: "web-4", Command: "drain", Exec: true}
	standing := sts.PodProgress{Ordinal: 4, Pod: "web-4", State: sts.StateGone}
	tale := reporttest.NewTale(reporttest.CanaryPlan())
	for _, verb := range []string{"canary", "undo", "restart", "replace", "scale", "hold", "recreate"} { // all that leave a record
		tale.Tell(engine.Event{
			Type: engine.EventOperation, Message: verb, Operation: &plan.Operation{Verb: verb, Started: ststest.Start},
		})
	}
	tale.
		Tell(engine.Event{Type: engine.EventHook, Hook: hook}).
		Tell(engine.Event{Type: engine.EventHook, Hook: hook, Message: "drained"}).
		Tell(engine.Event{Type: engine.EventWait, Message: "web-4: gone", Pod: &standing, External: true}).
		Tell(engine.Event{Type: engine.EventWait}).
		Tell(engine.Event{Type: engine.EventCheck, Check: measuredCheck()}).
		Tell(engine.Event{Type: engine.EventCheck, Check: &check.Tally{Check: check.Check{Name: "p99"}, Last: measuredCheck().Last}}).
		Tell(engine.Event{
			Type: engine.EventWait, Message: "web-4: pending", Since: ststest.Start, Halts: ststest.Start, Until: ststest.Start,
		}).
		Tell(engine.Event{Type: engine.EventOperation, Message: "canary: step 1 of 3", Operation: &plan.Operation{
			Verb: "canary", Started: ststest.Start, Step: 1, Steps: 3, Aborting: true, Held: true, Failed: true,
			Driver: &note.Driver{User: "alice", Host: "ci-7", Process: 12, Since: ststest.Start},
		}}).
		To(object.NewSink(&out, report.JSON, hint.Caller{}))
	about, now := report.Subject{Namespace: "default", Name: "web"}, ststest.Start.Add(time.Second)
	object.WriteEnd(&out, report.JSON, hint.Caller{}, report.DryRunClient, about, now, reporttest.Refusal())
	misused := engine.Outcome{Result: engine.Misused, Message: "no"}
	object.WriteEnd(&out, report.JSON, hint.Caller{}, report.DryRunNone, report.Subject{}, now, misused)
	version := report.Build{GitVersion: "v1.2.3", GitCommit: "abc", GoVersion: "go1.26", Platform: "linux/amd64"}
	object.WriteVersion(&out, report.JSON, report.Version{Client: version, Server: &version, Now: now})
	// A golden file may have the story beside the objects.
	return slices.DeleteFunc(strings.Split(out.String(), "\n"), func(line string) bool { return !strings.HasPrefix(line, "{") })
}

// measuredCheck is a check with all that can be told of one.
func measuredCheck() *check.Tally {
	c := check.Check{Name: "p99", Kind: check.Prom, Rule: check.Standard()}
	reading := check.Reading{Pod: "web-4", Verdict: check.Fail, Value: ptr.To(0.31), Message: "0.31 > 1.2 * stable 0.19"}
	tally := check.NewTally(c).Add(check.Measurement{
		Check: "p99", At: ststest.Start, Reading: reading, Stable: ptr.To(0.19), StableAt: ststest.Start, Bound: "<= 1.2 * stable",
		Readings: []check.Reading{reading},
	})
	return &tally
}

func TestEveryKindOfObjectIsAsTheSchemaSays(t *testing.T) {
	s, err := schema.Load(reporttest.SchemaFile)
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, line := range objectLines(t) {
		kind, err := s.Check([]byte(line))
		require.NoError(t, err)
		seen[kind] = true
	}
	for _, kind := range s.Kinds() {
		require.True(t, seen[kind], "no object of kind %s was looked at", kind)
	}
	for _, event := range []engine.EventType{
		engine.EventPlan, engine.EventWarning, engine.EventStep, engine.EventChange, engine.EventHook, engine.EventLeader, engine.EventPod,
		engine.EventWait, engine.EventSoak, engine.EventCheck, engine.EventStepDone, engine.EventGate, engine.EventOutcome,
	} {
		require.True(t, seen[string(event)], event)
	}
}

// free are the objects whose fields are somebody else's to name.
var free = []string{"annotations", "template", "patch", "create"}

// grow adds a field to one object after another, at any depth, and calls try
// with each result.
func grow(value any, try func()) {
	switch value := value.(type) {
	case map[string]any:
		value["surprise"] = true
		try()
		delete(value, "surprise")
		for name, field := range value {
			if !slices.Contains(free, name) {
				grow(field, try)
			}
		}
	case []any:
		for _, item := range value {
			grow(item, try)
		}
	}
}

func TestAFieldThatTheSchemaDoesNotNameIsNoticed(t *testing.T) {
	s, err := schema.Load(reporttest.SchemaFile)
	require.NoError(t, err)
	for _, line := range objectLines(t) {
		var object map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &object))
		grow(object, func() {
			text, err := json.Marshal(object)
			require.NoError(t, err)
			_, err = s.Check(text)
			require.Error(t, err, "%s", text)
		})
	}
}

func TestAFieldThatTheSchemaWantsIsMissed(t *testing.T) {
	s, err := schema.Load(reporttest.SchemaFile)
	require.NoError(t, err)
	for _, line := range objectLines(t) {
		for _, name := range []string{"type", "time", "dryRun"} {
			var object map[string]any
			require.NoError(t, json.Unmarshal([]byte(line), &object))
			delete(object, name)
			text, err := json.Marshal(object)
			require.NoError(t, err)
			_, err = s.Check(text)
			require.Error(t, err, "%s", text)
		}
	}
}

// describes fails for a field that does not say what it is.
func describes(t *testing.T, path string, value any) {
	t.Helper()
	switch value := value.(type) {
	case map[string]any:
		if fields, ok := value["properties"].(map[string]any); ok {
			for name, field := range fields {
				field, ok := field.(map[string]any)
				require.True(t, ok)
				require.NotEmpty(t, field["description"], "%s.%s", path, name)
			}
		}
		for name, field := range value {
			describes(t, path+"."+name, field)
		}
	case []any:
		for _, item := range value {
			describes(t, path, item)
		}
	}
}

func TestEveryFieldOfTheSchemaIsDescribed(t *testing.T) {
	text, err := os.ReadFile(reporttest.SchemaFile)
	require.NoError(t, err)
	var document map[string]any
	require.NoError(t, json.Unmarshal(text, &document))
	describes(t, "", document)
}
