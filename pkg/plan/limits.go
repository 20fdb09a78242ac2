package plan

import "time"

// Limits are the waiting times of a run.
type Limits struct {
	Patience time.Duration
	// Placing is the patience with a pod that waits for a node or a volume, 0 for
	// the same as with all else.
	Placing     time.Duration
	StepTimeout time.Duration
	Timeout     time.Duration
}
