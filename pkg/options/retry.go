package options

import "github.com/spf13/pflag"

// AddRetry adds --retry.
func AddRetry(flags *pflag.FlagSet, value *bool) {
	flags.BoolVar(value, "retry", false,
		"Go on although the last run failed: the step that it failed in is measured once more from its beginning. Without it that "+
			"is refused.")
}

// AddTakeOver adds --take-over.
func AddTakeOver(flags *pflag.FlagSet, value *bool) {
	flags.BoolVar(value, "take-over", false,
		"Go on although another process on this machine drives the same operation: that one stops. Without it that is refused.")
}
