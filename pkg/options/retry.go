package options

import (
	"strings"

	"github.com/spf13/pflag"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
)

// AddRetry adds --retry.
func AddRetry(flags *pflag.FlagSet, value *bool) {
	flags.BoolVar(value, strings.TrimPrefix(plan.RetryFlag, "--"), false,
		"Go on although the last run failed: the step that it failed in is measured once more from its beginning. Without it that "+
			"is refused.")
}

// AddTakeOver adds --take-over.
func AddTakeOver(flags *pflag.FlagSet, value *bool) {
	flags.BoolVar(value, strings.TrimPrefix(plan.TakeOverFlag, "--"), false,
		"Go on although another process on this machine drives the same operation: that one stops. Without it that is refused.")
}

// AddRecord adds --record, for verbs that delete claims whose volumes stay.
func AddRecord(flags *pflag.FlagSet, dir *string) {
	flags.StringVar(dir, "record", "",
		"The folder for records of deleted claims whose volumes stay. The default is kubectl-sts/pruned in $XDG_STATE_HOME or "+
			"~/.local/state.")
}
