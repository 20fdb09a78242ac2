package canary

import (
	"fmt"
	"slices"
	"time"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Pace is how a run goes from gate to gate.
type Pace struct {
	Gate   plan.GateKind // empty to go on by itself
	Wanted bool          // the hold is what the user asked for
}

// Request is what a user wants of a canary.
type Request struct {
	// Template is the new pod template as the server would store it; nil
	// takes up the change that waits behind the partition.
	Template sts.Template
	Exact    bool     // it is, without a doubt: then a stranger's change shows
	Details  []string // what the template changes
	Cause    string   // for kubernetes.io/change-cause
	Run      string   // a fresh id
	Steps    operation.Steps
	Soak     time.Duration
	Given    Given
	Rollback bool
	Force    bool // go ahead with an unfinished rollout or unhealthy pods
	Retry    bool // go on with what has failed, and measure the same step anew
	Replace  bool // put the template in the place of the canary's in progress
	// ReplaceCommand is the command line that does so, empty when it is not known.
	ReplaceCommand string
	AtGate         bool      // an abort that a person at the run's own gate asks for
	Now            time.Time // of an abort
	// Order is for pods that the run deletes itself.
	Order     sts.Order
	IgnorePDB bool // go on whatever PodDisruptionBudgets say
	Pace      Pace
	Limits    plan.Limits
	// Command is how the user calls the plugin, with the flags that lead to
	// the same set: "kubectl sts -n prod".
	Command hint.Caller
	// Driver is the process that runs it, nil for one that leaves no word of itself.
	Driver *sts.Driver
	// Manager is the name for managedFields, empty for the plugin's own.
	Manager string
	// Other drives the operation in progress, or may do so; nil for nobody.
	Other *sts.Other
	// TakeOver goes on with what another process drives.
	TakeOver bool
}

// Given says which of these flags are on the command line. Their values do not tell:
// the user may have typed the default.
type Given struct{ Steps, Soak bool }

// command is a command line that the user can copy.
func (r Request) command(verb string, s sts.Snapshot, flags ...string) string {
	return r.Command.Sts(verb, append([]string{s.Name()}, flags...)...)
}

// recreate is the update strategy of KEP-3541, alpha in 1.37.
const recreate appsv1.StatefulSetUpdateStrategyType = "Recreate"

// refuse checks what no canary can be run on.
func refuse(s sts.Snapshot) *plan.Refusal {
	switch {
	case s.Set.DeletionTimestamp != nil:
		return &plan.Refusal{Why: fmt.Sprintf("statefulset %q is being deleted", s.Name())}
	case s.Strategy() == recreate:
		return &plan.Refusal{
			Why: fmt.Sprintf("statefulset %q has update strategy Recreate: its controller deletes all of its pods at once, "+
				"and no step can be held back", s.Name()),
			Try: []string{"change spec.updateStrategy.type to RollingUpdate or OnDelete"},
		}
	case s.Strategy() != appsv1.RollingUpdateStatefulSetStrategyType && !s.OnDelete():
		return &plan.Refusal{
			Why: fmt.Sprintf("statefulset %q has update strategy %q, which this kubectl-sts does not know", s.Name(), s.Strategy()),
			Try: []string{"change spec.updateStrategy.type to RollingUpdate, or use a newer kubectl-sts"},
		}
	case s.Replicas() == 0:
		return &plan.Refusal{
			Why: fmt.Sprintf("statefulset %q has zero replicas: there is no pod to try the change on", s.Name()),
			Try: []string{"scale it up first, or change the template directly"},
		}
	}
	return nil
}

// refusePods refuses an order about pods that there are not: with a slip of the
// finger there the leader would go first.
func refusePods(r Request, s sts.Snapshot) *plan.Refusal {
	for _, o := range r.Order.First {
		if o < s.Start() || o >= s.End() {
			return &plan.Refusal{
				Why: fmt.Sprintf("statefulset %q has no ordinal %d: it has %d to %d", s.Name(), o, s.Start(), s.End()-1),
			}
		}
	}
	if r.Order.Last != "" && !slices.ContainsFunc(s.Pods, r.Order.Keeps) {
		return &plan.Refusal{
			Why: fmt.Sprintf("no pod of statefulset %q has %s, so none would be kept for the end", s.Name(), r.Order.Last),
			Try: []string{"see the labels of the pods: " + r.Command.Kubectl("get", "pods", "--show-labels"), "or leave --last out"},
		}
	}
	return nil
}

// refuseOrder refuses an order where it is the controller that replaces pods.
func refuseOrder(r Request, s sts.Snapshot) *plan.Refusal {
	if r.Order.IsZero() {
		return nil
	}
	if s.OnDelete() {
		return refusePods(r, s)
	}
	return &plan.Refusal{
		Why: fmt.Sprintf("the controller of statefulset %q replaces its pods itself, the highest ordinal first: no other order can be had "+
			"with update strategy RollingUpdate", s.Name()),
		Try: []string{"leave --order and --last out, or change spec.updateStrategy.type to OnDelete"},
	}
}

// refuseUnsettled checks that the set is where its spec says, so that what
// goes wrong from here on is the canary's doing.
func refuseUnsettled(r Request, s sts.Snapshot, now time.Time) *plan.Refusal {
	return refuseUnless(r, s, Unsettled(s, now))
}

// refuseUnless refuses for this reason, if there is one.
func refuseUnless(r Request, s sts.Snapshot, why string) *plan.Refusal {
	if r.Force || why == "" {
		return nil
	}
	no := unsettled(r, s, why)
	no.Try = append(no.Try, "go ahead all the same with --force")
	return no
}

func unsettled(r Request, s sts.Snapshot, why string) *plan.Refusal {
	return &plan.Refusal{
		Why: fmt.Sprintf("statefulset %q is not settled: %s", s.Name(), why),
		Try: []string{"see what is the matter: " + r.command("status", s)},
	}
}

// Unsettled says why the set is not where its spec says, or "".
func Unsettled(s sts.Snapshot, now time.Time) string {
	progress := plan.PodsGood{From: s.Start()}.Check(s, now)
	if why := unsettledPods(s, progress); why != "" {
		return why
	}
	if !s.OnDelete() && s.Partition() == 0 && s.CurrentRevision() != s.UpdateRevision() {
		// Pods are there before the status says so. A template set now would
		// leave the revision before this one as the one to go back to.
		return "its controller has not ended the last rollout: status.currentRevision is still " + s.CurrentRevision()
	}
	return ""
}

func unsettledPods(s sts.Snapshot, progress plan.Progress) string {
	if progress.Waiting != "" {
		return "waiting for " + progress.Waiting
	}
	if stray := s.Stray(); len(stray) > 0 {
		return fmt.Sprintf("pod %s is outside of the wanted range and not gone yet", stray[0].Name)
	}
	var why, moving, old []string // what is the matter, before what waits for it
	for _, t := range progress.Pods {
		switch words := t.Pod + " is " + t.Says(); {
		case t.Good():
		case t.Trouble != nil:
			why = slices.Insert(why, 0, words)
		case t.State == sts.StateOld:
			old = append(old, words)
		default:
			moving = append(moving, words)
		}
	}
	why = slices.Concat(why, moving, old)
	switch len(why) {
	case 0:
		return ""
	case 1:
		return why[0]
	}
	return fmt.Sprintf("%s (and %d more)", why[0], len(why)-1)
}
