package operation

import (
	"maps"
	"slices"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Revisions are what the revisions of a set are to an operation that replaces pods.
type Revisions struct {
	Stable string // to tell the others from
	Before string // what that one is called
	After  string // what the one is called that the set wants
	// Returns says that it goes back: a pod is where it goes even if it was there before.
	Returns bool
}

// Revisions tell what is updated from what is not. An undo leaves what it began from.
func (r Rollout) Revisions() *Revisions {
	switch r.Verb {
	case VerbUndo:
		return &Revisions{Stable: r.Stable, Before: "left", After: "wanted", Returns: true}
	case VerbRestart:
		return &Revisions{Stable: r.Stable, Before: "stable", After: "restarted"}
	case VerbReplace:
		return &Revisions{Stable: r.Stable, Before: "stable", After: "wanted"}
	case VerbCanary:
	}
	return &Revisions{Stable: r.Stable, Before: "stable", After: "canary"}
}

// Revisions are none: a scale has none of its own.
func (r Scale) Revisions() *Revisions { return nil }

// Revisions are none: what waits goes to no pod.
func (r Hold) Revisions() *Revisions { return nil }

// Revisions are none: every pod stays at the one that it has.
func (r Recreate) Revisions() *Revisions { return nil }

// Facts are what a program reads of an operation besides its progress, by its kind.
type Facts struct {
	Rollout *RolloutFacts
	Scale   *ScaleFacts
}

// RolloutFacts are those of a canary, an undo, a restart or a replace.
type RolloutFacts struct {
	Verb     Verb
	Position Position
	Started  time.Time
	Aborting bool
}

// ScaleFacts are those of a scale that has more to do than to set replicas.
type ScaleFacts struct {
	From, To   int
	WhenScaled string   // to be set back, empty when it was left as it is
	Deletes    []string // claims
}

// Facts are how far it is, in pods.
func (r Rollout) Facts(s sts.Snapshot) Facts {
	return Facts{Rollout: &RolloutFacts{Verb: r.Verb, Position: r.Position(s), Started: r.Started, Aborting: r.Aborting}}
}

// Facts are what it has still to do.
func (r Scale) Facts(sts.Snapshot) Facts {
	return Facts{Scale: &ScaleFacts{
		From: r.From, To: r.To, WhenScaled: string(r.WhenScaled), Deletes: slices.Sorted(maps.Keys(r.Claims)),
	}}
}

// Facts are none: the progress tells all of it.
func (r Recreate) Facts(sts.Snapshot) Facts { return Facts{} }

// Facts are none: the progress tells all of it.
func (r Hold) Facts(sts.Snapshot) Facts { return Facts{} }
