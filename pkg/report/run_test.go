package report_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

const (
	gate = "partition 4: only web-4 is updated"
	on   = "resume: kubectl sts canary web"
	back = "roll back: kubectl sts abort web"
)

var pull = sts.Trouble{Reason: "ImagePullBackOff", Container: "nginx", Message: `Back-off pulling image "nginx:1.22"`}

// pulls is a run that halts because of it.
func pulls() engine.Outcome {
	return engine.Outcome{
		Result: engine.Halted, Message: "web-4: " + pull.String(), Pod: "web-4", Trouble: &pull, Gate: gate, Try: []string{on, back},
	}
}

// tales are runs, by the name of their golden files.
var tales = map[string]func() *tale{
	"canary": func() *tale {
		return newTale(canaryPlan()).
			tell(engine.Event{Type: engine.EventWarning, Message: "Argo CD manages statefulset web"}).
			house().
			step().updated(4, 1, 1).soak().
			tell(engine.Event{Type: engine.EventGate}).
			step().updated(3, 2, 5).updated(2, 3, 5).updated(1, 4, 5).updated(0, 5, 5).soak().
			house().
			end(engine.Outcome{Result: engine.Done, Message: "all 5 pods of web are updated and Available"})
	},
	"held": func() *tale {
		return newTale(canaryPlan()).house().step().updated(4, 1, 1).soak().
			end(engine.Outcome{
				Result: engine.Held, Message: "held after step 1 of 2; next: web-3, web-2, web-1, web-0", Gate: gate,
				Try: []string{"the next step: kubectl sts promote web", back}, Wanted: true,
			})
	},
	"halted": func() *tale {
		return newTale(canaryPlan()).house().step().
			pod(4, 0, 1, sts.StateTerminating, sts.StatePending).
			trouble(4, sts.StatePending, pull).
			end(pulls())
	},
	"halted-with-evidence": func() *tale {
		return newTale(canaryPlan()).house().step().
			pod(4, 0, 1, sts.StateTerminating, sts.StatePending).
			trouble(4, sts.StateStarting, *crash().Trouble).
			end(crash())
	},
	"undo-within-a-budget": func() *tale {
		const full = "PodDisruptionBudget quorum to let web-4 go: it wants 4 healthy, and 4 are"
		return newTale(undoPlan()).house().
			next().tell(engine.Event{Type: engine.EventWait, Message: full, Outside: true}).
			tell(engine.Event{Type: engine.EventChange, Change: plan.Partition(4)}).updated(4, 1, 1).
			next().tell(engine.Event{Type: engine.EventChange, Change: plan.Partition(0)}).soak().
			house().
			end(engine.Outcome{Result: engine.Done, Message: "all 5 pods of web are back and Available"})
	},
	"restart-held-up-by-a-budget": func() *tale {
		const full = "PodDisruptionBudget quorum to let web-3 go: it wants 4 healthy, and 4 are"
		return newTale(restartPlan()).house().next().
			tell(engine.Event{Type: engine.EventWait, Message: full, Want: 2, Outside: true}).
			tell(engine.Event{Type: engine.EventChange, Change: plan.DeletePod{
				Name: "web-3", UID: "web-3-uid", Version: "7", Why: "so that it is recreated",
			}}).
			updated(3, 1, 2).
			tell(engine.Event{Type: engine.EventWait, Message: strings.Replace(full, "3", "1", 1), Good: 1, Want: 2, Outside: true}).
			end(engine.Outcome{
				Result:  engine.Halted,
				Message: "no progress for 10m0s: still waiting for " + strings.Replace(full, "3", "1", 1),
				Gate:    "partition 0: every pod is updated", Open: true, Try: []string{"resume: kubectl sts restart web"},
			})
	},
	"rollback": func() *tale {
		after := pulls()
		after.Message, after.Gate, after.Try = after.Message+"; every pod is back on the stable revision", "", nil
		first := newTale(canaryPlan()).house().step().trouble(4, sts.StatePending, pull).end(pulls())
		second := newTale(abortPlan()).house().step().
			tell(engine.Event{Type: engine.EventChange, Change: plan.DeletePod{Name: "web-4", UID: "web-4-uid", Why: "it blocks"}}).
			updated(4, 5, 5).
			tell(engine.Event{Type: engine.EventStepDone}).
			end(engine.Outcome{Result: engine.Done, Message: "all 5 pods of web are back on revision web-stable and Available"})
		return first.then(second).end(after)
	},
	"drifted": func() *tale {
		return newTale(canaryPlan()).house().step().
			end(engine.Outcome{
				Result: engine.Drifted, Gate: gate, Try: []string{on, back},
				Message: "the replicas were changed from 5 to 7 by hpa at 03:04:09Z; nothing more is written",
			})
	},
	"interrupted": func() *tale {
		return newTale(canaryPlan()).house().step().
			end(engine.Outcome{Result: engine.Interrupted, Message: "interrupted", Gate: gate, Try: []string{on, back}})
	},
	"timed-out": func() *tale {
		return newTale(canaryPlan()).house().step().
			end(engine.Outcome{
				Result: engine.TimedOut, Gate: gate, Try: []string{on, back},
				Message: "not done after 30m0s, still waiting for web-4: running, not Ready",
			})
	},
	"failed-before-the-first-step": func() *tale {
		return newTale(canaryPlan()).
			tell(engine.Event{Type: engine.EventWarning, Message: "no answer from the API server; looking again in 500ms"}).
			end(engine.Outcome{Result: engine.Failed, Message: `not allowed to patch statefulsets.apps in namespace "default"`})
	},
	"aborted-at-the-gate": func() *tale {
		first := newTale(canaryPlan()).house().step().updated(4, 1, 1).soak().
			tell(engine.Event{Type: engine.EventGate}).
			end(engine.Outcome{Result: engine.AbortAsked, Message: "abort", Gate: gate, Try: []string{on, back}})
		return first.then(newTale(abortPlan()).house())
	},
}

