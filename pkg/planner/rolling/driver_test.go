package rolling_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/abort"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/intent"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/fieldmanager"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// alice drives canaries from a host of a CI; me is the process of a test.
var (
	alice = note.Driver{User: "alice", Host: "ci-7", Process: 12, Since: ststest.Start}
	me    = note.Driver{User: "bob", Host: "laptop", Process: 13, Since: ststest.Start}
)

// drivenBy makes the record one of this process.
func drivenBy(d note.Driver) func(*operation.Rollout) {
	return func(r *operation.Rollout) { r.Driver = &d }
}

// mine is a request of the test's process, beside another one.
func mine(other *note.Other) func(*verbtest.Request) {
	return func(r *verbtest.Request) { r.Driver, r.Other, r.Now = &me, other, ststest.Start.Add(time.Minute) }
}

func soakingCanary() sts.Snapshot {
	set := verbtest.CanarySet(verbtest.Record(drivenBy(alice)), 4)
	set.ManagedFields = []metav1.ManagedFieldsEntry{{
		Manager: fieldmanager.Ours, Time: ptr.To(metav1.NewTime(ststest.Start)),
		FieldsV1: metav1.NewFieldsV1(`{"f:metadata":{"f:annotations":{"f:` + note.RolloutAnnotation + `":{}}}}`),
	}}
	return ststest.Snapshot(set, verbtest.Updated(4, 20*time.Second))
}

// goesOn are the verbs that go on with a canary.
var goesOn = map[string]func(verbtest.Request, sts.Snapshot) (*plan.Plan, error){
	"canary": func(r verbtest.Request, s sts.Snapshot) (*plan.Plan, error) {
		return plantest.Saved(canary.Plan(r.Canary(), s, r.Now))
	},
	"promote": func(r verbtest.Request, s sts.Snapshot) (*plan.Plan, error) {
		return plantest.Saved(canary.Promote(r.Promotion(false), s, r.Now))
	},
}

func TestNobodyGoesOnBesideAProcessThatRuns(t *testing.T) {
	for verb, goOn := range goesOn {
		t.Run(verb, func(t *testing.T) {
			_, err := goOn(verbtest.Ask(mine(&note.Other{Driver: alice, Alive: true})), soakingCanary())
			no := verbtest.Refusal(t, err)
			require.Equal(t, `the canary of statefulset "web" is driven by alice on ci-7, since `+
				ststest.Start.Format(time.RFC3339)+" (process 12, which is running)", no.Why)
			require.Equal(t, hinttest.List(
				"watch it: kubectl sts watch web --follow", "or go on in its place: the same command with --take-over",
			), no.Try)
		})
	}
}

func TestGoingOnBesideAnotherSaysWhoThatIs(t *testing.T) {
	since := ststest.Start.Format(time.RFC3339)
	for name, test := range map[string]struct {
		other note.Other
		want  string
	}{
		"it is taken over": {
			note.Other{Driver: alice, Alive: true},
			"the canary was driven by alice on ci-7, since " + since + " (process 12), which stops now",
		},
		"nobody can tell": {
			note.Other{Driver: alice, Touched: ststest.Start},
			"the canary was driven by alice on ci-7, since " + since + ": whether that process still runs can't be told from here; " +
				"it wrote to the set last 1m0s ago, at " + since + "; watch it: kubectl sts -n prod watch web --follow",
		},
	} {
		for verb, goOn := range goesOn {
			t.Run(verb+", "+name, func(t *testing.T) {
				p, err := goOn(verbtest.Ask(mine(&test.other), func(r *verbtest.Request) { r.TakeOver = true }), soakingCanary())
				require.NoError(t, err)
				require.Contains(t, p.Warnings, test.want)
			})
		}
		t.Run("abort, "+name, func(t *testing.T) {
			p, err := plantest.Saved(abort.Plan(verbtest.Ask(mine(&test.other)).Abort(), soakingCanary()))
			require.NoError(t, err, "the way back is never refused")
			require.Equal(t, []string{test.want}, p.Warnings)
		})
	}
}

