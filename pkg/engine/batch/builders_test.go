package batch_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/batch"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	planner "github.com/kubectl-sts/kubectl-sts/pkg/planner/prunepvc"
	"github.com/kubectl-sts/kubectl-sts/pkg/receipt"
	"github.com/kubectl-sts/kubectl-sts/pkg/receipt/receipttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// set is a settled set in a namespace with template data.
func set(namespace, name string, replicas int32) sts.Snapshot {
	s := ststest.Set(ststest.Replicas(replicas))
	s.Namespace, s.Name, s.UID, s.Status.Replicas = namespace, name, types.UID(namespace+name), replicas
	s.Spec.VolumeClaimTemplates = []corev1.PersistentVolumeClaim{{ObjectMeta: metav1.ObjectMeta{Name: "data"}}}
	return sts.Snapshot{Set: workload.FromApps(s)}
}

// claim is a bound one whose volume goes with it.
func claim(namespace, name string) storage.Claim {
	return storage.Claim{
		Namespace: namespace, Name: name, UID: types.UID(name + "-uid"), Version: "7", Size: "1Gi",
		Volume: "pv-" + name, Reclaim: corev1.PersistentVolumeReclaimDelete,
	}
}

// cluster plays the API server: it notes what it was asked, in order.
type cluster struct {
	world  claims.World
	policy corev1.PersistentVolumeReclaimPolicy
	errs   map[string]error // by what it is asked
	before func(what string)
	// fresh are claims that are not as they were judged any more, by name.
	fresh map[string]storage.Claim

	mu    sync.Mutex
	asked []string
}

func (c *cluster) ask(what string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.before != nil {
		c.before(what)
	}
	c.asked = append(c.asked, what)
	return c.errs[what]
}

func (c *cluster) Look(_ context.Context, namespace string) (claims.World, error) {
	err := c.ask("look " + namespace)
	return c.world, err
}

func (c *cluster) Claim(_ context.Context, claim storage.Claim) (storage.Claim, error) {
	err := c.ask("claim " + claim.Name)
	if now, ok := c.fresh[claim.Name]; ok {
		claim = now
	}
	return claim, err
}

func (c *cluster) Receipt(_ context.Context, claim storage.Claim) (receipt.Receipt, error) {
	err := c.ask("read " + claim.Name)
	r := receipttest.Receipt(claim.Namespace, claim.Name)
	r.Policy = c.policy
	return r, cmp.Or(err, c.changed(claim))
}

func (c *cluster) Retain(_ context.Context, r receipt.Receipt) error {
	return c.ask("retain " + r.Claim.Name)
}

func (c *cluster) May(_ context.Context, claim storage.Claim) error {
	return c.ask("may delete " + claim.Name)
}

func (c *cluster) Delete(ctx context.Context, claim storage.Claim) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := c.ask("delete " + claim.Name); err != nil {
		return err
	}
	return c.changed(claim)
}

// changed is the conflict of a claim that is not as it was judged.
func (c *cluster) changed(claim storage.Claim) error {
	if now, ok := c.fresh[claim.Name]; ok && (now.UID != claim.UID || now.Version != claim.Version) {
		return fmt.Errorf("%w: persistentvolumeclaims %s", engine.ErrConflict, claim.Name)
	}
	return nil
}

// deleted are the claims that it was asked to delete.
func (c *cluster) deleted() []string {
	var out []string
	for _, what := range c.asked {
		if name, ok := strings.CutPrefix(what, "delete "); ok {
			out = append(out, name)
		}
	}
	return out
}

// judged is set web with one replica and the claims of so many ordinals that
// it does not want, all of them in namespace default.
func judged(t *testing.T, n int) (*cluster, *claims.Judge, []claims.Verdict) {
	t.Helper()
	c := &cluster{world: claims.World{Sets: []sts.Snapshot{set("default", "web", 1)}}, policy: corev1.PersistentVolumeReclaimDelete}
	var all []storage.Claim
	for i := range n {
		all = append(all, claim("default", fmt.Sprintf("data-web-%d", i+1)))
	}
	judge := claims.NewJudge(all, claims.Options{})
	verdicts := judge.All(all, c.world)
	for _, v := range verdicts {
		require.True(t, v.Delete)
	}
	return c, judge, verdicts
}

// step is the deletion of a claim as a step of a plan.
func step(v claims.Verdict) plan.Step { return plantest.Step(planner.Step(v, false)) }

// counts are what a batch has come to.
func counts(o engine.Outcome) engine.ClaimCounts { return *o.Claims }

// runs runs a batch to its end, and returns what it has come to.
func runs(t *testing.T, run batch.Engine, verdicts []claims.Verdict) engine.ClaimCounts {
	t.Helper()
	return counts(run.Run(t.Context(), plan.Plan{}, slices.Values(verdicts)))
}

type sinkFunc func(engine.Event)

func (f sinkFunc) Handle(e engine.Event) { f(e) }

// told keeps what it is told about claims.
type told struct{ events []string }

func (t *told) Handle(e engine.Event) {
	if e.Type != engine.EventClaim {
		return
	}
	line := string(e.Claim.Result) + " " + e.Claim.Claim.Name
	if e.Claim.Why != "" {
		line += ": " + e.Claim.Why
	}
	if e.Claim.Retained {
		line += " (volume stays)"
	}
	if e.Claim.Restorable {
		line += " (restorable)"
	}
	t.events = append(t.events, line)
}
