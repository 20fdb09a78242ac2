package verdict

import (
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
)

// State is a verdict in a word or two.
type State string

// The states. A set that is held waits for somebody; one that is in progress
// gets there by itself.
const (
	StateSettled    State = "settled"
	StateInProgress State = "in progress"
	StateHeld       State = "held"
	StateTrouble    State = "in trouble"
	StateFailed     State = "failed"
)

// State tells the two kinds of Held apart.
func (v Verdict) State() State {
	if v.Failed != nil {
		return StateFailed
	}
	switch v.Result {
	case engine.Done:
		return StateSettled
	case engine.Held:
		if v.Moving {
			return StateInProgress
		}
		return StateHeld
	}
	return StateTrouble
}
