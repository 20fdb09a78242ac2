package engine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestTheRetentionPolicyDriftsAsOtherFieldsDo(t *testing.T) {
	deletes := ststest.Set(func(set *setObject) {
		set.Spec.PersistentVolumeClaimRetentionPolicy = &appsv1.StatefulSetPersistentVolumeClaimRetentionPolicy{
			WhenScaled: appsv1.DeletePersistentVolumeClaimRetentionPolicyType,
		}
	})
	p := enginetest.OneStep(func(p *plan.Plan) { p.Scales, p.Record = true, "kubectl-sts.github.io/scale" })
	w := newWalk(t, p, ststest.Settled())
	d := w.see(ststest.Snapshot(deletes, ststest.Pods(0, 5)))
	require.Equal(t, engine.Drifted, d.End.Result)
	require.Equal(t, "the whenScaled policy was changed from Retain to Delete; nothing more is written", d.End.Message)
	require.Equal(t, ptr.To(5), d.End.Replicas)
	require.Empty(t, d.End.Gate, "it is the replicas that stay")
}

func TestAScaleThatEndsEarlySaysHowToLeaveItAtThat(t *testing.T) {
	p := enginetest.OneStep(func(p *plan.Plan) {
		p.Scales, p.Record, p.Abort = true, "kubectl-sts.github.io/scale", hint.Hint{}
		p.Stay = hint.Plugin("", "scale", "web", "--replicas")
	})
	s := ststest.Snapshot(ststest.Set(ststest.Annotated(p.Record, "r")), ststest.Pods(0, 5))
	w := newWalk(t, p, s)
	w.see(s)
	w.state = w.state.Applied(plan.Partition(4), nil, ststest.Start)
	d := w.at(11 * time.Minute).see(ststest.Snapshot(ststest.Set(ststest.Annotated(p.Record, "r")), ststest.Pods(0, 4)))
	require.Equal(t, hinttest.Trying(1, hinttest.List(
		"or leave it at that: kubectl sts scale web --replicas 5", "try again: kubectl sts canary web --retry",
	)), d.End.Try)
}

// Interrupted while its write was on the way (seed 4053 of make faults).
func TestAScaleWhoseWriteGotNoAnswerSaysNoNumber(t *testing.T) {
	for _, test := range []struct {
		name   string
		change plan.Change
		want   *int
	}{
		{"replicas", plan.Edit{Replicas: ptr.To(4)}, nil},
		{"anything else", plan.Edit{Annotations: map[string]*string{"note": ptr.To("x")}}, ptr.To(5)},
	} {
		p := enginetest.OneStep(
			func(p *plan.Plan) { p.Scales = true },
			enginetest.Step(func(s *plan.Step) { s.Change = test.change }),
		)

		end := unsure(t, p).state.End(p, ststest.Closed(), ststest.In(0), engine.Interrupted, "interrupted")

		require.Equal(t, test.want, end.Replicas, test.name)
		require.Contains(t, end.Message, "interrupted (sent, but no answer came: ", test.name)
	}
}
