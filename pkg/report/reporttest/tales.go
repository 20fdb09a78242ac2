package reporttest

import (
	"fmt"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/writeback"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/evidence"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/field"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// Where the runs are left that do not get through, and what helps.
const (
	Gate     = "partition 4: only web-4 is updated"
	Resume   = "resume: kubectl sts canary web"
	RollBack = "roll back: kubectl sts abort web"
)

var pull = sts.Trouble{Reason: "ImagePullBackOff", Container: "nginx", Message: `Back-off pulling image "nginx:1.22"`}

// Pulls is a run that halts because of it.
func Pulls() engine.Outcome {
	return engine.Outcome{
		Result: engine.Halted, Message: "web-4: " + pull.String(), Pod: "web-4", Trouble: &pull,
		Gate: Gate, Try: hinttest.List(Resume, RollBack),
	}
}

// Tales are runs, by the name of their golden files.
var Tales = map[string]func() *Tale{
	"canary": func() *Tale {
		return NewTale(CanaryPlan()).
			Tell(engine.Event{Type: engine.EventWarning, Message: "Argo CD manages statefulset web"}).
			House().
			Step().Updated(4, 1, 1).Soak().
			Tell(engine.Event{Type: engine.EventGate}).
			Step().Updated(3, 2, 5).Updated(2, 3, 5).Updated(1, 4, 5).Updated(0, 5, 5).Soak().
			House().
			End(engine.Outcome{Result: engine.Done, Message: "all 5 pods of web are updated and Available"})
	},
	"held": func() *Tale {
		return NewTale(CanaryPlan()).House().Step().Updated(4, 1, 1).Soak().
			End(engine.Outcome{
				Result: engine.Held, Message: "held after step 1 of 2; next: web-3, web-2, web-1, web-0",
				Detail: "after step 1 of 2; next: web-3, web-2, web-1, web-0", Gate: Gate,
				Try: hinttest.List("the next step: kubectl sts promote web", RollBack), Wanted: true,
			})
	},
	"halted": func() *Tale {
		return NewTale(CanaryPlan()).House().Step().
			Pod(4, 0, 1, sts.StateTerminating, sts.StatePending).
			Trouble(4, sts.StatePending, pull).
			End(Pulls())
	},
	"halted-with-evidence": func() *Tale {
		return NewTale(CanaryPlan()).House().Step().
			Pod(4, 0, 1, sts.StateTerminating, sts.StatePending).
			Trouble(4, sts.StateStarting, *Crash().Trouble).
			End(Crash())
	},
	"reconciled": func() *Tale {
		p := ReconciledPlan()
		return NewTale(p).Tell(engine.Event{Type: engine.EventWarning, Message: p.Warnings[0]}).House().Step().Updated(4, 1, 1).Soak().
			Tell(engine.Event{
				Type: engine.EventChange, Change: plan.Give{To: "helm", Fields: []field.Path{field.Names("spec", "replicas")}},
			}).
			End(engine.Outcome{
				Result: engine.Done, Message: "all 5 pods of web are updated and Available", Commits: writeback.Commits(p.Reconcilers),
			})
	},
	"undo-within-a-budget": func() *Tale {
		const full = "PodDisruptionBudget quorum to let web-4 go: it wants 4 healthy, and 4 are"
		return NewTale(UndoPlan()).House().
			Next().Tell(engine.Event{Type: engine.EventWait, Message: full, External: true}).
			Tell(engine.Event{Type: engine.EventChange, Change: plan.Partition(4)}).Updated(4, 1, 1).
			Next().Tell(engine.Event{Type: engine.EventChange, Change: plan.Partition(0)}).Soak().
			House().
			End(engine.Outcome{Result: engine.Done, Message: "all 5 pods of web are back and Available"})
	},
	"restart-held-up-by-a-budget": func() *Tale {
		const full = "PodDisruptionBudget quorum to let web-3 go: it wants 4 healthy, and 4 are"
		return NewTale(RestartPlan()).House().Next().
			Tell(engine.Event{Type: engine.EventWait, Message: full, Want: 2, External: true}).
			Tell(engine.Event{Type: engine.EventChange, Change: plan.DeletePod{
				Name: "web-3", UID: "web-3-uid", Version: "7", Why: "so that it is recreated",
			}}).
			Updated(3, 1, 2).
			Tell(engine.Event{Type: engine.EventWait, Message: strings.Replace(full, "3", "1", 1), Good: 1, Want: 2, External: true}).
			End(engine.Outcome{
				Result:  engine.Halted,
				Message: "no progress for 10m0s: still waiting for " + strings.Replace(full, "3", "1", 1),
				Gate:    "partition 0: every pod is updated", Open: true, Try: hinttest.List("resume: kubectl sts restart web"),
			})
	},
	"rollback": func() *Tale {
		after := Pulls()
		after.Message, after.Gate, after.Try = after.Message+"; every pod is back on the stable revision", "", nil
		first := NewTale(CanaryPlan()).House().Step().Trouble(4, sts.StatePending, pull).End(Pulls())
		second := NewTale(AbortPlan()).House().Step().
			Tell(engine.Event{Type: engine.EventChange, Change: plan.DeletePod{Name: "web-4", UID: "web-4-uid", Why: "it blocks"}}).
			Updated(4, 5, 5).
			Tell(engine.Event{Type: engine.EventStepDone}).
			End(engine.Outcome{Result: engine.Done, Message: "all 5 pods of web are back on revision web-stable and Available"})
		return first.Then(second).End(after)
	},
	"drifted": func() *Tale {
		return NewTale(CanaryPlan()).House().Step().
			End(engine.Outcome{
				Result: engine.Drifted, Gate: Gate, Try: hinttest.List(Resume, RollBack),
				Message: "the replicas were changed from 5 to 7 by hpa at 03:04:09Z; nothing more is written",
			})
	},
	"interrupted": func() *Tale {
		return NewTale(CanaryPlan()).House().Step().
			End(engine.Outcome{Result: engine.Interrupted, Message: "interrupted", Gate: Gate, Try: hinttest.List(Resume, RollBack)})
	},
	"timed-out": func() *Tale {
		return NewTale(CanaryPlan()).House().Step().
			End(engine.Outcome{
				Result: engine.TimedOut, Gate: Gate, Try: hinttest.List(Resume, RollBack),
				Message: "not done after 30m0s, still waiting for web-4: running, not Ready",
			})
	},
	"failed-before-the-first-step": func() *Tale {
		return NewTale(CanaryPlan()).
			Tell(engine.Event{Type: engine.EventWarning, Message: "no answer from the API server; looking again in 500ms"}).
			End(engine.Outcome{Result: engine.Failed, Message: `not allowed to patch statefulsets.apps in namespace "default"`})
	},
	"resize": func() *Tale {
		at := func(o int, stage storage.ResizeStage, has, reason, message string) *plan.ClaimProgress {
			return &plan.ClaimProgress{
				Name: fmt.Sprintf("data-web-%d", o), Ordinal: o, Has: has, Wants: "20Gi", Stage: stage, Reason: reason, Message: message,
			}
		}
		tell := func(t *Tale, good int, c *plan.ClaimProgress) {
			t.Tell(engine.Event{Type: engine.EventResize, Resize: c, Good: good, Want: 3})
		}
		t := NewTale(ResizePlan()).Step()
		tell(t, 0, at(4, storage.ResizeAsked, "10Gi", "", ""))
		tell(t, 0, at(4, storage.ResizeController, "10Gi", "ControllerResizeInProgress", ""))
		tell(t, 0, at(4, storage.ResizeNode, "10Gi", "FileSystemResizePending", ""))
		tell(t, 1, at(4, storage.ResizeDone, "20Gi", "", ""))
		t.Tell(engine.Event{Type: engine.EventStepDone}).Step().Step()
		modified := at(4, storage.ResizeController, "20Gi", "ModifyVolumeInProgress", "")
		modified.Modifies, modified.HasAttributes, modified.WantsAttributes = true, "silver", "gold"
		tell(t, 0, modified)
		modified = at(4, storage.ResizeDone, "20Gi", "", "")
		modified.HasAttributes, modified.WantsAttributes = "gold", "gold"
		tell(t, 1, modified)
		tell(t, 1, at(3, storage.ResizeFailing, "10Gi", "ControllerResizeError", "no\x1b[31m room"))
		stuck := at(2, storage.ResizeInfeasible, "10Gi", "ControllerResizeInfeasible", "")
		tell(t, 1, stuck)
		return t.End(engine.Outcome{
			Result: engine.Halted, Message: stuck.Says(), Reason: stuck.Reason, Try: hinttest.List(
				"see what the driver says: kubectl describe pvc data-web-2",
				"try again: kubectl sts resize web --size data=20Gi --claims-only",
			),
		})
	},
	"recreate":                        recreated,
	"recreate-of-another-revision":    recreatedOtherwise,
	"recreate-interrupted-in-the-gap": recreateInterrupted,
	"aborted-at-the-gate": func() *Tale {
		first := NewTale(CanaryPlan()).House().Step().Updated(4, 1, 1).Soak().
			Tell(engine.Event{Type: engine.EventGate}).
			End(engine.Outcome{Result: engine.AbortAsked, Message: "abort", Gate: Gate, Try: hinttest.List(Resume, RollBack)})
		return first.Then(NewTale(AbortPlan()).House())
	},
}

// LastWords is what a pod tells that crashes for want of memory.
func LastWords() *evidence.Evidence {
	ago := func(d time.Duration) *time.Time { at := ststest.Start.Add(-d); return &at }
	return &evidence.Evidence{
		Container: "nginx", Image: "nginx:1.22", Node: "node-1", Since: ago(90 * time.Second), Restarts: 3,
		Exit:  &evidence.Exit{Code: 137, Reason: "OOMKilled", At: ago(5 * time.Second), MemoryLimit: "128Mi"},
		Probe: "Readiness probe failed: dial tcp: connection refused", ProbeAt: ago(20 * time.Second),
		Log: []string{
			"*** FATAL CONFIG FILE ERROR ***", "the first of many words " + strings.Repeat("and more ", 30) + "and the last",
		},
		Previous: true,
	}
}

// Crash is a halt with all that may be known.
func Crash() engine.Outcome {
	loop := sts.Trouble{Reason: "OOMKilled", Container: "nginx", Message: "exit code 137 (OOMKilled), memory limit 128Mi, 3 restarts"}
	return engine.Outcome{
		Result: engine.Halted, Message: "web-4: " + loop.String(), Pod: "web-4", Trouble: &loop, Gate: Gate,
		Images:   []podtemplate.ImageChange{{Container: "nginx", From: "nginx:1.21", To: "nginx:1.22", Alone: true}},
		Safe:     "4 of 5 pods Available: web-0 … web-3 on nginx:1.21",
		Evidence: LastWords(),
		Try: hinttest.List(
			RollBack, "see the whole log: kubectl logs web-4 -c nginx --previous", "look closer: kubectl describe pod web-4",
			"try again: kubectl sts canary web --retry",
		),
	}
}

// ScaleTale is a run whose second command fails.
func ScaleTale() *Tale {
	hook := func(o int, message string) engine.Event {
		h := ScalePlan().Steps[4-o].Before[0]
		return engine.Event{Type: engine.EventHook, Hook: &h, Message: message}
	}
	return NewTale(ScalePlan()).
		Tell(engine.Event{Type: engine.EventLeader, Message: "web-0 leads"}).
		Tell(hook(4, "")).Tell(hook(4, "leaving\x1b[31m the ring")).
		Step().Pod(4, 0, 1, sts.StateTerminating, sts.StateGone).
		Tell(engine.Event{Type: engine.EventStepDone}).
		Tell(hook(3, "")).
		End(engine.Outcome{
			Result: engine.Halted, Message: "the command before web-3 goes: exit code 7", Replicas: ptr.To(4),
			Try: hinttest.List("resume: kubectl sts scale web --replicas 3"),
		})
}

// Refusal is the end of a command that never got to a plan.
func Refusal() engine.Outcome {
	return engine.Outcome{
		Result: engine.Refused, Message: "a canary is in progress",
		Try: hinttest.List("finish it: kubectl sts promote web --full", "or wait"),
	}
}

// Opened is the set with a canary's first step open.
func Opened() *appsv1.StatefulSet {
	return ststest.Set(ststest.Updating("nginx:1.22"), ststest.Partition(4))
}
