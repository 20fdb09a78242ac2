package replace

import "github.com/kubectl-sts/kubectl-sts/pkg/operation"

// kind is what the rollout of one verb differs in from that of another.
type kind struct {
	does, done string // to a pod
	counted    bool   // its steps have numbers even if there is only one
	// onePod says that the gate opens pod by pod: it is to end at the first pod that
	// does not come back, and the controller would go on with all that are let through.
	onePod bool
	// noted says that each move of the gate is noted in the record.
	noted bool
	// frees says that a pod which the controller would wait for without end is deleted.
	frees bool
}

var kinds = map[operation.Verb]kind{
	operation.VerbCanary:  {does: "update", done: "updated", counted: true, noted: true},
	operation.VerbUndo:    {does: "return", done: "back", frees: true},
	operation.VerbRestart: {does: "restart", done: "restarted", onePod: true, noted: true},
}

func (r Rollout) kind() kind { return kinds[r.Record.Verb] }
