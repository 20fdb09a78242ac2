package canary_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestThePlanOfANewCanary(t *testing.T) {
	r := verbtest.Ask(verbtest.Image("nginx:1.22"), verbtest.Cause("kubectl sts canary web"), verbtest.Asking, func(r *verbtest.Request) {
		r.Details = []string{"containers[nginx].image: nginx:1.21 -> nginx:1.22"}
		r.Rollback = true
	})
	text := `{"version":1,"run":"RUN","started":"2030-01-02T03:04:05Z","stable":"web-stable","ownTemplate":true,"partition":0,` +
		`"steps":["1","50%%","100%%"],"soak":"1m0s","rollback":true,"cause":"kubectl apply","gate":%d}`

	noted := func(gate int) *string { return ptr.To(fmt.Sprintf(text, gate)) }
	moves := func(gate int) plan.Edit {
		edit := plan.Partition(gate)
		edit.Annotations = map[string]*string{note.RolloutAnnotation: noted(gate)}
		return edit
	}

	before := verbtest.Settled(ststest.Annotated(operation.ChangeCause, "kubectl apply"))
	got, err := plantest.Saved(canary.Plan(r.Canary(), before, ststest.Start.Add(time.Millisecond)))

	require.NoError(t, err)
	require.Equal(t, &plan.Plan{
		Stable: ststest.Stable,
		Verb:   "canary", Namespace: "default", Name: "web", UID: "web-uid", Record: "kubectl-sts.github.io/canary",
		Title:    "canary of statefulset web: 5 pods in 3 steps (1, 3, 5), each soaked for 1m0s",
		Details:  []string{"containers[nginx].image: nginx:1.21 -> nginx:1.22"},
		Images:   []podtemplate.ImageChange{{Container: "nginx", From: "nginx:1.21", To: "nginx:1.22", Alone: true}},
		Patience: 30 * time.Second, StepTimeout: 10 * time.Minute, Timeout: time.Hour,
		Resume: hint.Plugin("", "canary", "web"), Promote: hint.Plugin("", "promote", "web"), Abort: hint.Plugin("", "abort", "web"),
		Watch:   hint.Plugin("", "watch", "web", "--follow"),
		Success: "all 5 pods of web are updated and Available",
		Steps: []plan.Step{
			{
				Title: "set the template, rollout paused",
				Change: plan.Edit{
					Template: ststest.Raw("nginx:1.22"), Partition: ptr.To(5),
					Annotations: map[string]*string{
						note.RolloutAnnotation: noted(5),
						operation.ChangeCause:  ptr.To("kubectl sts canary web"),
					},
					Says: "template, partition 5, record",
				},
				Until: plan.Observed{},
			},
			{
				Title: "update web-4", Number: 1, Of: 3, Change: moves(4), Until: plan.PodsGood{From: 4},
				Soak: time.Minute, Gate: &plan.Gate{Kind: plan.GateAsk, Next: "web-3, web-2"},
			},
			{
				Title: "update web-3, web-2", Number: 2, Of: 3, Change: moves(2), Until: plan.PodsGood{From: 2},
				Soak: time.Minute, Gate: &plan.Gate{Kind: plan.GateAsk, Next: "web-1, web-0"},
			},
			{
				Title: "update web-1, web-0", Number: 3, Of: 3, Change: moves(0), Until: plan.PodsGood{From: 0},
				Soak: time.Minute,
			},
			{
				Title: "end the canary",
				Change: plan.Edit{
					Partition: ptr.To(0), Annotations: map[string]*string{note.RolloutAnnotation: nil}, Says: "partition 0, no record",
				},
				Until: plan.RolledOut{},
			},
		},
	}, got)
}

func TestOrdinalsThatStartLaterMoveThePodsButNotThePartition(t *testing.T) {
	s := ststest.Snapshot(ststest.Set(ststest.Replicas(4), ststest.From(5)), ststest.Pods(5, 9))
	p := verbtest.Planned(t)(plantest.Saved(canary.Plan(verbtest.Ask(verbtest.Image("nginx:1.22")).Canary(), s, ststest.Start)))
	require.Equal(t, []string{
		"set the template, rollout paused; template, partition 4, annotation kubectl-sts.github.io/canary; observed",
		"1/3 update web-8; partition 3; good from 8; soak 1m0s",
		"2/3 update web-7; partition 2; good from 7; soak 1m0s",
		"3/3 update web-6, web-5; partition 0; good from 5; soak 1m0s",
		"end the canary; partition 0, no annotation kubectl-sts.github.io/canary; observed",
	}, verbtest.Outline(p))
}

