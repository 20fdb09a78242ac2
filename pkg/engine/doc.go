// Package engine runs plans.
//
// [Next] decides, purely, what comes next: a write, a wait, a question, or the
// end. [Engine.Run] is the loop around it: one goroutine that owns the [State],
// feeds snapshots to Next, applies what it decides and tells the [Sink],
// synchronously. Running a plan again skips what is already true; that is how a
// killed run goes on.
package engine
