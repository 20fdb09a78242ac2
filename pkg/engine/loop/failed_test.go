package loop_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

const (
	wasGoing  = `{"version":1,"run":"r","newer":["kept"]}`
	hasFailed = `{"failed":{"at":"2030-01-02T03:04:05Z","message":"web-4: restarted after it was Available","pod":"web-4",` +
		`"reason":"Restarted"},"newer":["kept"],"run":"r","version":2}`
)

// recorded is a set whose record can be read.
func recorded(changes ...func(*appsv1.StatefulSet)) *appsv1.StatefulSet {
	return ststest.Canary(append([]func(*appsv1.StatefulSet){ststest.Annotated(ststest.CanaryRecord, wasGoing)}, changes...)...)
}

// restartsIn is a soak in which web-4 restarts.
func restartsIn(s *stage, changes ...func(*appsv1.StatefulSet)) {
	s.show(ststest.Opened(recorded(changes...), ststest.UpdatedPod(4, ststest.Restarted(1))))
}

func noteOf(s *stage) plan.Change { return s.cluster.sent[len(s.cluster.sent)-1].change }

func TestARunThatHaltsLeavesWhyInItsRecord(t *testing.T) {
	onStage(t, enginetest.OneStep(enginetest.Soaked(time.Minute)), ststest.Opened(recorded(), ststest.UpdatedPod(4)),
		func(t *testing.T, s *stage) {
			restartsIn(s)
			require.Equal(t, engine.Halted, s.ends().Result)
			require.Len(t, s.cluster.sent, 1)
			require.Equal(t, plan.Edit{Annotations: map[string]*string{ststest.CanaryRecord: ptr.To(hasFailed)}, Says: "record"}, noteOf(s))
			require.Empty(t, s.sink.messages(engine.EventWarning))
		})
}

func TestAFailureThatCantBeNotedIsStillTheEnd(t *testing.T) {
	forbidden := answer{err: errors.New("not allowed to patch")}
	onStage(t, enginetest.OneStep(enginetest.Soaked(time.Minute)), ststest.Opened(recorded(), ststest.UpdatedPod(4)),
		func(t *testing.T, s *stage) {
			restartsIn(s)
			o := s.ends()
			require.Equal(t, engine.ExitHalted, o.ExitCode())
			require.Equal(t, "web-4: restarted after it was Available", o.Message)
			require.Equal(t, []string{
				"that it failed could not be noted on the StatefulSet, so status does not tell of it: not allowed to patch",
			}, s.sink.messages(engine.EventWarning))
		}, forbidden)
}

func TestAFailureIsNotedAlthoughAnswersGetLost(t *testing.T) {
	onStage(t, enginetest.OneStep(enginetest.Soaked(time.Minute)), ststest.Opened(recorded(), ststest.UpdatedPod(4)),
		func(t *testing.T, s *stage) {
			restartsIn(s)
			s.pass(time.Second)
			require.Equal(t, engine.Halted, s.ends().Result)
			require.Len(t, s.cluster.sent, 3)
			require.Empty(t, s.sink.messages(engine.EventWarning))
		}, noAnswer, noAnswer)
}

func TestAFailureThatWasNotedWithoutAnAnswerIsNotNotedTwice(t *testing.T) {
	onStage(t, enginetest.OneStep(enginetest.Soaked(time.Minute)), ststest.Opened(recorded(), ststest.UpdatedPod(4)),
		func(t *testing.T, s *stage) {
			restartsIn(s)
			restartsIn(s, ststest.Annotated(ststest.CanaryRecord, hasFailed))
			require.Equal(t, engine.Halted, s.ends().Result)
			require.Len(t, s.cluster.sent, 1)
			require.Empty(t, s.sink.messages(engine.EventWarning))
		}, noAnswer)
}

// Never fight: what somebody else has changed is left alone, and the halt is
// still the end.
func TestAFailureIsNotNotedOverSomebodyElsesChange(t *testing.T) {
	onStage(t, enginetest.OneStep(enginetest.Soaked(time.Minute)), ststest.Opened(recorded(), ststest.UpdatedPod(4)),
		func(t *testing.T, s *stage) {
			restartsIn(s)
			restartsIn(s, ststest.Partition(0))
			require.Equal(t, engine.Halted, s.ends().Result)
			require.Len(t, s.cluster.sent, 1)
			require.Equal(t, []string{
				"that it failed could not be noted on the StatefulSet, so status does not tell of it: " +
					"the partition was changed from 4 to 0",
			}, s.sink.messages(engine.EventWarning))
		}, conflict)
}

func TestWhatIsNoFailureIsNotNoted(t *testing.T) {
	unrecorded := func(set *appsv1.StatefulSet) { delete(set.Annotations, ststest.CanaryRecord) }
	for _, test := range []struct {
		name  string
		plan  plan.Plan
		first sts.Snapshot
		then  sts.Snapshot
		want  engine.Result
	}{
		{
			"drift", enginetest.OneStep(enginetest.Soaked(time.Minute)), ststest.Opened(recorded(), ststest.UpdatedPod(4)),
			ststest.Opened(recorded(ststest.Partition(0)), ststest.UpdatedPod(4, ststest.Restarted(1))), engine.Drifted,
		},
		{
			"what a watch sees", enginetest.OneStep(enginetest.Soaked(time.Minute), func(p *plan.Plan) { p.ReadOnly = true }),
			ststest.Opened(recorded(), ststest.UpdatedPod(4)),
			ststest.Opened(recorded(), ststest.UpdatedPod(4, ststest.Restarted(1))), engine.Halted,
		},
		{
			"a run that left nothing behind", enginetest.OneStep(enginetest.Soaked(time.Minute)),
			ststest.Opened(recorded(unrecorded), ststest.UpdatedPod(4)),
			ststest.Opened(recorded(unrecorded), ststest.UpdatedPod(4, ststest.Restarted(1))), engine.Halted,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			onStage(t, test.plan, test.first, func(t *testing.T, s *stage) {
				s.show(test.then)
				require.Equal(t, test.want, s.ends().Result)
				require.Empty(t, s.cluster.sent)
				require.Empty(t, s.sink.messages(engine.EventWarning))
			})
		})
	}
}

// A scale needs no record until it fails.
func TestARunWithoutARecordLeavesOneWhenItHalts(t *testing.T) {
	p := enginetest.OneStep(func(p *plan.Plan) {
		p.Note = `{"version":1,"from":5,"to":6}`
		p.Steps[0].Change = plan.Edit{Replicas: ptr.To(6)}
		p.Steps[0].Until = plan.Scaled{From: 5, To: 6}
		p.Scales, p.Record = true, "kubectl-sts.github.io/scale"
	})
	first := ststest.Snapshot(ststest.Set(), ststest.Pods(0, 5))
	onStage(t, p, first, func(t *testing.T, s *stage) {
		bad := ststest.Pod(5, ststest.Waiting("InvalidImageName", "no such image"))
		s.show(ststest.Snapshot(ststest.Set(ststest.Replicas(6), ststest.Generation(2)), append(ststest.Pods(0, 5), bad)))
		require.Equal(t, engine.Halted, s.ends().Result)
		note, ok := noteOf(s).(plan.Edit)
		require.True(t, ok)
		require.JSONEq(t, `{"failed":{"at":"2030-01-02T03:04:05Z","message":"web-5: nginx: InvalidImageName: no such image",`+
			`"pod":"web-5","reason":"InvalidImageName"},"from":5,"to":6,"version":2}`, *note.Annotations[p.Record])
	})
}
