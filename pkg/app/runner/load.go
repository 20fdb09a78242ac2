package runner

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

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
	if r.feed == nil && !r.DryRun() && (r.Flags.Yes || !r.Env.Streams.Interactive()) {
		r.Client.WatchAhead(ctx) // nobody is asked, after whose answer it had to begin
	}
	s, manifest, err := r.Client.LoadObserved(ctx, name, within)
	r.ignorePDB = ignorePDB
	if err == nil && !ignorePDB {
		s, err = r.budgets(ctx, s)
	}
	return s, manifest, err
}

// ClaimWorld reads what else may want claims: the sets and pods of the namespace.
func (r *Runner) ClaimWorld(ctx context.Context) (claims.World, error) {
	world, err := r.Client.ClaimWorld(ctx, false)
	if err != nil {
		return claims.World{}, fmt.Errorf("what else wants these claims can't be told: %w", err)
	}
	return world, nil
}

// Optional takes a permission that is missing for a warning that begins with these words, and
// is said once in a run; any other error is one.
func (r *Runner) Optional(err error, words string) error {
	if err == nil || !kube.Denied(err) {
		return err
	}
	if words += err.Error(); !slices.Contains(r.said, words) {
		r.said = append(r.said, words)
		r.Warn(words)
	}
	return nil
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