// annotated are the drivers that the plan's records name, in order.
func annotated(t *testing.T, p *plan.Plan) []*note.Driver {
	t.Helper()
	var out []*note.Driver
	for _, step := range p.Steps {
		if edit, ok := step.Change.(plan.Edit); ok && edit.Annotations[note.RolloutAnnotation] != nil {
			out = append(out, verbtest.Written(t, edit).Driver)
		}
	}
	return out
}

func TestARunNamesItselfInTheRecord(t *testing.T) {
	hold := func(r *verbtest.Request) { r.Pace = intent.Pace{Gate: plan.GateHold} }
	leaves := me
	leaves.Leaves = true
	p, err := plantest.Saved(
		canary.Plan(verbtest.Ask(verbtest.Image("nginx:1.22"), mine(nil), hold).Canary(), verbtest.Settled(), ststest.Start),
	)
	require.NoError(t, err)
	drivers := annotated(t, p)
	require.Len(t, drivers, 4, "the start, and each of three steps")
	for _, d := range drivers {
		require.Equal(t, &leaves, d)
	}

	p, err = plantest.Saved(canary.Plan(verbtest.Ask(mine(nil)).Canary(), soakingCanary(), ststest.Start))
	require.NoError(t, err)
	require.Equal(t, "note who drives", p.Steps[0].Title, "for as long as the soak still takes")
	for _, d := range annotated(t, p) {
		require.Equal(t, &me, d)
	}
	p, err = plantest.Saved(abort.Plan(verbtest.Ask(mine(nil)).Abort(), soakingCanary()))
	require.NoError(t, err)
	require.Equal(t, []*note.Driver{&me}, annotated(t, p))
}

func TestAnotherManagerIsKeptInTheRecord(t *testing.T) {
	ci := func(r *verbtest.Request) { r.Manager = "ci" }
	p, err := plantest.Saved(canary.Plan(verbtest.Ask(verbtest.Image("nginx:1.22"), ci).Canary(), verbtest.Settled(), ststest.Start))
	require.NoError(t, err)
	edit, ok := p.Steps[0].Change.(plan.Edit)
	require.True(t, ok)
	require.Equal(t, []string{"ci"}, note.ManagersOf(*edit.Annotations[note.RolloutAnnotation]))

	// What it has opened under that name was opened by nobody else.
	r := verbtest.Record(func(r *operation.Rollout) { r.Gate, r.Managers = ptr.To(4), []string{"ci"} })
	set := verbtest.CanarySet(r, 2)
	set.ManagedFields = []metav1.ManagedFieldsEntry{{
		Manager: "ci", Time: ptr.To(metav1.NewTime(ststest.Start)),
		FieldsV1: metav1.NewFieldsV1(`{"f:spec":{"f:updateStrategy":{"f:rollingUpdate":{"f:partition":{}}}}}`),
	}}
	require.Nil(t, r.Failure(ststest.Snapshot(set, verbtest.Updated(2, time.Hour))))
	r.Managers = nil
	require.NotNil(t, r.Failure(ststest.Snapshot(set, verbtest.Updated(2, time.Hour))))
}

func TestWhoDrives(t *testing.T) {
	leaving := func(r *operation.Rollout) { r.Driver.Leaves = true }
	for _, test := range []struct {
		name    string
		since   time.Duration
		changes []func(*operation.Rollout)
		want    bool
	}{
		{"a step that soaks", 20 * time.Second, nil, true},
		{"a gate that a person is asked at", time.Hour, nil, true},
		{"a step that soaks, of a run that ends at gates", 20 * time.Second, []func(*operation.Rollout){leaving}, true},
		{"a gate that it has ended at", time.Hour, []func(*operation.Rollout){leaving}, false},
		{"what has failed", time.Hour, []func(*operation.Rollout){verbtest.HaltedIn}, false},
		{"a record of an older version", time.Hour, []func(*operation.Rollout){func(r *operation.Rollout) { r.Driver = nil }}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := verbtest.Record(slices.Concat([]func(*operation.Rollout){drivenBy(alice)}, test.changes)...)
			d := r.Driven(ststest.Snapshot(verbtest.CanarySet(r, 4), verbtest.Updated(4, test.since)), ststest.Start)
			require.Equal(t, test.want, d != nil)
		})
	}
}
