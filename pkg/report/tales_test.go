package report_test

import (
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
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

// lastWords is what a pod tells that crashes for want of memory.
func lastWords() *sts.Evidence {
	ago := func(d time.Duration) *time.Time { at := ststest.Start.Add(-d); return &at }
	return &sts.Evidence{
		Container: "nginx", Image: "nginx:1.22", Node: "node-1", Since: ago(90 * time.Second), Restarts: 3,
		Exit:  &sts.Exit{Code: 137, Reason: "OOMKilled", At: ago(5 * time.Second), MemoryLimit: "128Mi"},
		Probe: "Readiness probe failed: dial tcp: connection refused", ProbeAt: ago(20 * time.Second),
		Log: []string{
			"*** FATAL CONFIG FILE ERROR ***", "the first of many words " + strings.Repeat("and more ", 30) + "and the last",
		},
		Previous: true,
	}
}

// crash is a halt with all that may be known.
func crash() engine.Outcome {
	loop := sts.Trouble{Reason: "OOMKilled", Container: "nginx", Message: "exit code 137 (OOMKilled), memory limit 128Mi, 3 restarts"}
	return engine.Outcome{
		Result: engine.Halted, Message: "web-4: " + loop.String(), Pod: "web-4", Trouble: &loop, Gate: gate,
		Images:   []sts.ImageChange{{Container: "nginx", From: "nginx:1.21", To: "nginx:1.22", Alone: true}},
		Safe:     "4 of 5 pods Available: web-0 … web-3 on nginx:1.21",
		Evidence: lastWords(),
		Try: []string{
			back, "see the whole log: kubectl logs web-4 -c nginx --previous", "look closer: kubectl describe pod web-4",
			"try again: kubectl sts canary web --retry",
		},
	}
}

// scaleTale is a run whose second command fails.
func scaleTale() *tale {
	hook := func(o int, message string) engine.Event {
		h := scalePlan().Steps[4-o].Before[0]
		return engine.Event{Type: engine.EventHook, Hook: &h, Message: message}
	}
	return newTale(scalePlan()).
		tell(hook(4, "")).tell(hook(4, "leaving\x1b[31m the ring")).
		step().pod(4, 0, 1, sts.StateTerminating, sts.StateGone).
		tell(engine.Event{Type: engine.EventStepDone}).
		tell(hook(3, "")).
		end(engine.Outcome{
			Result: engine.Halted, Message: "the command before web-3 goes: exit code 7", Replicas: ptr.To(4),
			Try: []string{"resume: kubectl sts scale web --replicas 3"},
		})
}

// refusal is the end of a command that never got to a plan.
func refusal() engine.Outcome {
	return engine.Outcome{
		Result: engine.Refused, Message: "a canary is in progress",
		Try: []string{"finish it: kubectl sts promote web --full", "or wait"},
	}
}

// opened is the set with a canary's first step open.
func opened() *appsv1.StatefulSet {
	return ststest.Set(ststest.Updating("nginx:1.22"), ststest.Partition(4))
}
