// Package engine decides what comes next when a plan runs.
//
// [Next] decides, purely: a write, a wait, a question, or the end. What a run
// knows besides its plan and the present snapshot is its [State]; what it tells is
// an [Event] to a [Sink], and at last an [Outcome], with the exit code that this
// comes to. The loop that runs plans is in the package loop below this one. Running a
// plan again skips what is already true; that is how a killed run goes on.
package engine
