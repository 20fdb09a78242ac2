package loop_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/saved"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// found is what each look finds.
type found struct {
	s   sts.Snapshot
	err error
}

func (f found) Look(context.Context, sts.Snapshot) (sts.Snapshot, error) { return f.s, f.err }

// inTheGap interrupts a run that has deleted its set, and returns how it ends and what it
// has written by then.
func inTheGap(t *testing.T, looker engine.Looker, answers ...answer) (engine.Outcome, []plan.Change) {
	t.Helper()
	old := ststest.Set()
	p := plan.Plan{
		Verb: "recreate", Namespace: "default", Name: "web", UID: old.UID, Record: saved.Annotation, StepTimeout: time.Hour,
		Steps: []plan.Step{
			{
				Title: "delete", Change: plan.DeleteSet{Name: "web", UID: old.UID, Before: json.RawMessage(`{}`)},
				Until: plan.SetGone{UID: old.UID},
			},
			{Title: "create", Change: plan.CreateSet{Name: "web", Was: old.UID, Manifest: json.RawMessage(`{}`)}, Until: plan.Adopted{}},
		},
	}
	var o engine.Outcome
	var writes []plan.Change
	onStageAs(t, p, ststest.Settled(), func(_ *testing.T, s *stage) {
		s.goesOn()
		s.cancel()
		o = <-s.out
		for _, w := range s.cluster.sent {
			writes = append(writes, w.change)
		}
	}, func(t *testing.T) *stage {
		s := newStage(t, append([]answer{{}}, answers...)...)
		s.looker = looker
		return s
	})
	require.Equal(t, engine.Interrupted, o.Result)
	return o, writes
}

func TestAnInterruptedRunLeavesASet(t *testing.T) {
	going := found{s: ststest.Snapshot(ststest.Set(ststest.Deleted), ststest.Pods(0, 5))}

	o, writes := inTheGap(t, going, conflict, noAnswer)
	require.Equal(t, "interrupted; the set was created again, with its gate closed", o.Message)
	require.Len(t, writes, 4, "the deletion, and three tries to create it")

	o, writes = inTheGap(t, going, answer{err: errors.New("exceeded quota")})
	require.Equal(t, "interrupted; statefulset web was deleted, its pods are still running", o.Message)
	require.Len(t, writes, 2)

	others := found{s: ststest.Snapshot(ststest.Set(func(set *appsv1.StatefulSet) { set.UID = "other" }))}
	o, writes = inTheGap(t, others)
	require.Equal(t, "interrupted", o.Message, "somebody else was faster")
	require.Len(t, writes, 1)

	o, writes = inTheGap(t, found{s: ststest.Settled()})
	require.Equal(t, "interrupted", o.Message, "it was not deleted")
	require.Len(t, writes, 1)
}

func TestWhatBecameOfASetIsNotGuessed(t *testing.T) {
	o, _ := inTheGap(t, found{err: errors.New("connection refused")}, answer{err: errors.New("connection refused")})
	require.Equal(t, "interrupted; whether statefulset web exists now is not known", o.Message)
}