func TestLines(t *testing.T) {
	for name, tale := range tales {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			tale().to(report.NewLines(&out, term.ColorNever, false))
			golden(t, "lines-"+name, out.String())
		})
	}
}

func TestLinesInColourSayTheSame(t *testing.T) {
	for name, tale := range tales {
		t.Run(name, func(t *testing.T) {
			var plain, coloured strings.Builder
			tale().to(report.NewLines(&plain, term.ColorNever, false))
			tale().to(report.NewLines(&coloured, term.ColorAlways, false))
			require.Contains(t, coloured.String(), "\x1b[")
			require.Equal(t, plain.String(), stripped(coloured.String()))
		})
	}
}

func TestQuietLinesLeaveOutTheFirstPlanOnly(t *testing.T) {
	var out strings.Builder
	tales["aborted-at-the-gate"]().to(report.NewLines(&out, term.ColorNever, true))
	golden(t, "lines-quiet", out.String())
}

func TestAWarningThatWasToldIsNotRepeated(t *testing.T) {
	var out strings.Builder
	lines := report.NewLines(&out, term.ColorNever, true, "known")
	for _, message := range []string{"known", "new"} {
		lines.Handle(engine.Event{Type: engine.EventWarning, Time: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC), Message: message})
	}
	require.Equal(t, "03:04:05Z warning: new\n", out.String())
}

func TestObjects(t *testing.T) {
	for name, tale := range tales {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			tale().to(report.NewObjects(&out, report.JSON))
			golden(t, "json-"+name, out.String())
		})
	}
}

func TestObjectsInYAML(t *testing.T) {
	var out strings.Builder
	tales["halted"]().to(report.NewObjects(&out, report.YAML))
	golden(t, "yaml-halted", out.String())
}

func TestEveryEventIsOneObjectOnOneLine(t *testing.T) {
	for name, tale := range tales {
		t.Run(name, func(t *testing.T) {
			events := tale().events
			var out bytes.Buffer
			tale().to(report.NewObjects(&out, report.JSON))

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
