package runner

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// form keeps what it is to show.
type form struct {
	plans  []string
	events []engine.EventType
}

func (f *form) Plan(p *plan.Plan) { f.plans = append(f.plans, p.Title) }

func (f *form) Handle(e engine.Event) { f.events = append(f.events, e.Type) }

// aRestore is a plan about no set, and the snapshot that it begins with.
func aRestore() (*plan.Plan, sts.Snapshot) {
	b := plan.Binding{Namespace: "default", Claim: "data-web-1", Volume: "pv-1", VolumeUID: "pv-1-uid"}
	volume := storage.Volume{Name: "pv-1", UID: "pv-1-uid", ClaimRef: &corev1.ObjectReference{Namespace: "default", Name: "data-web-1"}}
	restorable := plan.Restorable{Binding: b}
	p := plantest.Same(plan.Plan{
		Verb: "restore-pvc", Namespace: "default", Claim: "data-web-1", Title: "make the claim again",
		Steps: []plan.Step{
			{Title: "wait", Until: restorable},
			{
				Title: "create", Require: restorable, Until: plan.ClaimBound{Binding: b},
				Change: plan.CreateClaim{Binding: b, Manifest: &corev1.PersistentVolumeClaim{}},
			},
		},
	})
	return &p, sts.Snapshot{Claims: []storage.Claim{}, Volumes: []storage.Volume{volume}}
}

// follows is a runner of plans about no set, to which these snapshots come once it
// has written.
func (c *cluster) follows(t *testing.T, flags options.RunFlags, snapshots ...sts.Snapshot) (*Runner, *form) {
	t.Helper()
	r, _, _ := c.runner(t, flags)
	shown := &form{}
	r.Form = shown
	r.Follow(func(context.Context) <-chan engine.Update {
		updates := make(chan engine.Update, len(snapshots))
		c.written = func() {
			for _, s := range snapshots {
				updates <- engine.Update{Snapshot: s}
			}
		}
		return updates
	})
	return r, shown
}

func TestAPlanAboutNoSetIsShownInItsVerbsForm(t *testing.T) {
	p, s := aRestore()
	there := s
	there.Claims = []storage.Claim{{Namespace: "default", Name: "data-web-1", Volume: "pv-1", Phase: corev1.ClaimBound}}
	c := &cluster{taken: true, lacks: []string{"watch statefulsets", "list statefulsets"}}
	r, shown := c.follows(t, options.RunFlags{}, there)

	o, err := r.Run(t.Context(), p, s)

	require.NoError(t, err)
	require.Equal(t, engine.Done, o.Result)
	require.Empty(t, shown.plans)
	require.Equal(t, engine.EventPlan, shown.events[0])
	require.Equal(t, engine.EventOutcome, shown.events[len(shown.events)-1])
	require.Len(t, c.writes, 2, "the rehearsal, and the claim")
}

func TestADryRunOfAPlanAboutNoSet(t *testing.T) {
	p, s := aRestore()
	c := &cluster{taken: true}
	r, _, _ := c.runner(t, options.RunFlags{DryRun: report.DryRunServer})
	out := r.Env.Streams.Out
	shown := &form{}
	r.Form = shown

	_, err := r.Run(t.Context(), p, s)

	require.NoError(t, err)
	require.Equal(t, []string{"make the claim again"}, shown.plans)
	require.Empty(t, shown.events)
	require.Empty(t, out, "nothing but the form shows it")
	require.Len(t, c.writes, 1)
}

// Who may not create the claim, or has no quota for it, learns it before anything is
// written.
func TestAClaimThatMayNotBeCreatedIsRehearsed(t *testing.T) {
	p, s := aRestore()
	c := &cluster{}
	r, shown := c.follows(t, options.RunFlags{}, s)

	_, err := r.Run(t.Context(), p, s)

	require.ErrorContains(t, err, "denied by policy")
	require.Empty(t, shown.events)
	require.Len(t, c.writes, 1)
	require.Contains(t, c.writes[0], "All ", "a dry run")
}

// Each plan has a feed of its own.
func TestAnotherPlanIsFollowedAnew(t *testing.T) {
	p, s := aRestore()
	c := &cluster{taken: true}
	r, _ := c.follows(t, options.RunFlags{})
	for _, name := range []errFeed{"first", "second"} {
		r.Follow(func(context.Context) <-chan engine.Update {
			updates := make(chan engine.Update, 1)
			updates <- engine.Update{Err: name}
			return updates
		})
		o, err := r.Run(t.Context(), p, s)
		require.NoError(t, err)
		require.ErrorIs(t, o.Err, name)
	}
}

type errFeed string

func (e errFeed) Error() string { return string(e) }
