// Package annotations has the names under which the plugin keeps things on objects, as
// users meet them. Tests spell them out: a name that changes is a record that an older
// plugin left and the next one does not find.
package annotations

// What the plugin leaves on a set, and what keeps a claim.
const (
	Own      = "kubectl-sts.github.io/" // what all of them begin with
	Rollout  = Own + "canary"           // the record of a canary, an undo, a restart or a replace
	Scale    = Own + "scale"            // the record of a scale
	Hold     = Own + "hold"             // the record of a hold
	Recreate = Own + "recreate"         // the record of a recreate, on the set that goes and on the one that comes
	Undone   = Own + "undone"           // what an undo leaves behind
	Keep     = Own + "keep"             // on a claim that nobody is to delete
)

// Saved is what the name of a ConfigMap begins with in which a set is written down; the
// name of the set follows.
const Saved = "kubectl-sts."

// Records are those that an operation leaves until it is over.
func Records() []string { return []string{Rollout, Scale, Hold, Recreate} }
