package kinds

import (
	"context"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/loop"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload/workloadtest"
)

// cluster takes the writes of a run, and shows after each what its controller makes of it.
type cluster struct {
	*server
	feed  chan engine.Update
	begin time.Time
}

func (c *cluster) now() time.Time { return ststest.Start.Add(time.Since(c.begin)) }

func (c *cluster) Apply(_ context.Context, change plan.Change, seen sts.Snapshot) (*workload.Set, error) {
	edit, ok := change.(plan.Edit)
	if !ok {
		return nil, nil
	}
	set := c.take(seen.Set, edit)
	c.object.Status.ObservedGeneration = c.object.Generation
	if c.object.Spec.Pod.Spec.Containers[0].Image == "nginx:1.22" {
		c.object.Status.UpdateRevision = ststest.Update
	}
	s := ststest.SnapshotOf(c.set())
	updated := s.Opened().Len()
	if updated == s.Replicas() {
		c.object.Status.CurrentRevision = c.object.Status.UpdateRevision
	}
	c.feed <- engine.Update{Snapshot: c.see(updated, ststest.ReadySince(c.now().Truncate(time.Second)))}
	return set, nil
}

// silent takes no notice.
type silent struct{}

func (silent) Handle(engine.Event) {}

func TestARunOfACanary(t *testing.T) {
	for kind, gates := range map[workloadtest.Gapped][]string{counted: {"5", "4", "2", "0", "0"}, byOrdinal: {"8", "7", "4", "1", "0"}} {
		synctest.Test(t, func(t *testing.T) {
			c := &cluster{server: newServer(kind), feed: make(chan engine.Update, 9), begin: time.Now()}
			first := c.see(0)
			p, err := verbtest.CanaryOf("nginx:1.22")(verbtest.Ask(), first, c.now())
			require.NoError(t, err)
			run := loop.Engine{Cluster: c, Feed: c.feed, Sink: silent{}, Now: c.now}
			o := run.Run(t.Context(), *p, first)
			require.Equal(t, engine.Done, o.Result, o.Message)
			require.Equal(t, gates, c.gates())
			require.Equal(t, "[spec pod] TEMPLATE", c.wrote[0])
			require.Equal(t, 3*time.Minute, time.Since(c.begin), "each step is soaked")
			require.NotContains(t, slices.Collect(maps.Keys(c.object.Annotations)), note.RolloutAnnotation)
		})
	}
}

func TestADriftOfTheKindsOwnFieldsIsSeen(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*workloadtest.Object)
		want   string
	}{
		"a gap more": {
			func(o *workloadtest.Object) { o.Spec.Reserved = []int{3, 5, 6} },
			"the replicas were changed from 5 (ordinals 1-2,4-5,7) to 5 (ordinals 1-2,4,7-8)",
		},
		"it is paused": {func(o *workloadtest.Object) { o.Spec.Rollout.Paused = true }, "the partition was changed from 0 to 2147483640"},
		"another policy": {
			func(o *workloadtest.Object) { o.Spec.Claims.OnRemoval = "Delete" },
			"the whenScaled policy was changed from Retain to Delete",
		},
	} {
		t.Run(name, func(t *testing.T) {
			before, after := newServer(counted), newServer(counted, test.change)
			p := plan.Plan{Name: "web", UID: "web-uid"}
			require.Equal(t, test.want, engine.NewState(before.see(0), ststest.Start).Drift(p, after.see(0)))
		})
	}
}