func TestFiftyPods(t *testing.T) {
	s := ststest.Snapshot(ststest.Set(ststest.Replicas(50)), ststest.Pods(0, 50))
	p := verbtest.Planned(t)(plantest.Saved(canary.Plan(verbtest.Ask(verbtest.Image("nginx:1.22")).Canary(), s, ststest.Start)))
	require.Equal(t, []string{
		"set the template, rollout paused; template, partition 50, annotation kubectl-sts.github.io/canary; observed",
		"1/3 update web-49; partition 49; good from 49; soak 1m0s",
		"2/3 update web-48 … web-25 (24 pods); partition 25; good from 25; soak 1m0s",
		"3/3 update web-24 … web-0 (25 pods); partition 0; good from 0; soak 1m0s",
		"end the canary; partition 0, no annotation kubectl-sts.github.io/canary; observed",
	}, verbtest.Outline(p))
}

func TestTheChangeCauseIsKeptForTheWayBack(t *testing.T) {
	tests := []struct {
		name   string
		cause  string
		before string
		kept   *string
		set    *string
	}{
		{"a new one over an old one", "canary", "apply", ptr.To("apply"), ptr.To("canary")},
		{"a new one where there was none", "canary", "", nil, ptr.To("canary")},
		{"none over an old one, which abort writes back", "", "apply", ptr.To("apply"), nil},
		{"none at all", "", "", nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := verbtest.Settled()
			if tt.before != "" {
				s = verbtest.Settled(ststest.Annotated(operation.ChangeCause, tt.before))
			}
			p := verbtest.Planned(
				t,
			)(
				plantest.Saved(
					canary.Plan(verbtest.Ask(verbtest.Image("nginx:1.22"), verbtest.Cause(tt.cause)).Canary(), s, ststest.Start),
				),
			)

			edit := verbtest.Write(t, p.Steps[0])
			require.Equal(
				t,
				verbtest.Record(func(r *operation.Rollout) { r.Cause, r.Gate = tt.kept, ptr.To(5) }),
				verbtest.Written(t, edit),
			)
			set, ok := edit.Annotations[operation.ChangeCause]
			require.Equal(t, tt.set != nil, ok)
			require.Equal(t, tt.set, set)
		})
	}
}

func TestForceGoesAheadWithAnUnhealthySetAndFreesIt(t *testing.T) {
	s := ststest.Snapshot(ststest.Set(), ststest.Pods(0, 4), []*corev1.Pod{ststest.Pod(4, ststest.Unready)})
	p := verbtest.Planned(
		t,
	)(
		plantest.Saved(
			canary.Plan(verbtest.Ask(verbtest.Image("nginx:1.22"), verbtest.Force, verbtest.Steps("1")).Canary(), s, ststest.Start),
		),
	)
	require.Equal(t, []string{
		"set the template, rollout paused; template, partition 5, annotation kubectl-sts.github.io/canary; observed",
		"1/2 update web-4; partition 4; good from 4; free blocker after 30s; soak 1m0s",
		"2/2 update web-3, web-2, web-1, web-0; partition 0; good from 0; free blocker after 30s; soak 1m0s",
		"end the canary; partition 0, no annotation kubectl-sts.github.io/canary; observed",
	}, verbtest.Outline(p))
}

func TestStepsThatGoDownForTheseReplicasStartNothing(t *testing.T) {
	p, err := plantest.Saved(
		canary.Plan(verbtest.Ask(verbtest.Image("nginx:1.22"), verbtest.Steps("4", "50%")).Canary(), verbtest.Settled(), ststest.Start),
	)
	require.EqualError(t, err, "step 2 (50% = 3 pods) must be larger than step 1 (4 pods)")
	require.Nil(t, p)
}

func TestATitleSaysNothingOfASoakThatThereIsNot(t *testing.T) {
	ask := verbtest.Ask(verbtest.Image("nginx:1.22"), func(r *verbtest.Request) { r.Soak = 0 })
	p := verbtest.Planned(t)(plantest.Saved(canary.Plan(ask.Canary(), verbtest.Settled(), ststest.Start)))
	require.Equal(t, "canary of statefulset web: 5 pods in 3 steps (1, 3, 5)", p.Title)
}
