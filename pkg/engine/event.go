package engine

import (
	"iter"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/writeback"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/evidence"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// EventType is what an event tells.
type EventType string

// The events of a run, roughly in the order in which they come.
const (
	EventPlan     EventType = "plan"     // what is about to happen
	EventWarning  EventType = "warning"  // something to know, nothing to stop for
	EventStep     EventType = "step"     // a step began
	EventChange   EventType = "change"   // a write was sent and taken
	EventHook     EventType = "hook"     // a command for a pod began, or said something
	EventLeader   EventType = "leader"   // the pods say that another one leads
	EventPod      EventType = "pod"      // a pod moved on, or got into trouble
	EventWait     EventType = "wait"     // what the run waits for changed, or has not for a while
	EventSoak     EventType = "soak"     // the step holds; it must go on holding
	EventCheck    EventType = "check"    // a check was measured
	EventStepDone EventType = "stepDone" // the step is over, its gate comes next
	EventGate     EventType = "gate"     // a person is asked
	EventAnswer   EventType = "answer"   // they have answered
	EventClaim    EventType = "claim"    // a batch is through with one of its claims
	EventResize   EventType = "resize"   // a claim got further on the way to another size, or into trouble
	EventOutcome  EventType = "outcome"  // how the run ended; always the last
	// EventOperation tells whoever only looks on how far an operation is.
	EventOperation EventType = "operation"
)

// Event is one thing that happened. The fields that don't apply are zero.
type Event struct {
	Type   EventType
	Time   time.Time
	Plan   *plan.Plan
	Step   *plan.Step
	Change plan.Change
	Hook   *plan.Hook
	Pod    *sts.PodProgress // what the event is about, also what a wait is for
	Good   int              // of Want pods
	Want   int
	Until  time.Time // when the soak ends, or a wait by itself
	// Check is a check of the step as it stands after its last measurement.
	Check *check.Tally
	// Since is since when it has been waited for; zero where that has just begun.
	Since time.Time
	// Halts is when the run ends because of the wait, as things are; zero for never.
	Halts time.Time
	// Operation is what somebody else has in progress.
	Operation *plan.Operation
	External  bool // the wait is neither for the controller nor for a pod: somebody may have to act
	Message   string
	Reason    string // of the trouble or the failure that a wait tells of, in one word; empty for none
	Outcome   *Outcome
	// Batch are the steps of a plan whose steps are too many to be held: each is made
	// when it is come to. Nil for other plans, and where they can't be gone through.
	Batch iter.Seq[plan.Step]
	// Resize is how far a claim is on the way to another size.
	Resize *plan.ClaimProgress
	// Claim is what became of a claim of a batch; Step is its deletion.
	Claim *ClaimEnd
}

// ClaimResult is what became of a claim of a batch.
type ClaimResult string

// The results of claims.
const (
	ClaimDeleted ClaimResult = "deleted"
	ClaimSkipped ClaimResult = "skipped" // something spoke for it just before
	ClaimFailed  ClaimResult = "failed"
	ClaimLeft    ClaimResult = "left" // not got to
)

// ClaimEnd is what became of one claim of a batch.
type ClaimEnd struct {
	Claim   storage.Claim
	Result  ClaimResult
	Why     string // of all but ClaimDeleted
	Stopped bool   // skipped because its set was changed
	// Retained reports whether the volume outlives the claim, with its data.
	Retained bool
	// Restorable reports whether there is a record to restore it from.
	Restorable bool
}

// ClaimCounts are how many claims of a batch came to what.
type ClaimCounts struct {
	Deleted, Skipped, Failed, Left int
	// Retained counts those of Deleted whose volumes exist still, Recorded those that
	// can be restored.
	Retained, Recorded int
	// Stopped says for each set that was changed meanwhile what has changed.
	Stopped []string
}

// Sink is told every event, in order, by the one goroutine that owns the run.
type Sink interface {
	Handle(Event)
}

// Viewer is a Sink that also wants to see the set itself: the snapshot that
// the run begins with, and each new one.
type Viewer interface {
	View(s sts.Snapshot, now time.Time)
}

// Result is how a run ended.
type Result string

// The results; the exit codes follow from them.
const (
	Done        Result = "done"
	Held        Result = "held"        // waits for promote
	AbortAsked  Result = "abort"       // a person answered abort at a gate
	Halted      Result = "halted"      // trouble, or a broken soak
	Drifted     Result = "drifted"     // someone else changed what the plan set
	TimedOut    Result = "timedOut"    // the whole run took too long
	Interrupted Result = "interrupted" // ctrl-C
	Failed      Result = "failed"      // the API server or the machine said no
)

// The results of what never got to be a run.
const (
	Refused Result = "refused" // a safeguard or a person said no: nothing was written
	Misused Result = "usage"   // the command line is wrong
)

// Rollback is how the way back after a failed step ended.
type Rollback string

// The ends of a rollback.
const (
	RollbackDone   Rollback = "done"
	RollbackFailed Rollback = "failed"
)

// Outcome is how a run ended and what to do about it.
type Outcome struct {
	Result  Result
	Message string       // one sentence
	Detail  string       // that sentence where the result stands before it, empty where it is the same
	Pod     string       // the pod that it is about, if any
	Trouble *sts.Trouble // why the pod does not get there, if that is it
	Reason  string       // that of a failure that it tells of, in one word; empty for none
	Step    *plan.Step   // the step that it ended in, nil before the first
	Gate    string       // where the gate was left, in words
	Open    bool         // the gate holds no pod back
	Unsure  bool         // a write got no answer, so the gate may be elsewhere
	// Replicas are what a run that changes them left, nil for other runs.
	Replicas *int
	Try      []hint.Hint // what helps
	// Claims are what a batch came to, nil for other runs, and Receipts is the file
	// that its claims can be restored from, empty for none.
	Claims   *ClaimCounts
	Receipts string
	Wanted   bool // a hold that was asked for
	// Commits are what is to be changed in a source, or somebody puts the old value back.
	Commits []writeback.Commit
	// Cancelled says that the person was asked and said no.
	Cancelled bool
	Err       error // the cause of Failed
	// Rollback says whether the way back to the stable revision got there, after a
	// step that failed; empty where there was none to go.
	Rollback Rollback
	// Images, Safe and Evidence are for a run that halted: what happens to which
	// image, which pods serve all the same, and what the pod tells, nil where that
	// is nothing.
	Images   []podtemplate.ImageChange
	Safe     string
	Evidence *evidence.Evidence
}

// Helper is a Condition that knows which commands help when the run ends in
// its step. A plan that is ReadOnly asks it: there is no run to go on with.
type Helper interface {
	Help(s sts.Snapshot, o Outcome, now time.Time) []hint.Hint
}

// help adds the commands that help to an end that did not come by itself.
func (n *next) help(o *Outcome) {
	if o == nil || !n.p.ReadOnly || !n.st.Follows(n.p, n.s) || n.st.step >= len(n.p.Steps) {
		return
	}
	switch o.Result {
	case Halted, Held, TimedOut:
		if h, ok := n.p.Steps[n.st.step].Until.(Helper); ok {
			o.Try = h.Help(n.s, *o, n.now)
		}
	}
}
