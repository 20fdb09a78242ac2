// Package verbtest is what the tests of the planners share that replace pods: a set
// and its records in many states, what a test asks of any verb, a plan in few lines,
// and a world in which plans run.
package verbtest

import (
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation/operationtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/abort"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/intent"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/restart"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/undo"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/podorder"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// Request is what a test asks of any verb: what a canary can be asked, and what only an
// abort can.
type Request struct {
	canary.Request
	AtGate bool
	Now    time.Time
}

// Ask takes up or goes on with what there is, in the default steps.
func Ask(changes ...func(*Request)) Request {
	r := Request{Request: canary.Request{
		Run: intent.Run{
			Caller: hint.NewCaller().In("prod"),
			Limits: plan.Limits{Patience: 30 * time.Second, StepTimeout: 10 * time.Minute, Timeout: time.Hour},
		},
		Start: intent.Start{ID: "RUN", Steps: operation.DefaultSteps(), Soak: time.Minute},
	}}
	for _, change := range changes {
		change(&r)
	}
	return r
}

// Canary is what a canary is asked.
func (r Request) Canary() canary.Request { return r.Request }

// Promotion is what a promotion is asked.
func (r Request) Promotion(full bool) canary.Promotion {
	return canary.Promotion{Run: r.Run, Resume: r.Resume, Full: full, Force: r.Force}
}

// Abort is what an abort is asked.
func (r Request) Abort() abort.Request {
	return abort.Request{Run: r.Run, AtGate: r.AtGate, Now: r.Now}
}

// Undo is what an undo is asked.
func (r Request) Undo() undo.Request {
	return undo.Request{Run: r.Run, Resume: r.Resume, Start: r.Start, Pace: r.Pace}
}

// Restart is what a restart is asked.
func (r Request) Restart() restart.Request {
	return restart.Request{
		Run: r.Run, Resume: r.Resume, ID: r.ID, Soak: r.Soak, SoakGiven: r.Given.Soak, Order: r.Order, Force: r.Force,
		Template: r.Template, Exact: r.Exact,
	}
}

// Image brings the template with this image.
func Image(name string) func(*Request) {
	return func(r *Request) { r.Template = ststest.Raw(name) }
}

// Steps has it go in these steps.
func Steps(list ...string) func(*Request) {
	return func(r *Request) { r.Steps = operationtest.Steps(list...) }
}

// AllAtOnce has it go in one step.
func AllAtOnce(r *Request) { r.Steps = operation.AllAtOnce() }

// Cause is for kubernetes.io/change-cause.
func Cause(text string) func(*Request) {
	return func(r *Request) { r.Cause = text }
}

// Ordered has pods deleted in this order.
func Ordered(o podorder.Order) func(*Request) { return func(r *Request) { r.Order = o } }

// Force goes ahead whatever the pods are like.
func Force(r *Request) { r.Force = true }

// Retry goes on with what has failed.
func Retry(r *Request) { r.Retry = true }

// Asking asks a person at each gate.
func Asking(r *Request) { r.Pace = intent.Pace{Gate: plan.GateAsk} }
