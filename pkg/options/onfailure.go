package options

import (
	"github.com/spf13/pflag"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// OnFailure is the value of --on-failure. The empty one means what the canary
// in progress was started with, and halt for a new one.
type OnFailure string

// The values of --on-failure.
const (
	Halt     OnFailure = "halt"
	Rollback OnFailure = "rollback"
)

// AddOnFailure adds --on-failure.
func AddOnFailure(flags *pflag.FlagSet, value *OnFailure) {
	flags.StringVar((*string)(value), "on-failure", "",
		`What to do when a step fails: "halt" leaves the gate where it is, "rollback" goes back to the stable revision `+
			`first. The exit code is 4 in both cases. The default is what the canary was started with, or else halt.`)
	TakesValues(flags, "on-failure", string(Halt), string(Rollback))
}

// Check rejects values that there are not.
func (f OnFailure) Check() error {
	switch f {
	case "", Halt, Rollback:
		return nil
	}
	return Usage(`--on-failure=%s: must be "halt" or "rollback"`, f)
}

// Rollback reports whether to go back when a step fails.
func (f OnFailure) Rollback(s sts.Snapshot) bool {
	return f == Rollback || f == "" && operation.WantsRollback(s)
}
