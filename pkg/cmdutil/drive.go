package cmdutil

import (
	"context"
	"time"

	"github.com/spf13/pflag"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// DriveFlags are the flags of verbs that replace pods: in which order, where
// that is not the controller's choice, and whether disruption budgets count.
type DriveFlags struct {
	Order     sts.Order // filled by Check
	IgnorePDB bool

	order, last string
}

// AddDriveFlags adds the flags.
func AddDriveFlags(flags *pflag.FlagSet, f *DriveFlags) {
	flags.StringVar(&f.order, "order", "",
		`In which order pods are deleted where the controller does not replace them (strategy OnDelete): "descending" (the default), `+
			`"ascending", or ordinals like 2,0,1, which come before all others.`)
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
	if f.Order, err = sts.ParseOrder(f.order, ""); err != nil {
		return Usage("--order: %w", err)
	}
	f.Order.Last = f.last
	if err := f.Order.Check(); err != nil {
		return Usage("--last: %w", err)
	}
	return nil
}

// Observation is for how long a verb waits for the controller to have seen the
// newest spec. It does within milliseconds, unless it is away or has much to do.
const Observation = 5 * time.Second

// Load reads the set, once its controller has seen the spec, and, unless they are
// to be ignored, the disruption budgets that cover it.
func (r *Runner) Load(ctx context.Context, name string, ignorePDB bool) (sts.Snapshot, kube.Manifest, error) {
	return r.load(ctx, name, ignorePDB, Observation)
}

// LoadAtOnce is Load without the wait for the controller, for a way back.
func (r *Runner) LoadAtOnce(ctx context.Context, name string, ignorePDB bool) (sts.Snapshot, error) {
	s, _, err := r.load(ctx, name, ignorePDB, 0)
	return s, err
}

func (r *Runner) load(ctx context.Context, name string, ignorePDB bool, within time.Duration) (sts.Snapshot, kube.Manifest, error) {
	r.Env.About(r.Client.Namespace, name)
	s, manifest, err := r.Client.LoadObserved(ctx, name, within)
	r.ignorePDB = ignorePDB
	if err == nil && !ignorePDB {
		s, err = r.budgets(ctx, s)
	}
	return s, manifest, err
}

// budgets adds the disruption budgets that cover the set. Not being allowed to
// read them is told, and is no reason to stop: the controller never asks them.
// Any other error is one: there may be budgets.
func (r *Runner) budgets(ctx context.Context, s sts.Snapshot) (sts.Snapshot, error) {
	with, err := r.Client.Budgets(ctx, s)
	if kube.Denied(err) {
		r.Warn("no PodDisruptionBudget is respected: " + err.Error())
		return s, nil
	}
	return with, err
}
