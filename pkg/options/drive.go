package options

import (
	"github.com/spf13/pflag"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/podorder"
)

// DriveFlags are the flags of verbs that replace pods: in which order, where
// that is not the controller's choice, and whether disruption budgets count.
type DriveFlags struct {
	Order     podorder.Order // filled by Check
	IgnorePDB bool

	order, last string
}

// AddDriveFlags adds the flags.
func AddDriveFlags(flags *pflag.FlagSet, f *DriveFlags) {
	flags.StringVar(&f.order, "order", "",
		`In which order pods are deleted where the controller does not replace them (strategy OnDelete): "descending" (the default), `+
			`"ascending", or ordinals like 2,0,1, which come before all others.`)
	TakesValues(flags, "order", "descending", "ascending")
	flags.StringVar(&f.last, "last", "",
		"A label selector for pods that come last, for instance role=primary. It is looked up again before each pod, so a leader "+
			"that moves is still last. With strategy OnDelete only.")
	AddIgnorePDB(flags, &f.IgnorePDB)
}

// AddIgnorePDB adds --ignore-pdb.
func AddIgnorePDB(flags *pflag.FlagSet, value *bool) {
	flags.BoolVar(value, "ignore-pdb", false,
		"Go on whatever the PodDisruptionBudgets say that cover the set. Without it each pod waits until they allow it.")
}

// Check reads the order.
func (f *DriveFlags) Check() error {
	var err error
	if f.Order, err = podorder.Parse(f.order, ""); err != nil {
		return Usage("--order: %w", err)
	}
	f.Order.Last = f.last
	if err := f.Order.Check(); err != nil {
		return Usage("--last: %w", err)
	}
	return nil
}
