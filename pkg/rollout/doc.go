// Package rollout is the engine that runs plans.
//
// A verb writes a [Plan], a list of steps that are plain data. [Next] decides,
// purely, what comes next: a write, a wait, a question, or the end. [Run] is
// the loop around it: one goroutine that owns the [State], feeds snapshots to
// Next, applies what it decides and tells the [Sink], synchronously. Running a
// plan again skips what is already true; that is how a killed run goes on.
package rollout
