package app

import "github.com/kubectl-sts/kubectl-sts/pkg/engine"

// Ended is a run, or a look, that did not end in Done. What is to be said has
// been said; only the exit code is left.
type Ended struct{ Outcome engine.Outcome }

// Error is the outcome's sentence.
func (e *Ended) Error() string { return e.Outcome.Message }

// Result turns an outcome into what a verb returns: nil when all is done, or
// when the run was held where the user asked for it.
func Result(o engine.Outcome) error {
	if o.Result == engine.Done || o.Result == engine.Held && o.Wanted {
		return nil
	}
	return &Ended{o}
}
