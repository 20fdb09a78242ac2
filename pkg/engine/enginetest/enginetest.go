// Package enginetest has the plans and the sets that tests of the decision and of
// the loop around it begin with.
package enginetest

import (
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// Watchable waits for every pod, says hold when web-0 is on revision "held",
// and knows one command that helps.
type Watchable struct{ plan.PodsGood }

// Check says how far it is.
func (w Watchable) Check(s sts.Snapshot, now time.Time) plan.Progress {
	p := w.PodsGood.Check(s, now)
	p.Success = "all there"
	if pod, ok := s.Pod(0); ok && pod.Revision == "held" {
		p.Held = "up to you"
	}
	return p
}

// Help is the command that helps, which is no other try.
func (Watchable) Help(s sts.Snapshot, o engine.Outcome, _ time.Time) []hint.Hint {
	return []hint.Hint{hint.Words("help " + s.Name() + " " + o.Pod)}
}

// Watching is the plan of a watch.
func Watching(changes ...func(*plan.Plan)) plan.Plan {
	p := OneStep(func(p *plan.Plan) {
		p.Verb, p.ReadOnly, p.StepTimeout = "watch", true, 0
		p.Steps = []plan.Step{{Title: "watch", Until: Watchable{}}}
	})
	for _, change := range changes {
		change(&p)
	}
	return p
}

// Rolling is a set whose rollout has no gate.
func Rolling(changes ...func(*appsv1.StatefulSet)) *appsv1.StatefulSet {
	return ststest.Set(append([]func(*appsv1.StatefulSet){ststest.Updating("nginx:1.22"), ststest.Generation(3)}, changes...)...)
}

// ControllerSees is what is waited for after a change of the spec.
const ControllerSees = "the StatefulSet controller to see the change"

// How long the plans wait.
const (
	Patience    = 30 * time.Second
	StepTimeout = 10 * time.Minute
)

// TooLong is what a run says at a step's deadline.
const TooLong = "no progress for 10m0s"

// OnlyWeb4 is where most snapshots have the gate.
const OnlyWeb4 = "partition 4: only web-4 is updated"

// The commands that help.
var (
	ToGoOn   = hinttest.List("resume: kubectl sts canary web", "roll back: kubectl sts abort web")
	ToRetry  = hinttest.Trying(1, hinttest.List("roll back: kubectl sts abort web", "try again: kubectl sts canary web --retry"))
	ToGoNext = hinttest.List("the next step: kubectl sts promote web", "roll back: kubectl sts abort web")
)

// OneStep has one step, which updates web-4.
func OneStep(changes ...func(*plan.Plan)) plan.Plan {
	p := plan.Plan{
		Verb: "canary", Namespace: "default", Name: "web", UID: "web-uid", Record: ststest.CanaryRecord,
		Steps: []plan.Step{{
			Title: "update web-4", Number: 1, Of: 2, Change: plan.Partition(4), Until: plan.PodsGood{From: 4},
		}},
		Patience:    Patience,
		StepTimeout: StepTimeout,
		Resume:      hint.Plugin("", "canary", "web"),
		Promote:     hint.Plugin("", "promote", "web"),
		Abort:       hint.Plugin("", "abort", "web"),
		Watch:       hint.Plugin("", "watch", "web", "--follow"),
		Success:     "all is well",
	}
	for _, change := range changes {
		change(&p)
	}
	return plan.Identify(p)
}

// Step changes the plan's first step.
func Step(change func(*plan.Step)) func(*plan.Plan) {
	return func(p *plan.Plan) { change(&p.Steps[0]) }
}

// Soaked makes the first step hold for so long.
func Soaked(d time.Duration) func(*plan.Plan) {
	return Step(func(s *plan.Step) { s.Soak = d })
}

// Gated puts a gate behind the first step.
func Gated(g plan.Gate) func(*plan.Plan) {
	return Step(func(s *plan.Step) { s.Gate = &g })
}

// Returning makes the step one that takes every pod back to its revision.
func Returning(free *plan.Replace) func(*plan.Plan) {
	return Step(func(s *plan.Step) {
		*s = plan.Step{Title: "return the pods", Until: plan.PodsGood{}, Replace: free}
	})
}

// Parallel makes a set one whose controller goes in no order.
func Parallel(set *appsv1.StatefulSet) { set.Spec.PodManagementPolicy = appsv1.ParallelPodManagement }

// MinReady is for how long a pod has to be Ready.
func MinReady(seconds int32) func(*appsv1.StatefulSet) {
	return func(set *appsv1.StatefulSet) { set.Spec.MinReadySeconds = seconds }
}

// The gates.
var (
	AskGate  = plan.Gate{Kind: plan.GateAsk, Next: "web-3"}
	HoldGate = plan.Gate{Kind: plan.GateHold, Next: "web-3"}
)

// TwoSteps has a gate after the first step.
func TwoSteps(g plan.Gate) plan.Plan {
	return OneStep(Gated(g), func(p *plan.Plan) {
		p.Steps = append(p.Steps, plan.Step{
			Title: "update web-3", Number: 2, Of: 2, Change: plan.Partition(3), Until: plan.PodsGood{From: 3}, Gate: &g,
		})
	})
}

// Closing is a set whose pods are all to go back to Stable: the gate is closed again.
func Closing(changes ...func(*appsv1.StatefulSet)) *appsv1.StatefulSet {
	return ststest.Canary(append([]func(*appsv1.StatefulSet){ststest.Partition(5)}, changes...)...)
}

// Why a pod is deleted.
const (
	InTheWay = "it is not Ready, and the controller waits for it before it replaces any other"
	ItsTurn  = "so that it is recreated at revision " + ststest.Stable
)

// Later is a generation after the one that the run knows.
var Later = ststest.Generation(4)

// Soak is how long a step holds.
const Soak = time.Minute

// Budgeted is the snapshot with these numbers in the set's disruption budget.
func Budgeted(s sts.Snapshot, changes ...func(*policyv1.PodDisruptionBudget)) sts.Snapshot {
	return s.WithBudgets([]*policyv1.PodDisruptionBudget{ststest.Budget(changes...)})
}

// NoRoom is what is waited for where a budget allows no disruption.
const NoRoom = "PodDisruptionBudget quorum to let web-4 go: it wants 4 healthy, and 4 are"

// Observed is the set once its controller has seen the newest spec.
func Observed(s *workload.Set) *workload.Set {
	after := s.DeepCopy()
	after.Status.ObservedGeneration = s.Generation
	if after.Spec.Template.Spec.Containers[0].Image == "nginx:1.22" {
		after.Status.UpdateRevision = ststest.Update
	}
	return after
}

// Taken is the set after an edit, which its controller has not seen yet.
func Taken(before *workload.Set, e plan.Edit) *workload.Set {
	after := before.DeepCopy()
	after.Generation++
	after.ResourceVersion = fmt.Sprint(100 * after.Generation)
	after.Spec.Partition = ptr.Deref(e.Partition, after.Spec.Partition)
	after.Spec.Ordinals = after.Spec.Ordinals.Resized(ptr.Deref(e.Replicas, after.Spec.Ordinals.Len()))
	if e.Template != nil {
		typed, err := e.Template.Typed()
		if err != nil {
			panic(err)
		}
		after.Spec.Template = *typed
	}
	for key, value := range e.Annotations {
		metav1.SetMetaDataAnnotation(&after.ObjectMeta, key, ptr.Deref(value, ""))
		if value == nil {
			delete(after.Annotations, key)
		}
	}
	return after
}

// BackOff is a pod whose image is not pulled.
var BackOff = ststest.Waiting("ImagePullBackOff", "back-off")
