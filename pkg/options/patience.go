package options

import (
	"time"

	"github.com/spf13/pflag"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
)

// How long trouble may last before it counts, unless --patience says otherwise.
const (
	usualPatience = 30 * time.Second
	// placingPatience is what a cluster autoscaler or a provisioner needs.
	placingPatience = 5 * time.Minute
)

// patience is the value of --patience: one that is given is for all trouble.
type patience struct{ limits *plan.Limits }

// Set reads the flag's value.
func (p patience) Set(text string) error {
	d, err := time.ParseDuration(text)
	if err == nil {
		p.limits.Patience, p.limits.Placing = d, d
	}
	return err
}

// String is the usual patience.
func (p patience) String() string {
	if p.limits == nil {
		return ""
	}
	return p.limits.Patience.String()
}

// Type is what the help calls the value.
func (patience) Type() string { return "duration" }

// AddPatience adds --patience. what says what is given so long.
func AddPatience(flags *pflag.FlagSet, limits *plan.Limits, what string) {
	limits.Patience, limits.Placing = usualPatience, placingPatience
	flags.Var(patience{limits}, "patience", what+" Unless it is given, a pod that can't be scheduled, or whose claim "+
		"is not bound, has 5m: an autoscaler or a provisioner may still act.")
}
