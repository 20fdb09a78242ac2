package rolling_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/abort"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/replace"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/restart"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/rolling"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/undo"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

// recordSeeds are annotations that a run writes, and some that none does.
var recordSeeds = []string{
	valid(`"run":"R"`),
	valid(`"verb":"undo","target":"web-update"`),
	valid(`"verb":"restart","pods":{"2":"web-2-uid","4":"another"}`),
	valid(`"verb":"restart","pods":{}`),
	valid(`"verb":"replace","pods":{"2":"web-2-uid"},"claims":{"data-web-2":"data-web-2-uid","log-web-2":"x"},"retain":true`),
	valid(`"verb":"replace","pods":{"2":"web-2-uid"}`), valid(`"claims":{"data-web-2":"x"}`),
	valid(`"aborting":true,"left":"web-update","ownTemplate":true,"template":"0011223344556677","cause":"kubectl apply"`),
	valid(`"order":{"ascending":true,"first":[2,0],"last":"role=primary"},"ignorePDB":true,"rollback":true`),
	valid(`"partition":3,"soak":"1m30s"`),
	valid(`"partition":-1`), valid(`"soak":"-1s"`), valid(`"soak":3`), valid(`"steps":["50%","1"]`), valid(`"order":{"first":[-1,-1]}`),
	valid(`"pods":{"-9223372036854775808":"x"}`),
	`{"version":2}`, `{}`, `null`, `oops`, ``, `[]`, `{"version":1e400}`, "{\"version\":1,\n\"steps\":[\"\u202e\"]}",
}

// FuzzRecord takes any text for the record of a run in progress, on sets in many
// states: no verb may trip over it, and what they write can be read.
func FuzzRecord(f *testing.F) {
	for i, text := range recordSeeds {
		f.Add(text, uint8(i), uint8(i))
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text string, shape, updated uint8) {
		defer within.Input(t)()
		s := shaped(text, shape, int(updated))
		record, err := operation.FindRollout(s)
		if err != nil {
			fuzztest.OneLine(t, err)
			require.Nil(t, record)
		} else if record != nil {
			requireStored(t, s, record)
		}
		_ = operation.WantsRollback(s)
		operation.BeforeRollout(s, ststest.Set())
		for _, planned := range plansOf(s, updated) {
			p, err := planned()
			if err != nil {
				fuzztest.OneLine(t, err)
				require.Nil(t, p)
			}
			if p != nil {
				requirePlan(t, s, p)
			}
		}
	})
}

// shaped is a set with this record, of which the highest pods are updated; each
// bit of the shape is a way in which sets differ.
func shaped(text string, shape uint8, updated int) sts.Snapshot {
	is := func(bit uint) bool { return shape&(1<<bit) != 0 }
	var changes []func(*appsv1.StatefulSet)
	add := func(wanted bool, change func(*appsv1.StatefulSet)) {
		if wanted {
			changes = append(changes, change)
		}
	}
	add(is(0), ststest.Updating("nginx:1.22"))
	add(is(1), ststest.Partition(int32(updated%7)))
	add(is(2), ststest.OnDelete)
	add(is(3), ststest.Parallel)
	add(is(4), ststest.Replicas(int32(updated%9)))
	add(is(5), ststest.Unseen)
	add(is(7), ststest.ClaimTemplates("data", "log"))
	add(true, ststest.Annotated(note.RolloutAnnotation, text))
	pods := ststest.Pods(0, 5-updated%6)
	rest := ststest.Pods(5-updated%6, 5, ststest.Revision(ststest.Update))
	if is(6) && len(rest) > 0 {
		ststest.Unready(rest[0])
	}
	s := ststest.Snapshot(ststest.Set(changes...), pods, rest)
	if is(7) {
		goes := func(c *storage.Claim) { c.Deleting = updated%2 == 0 }
		s.Claims = []storage.Claim{ststest.Claim("data-web-2"), ststest.Claim("log-web-2", goes)}
	}
	return s
}

// plansOf are the plans of every verb that may meet the record.
func plansOf(s sts.Snapshot, n uint8) []func() (*plan.Plan, error) {
	now := ststest.Start.Add(time.Minute)
	full := n&1 != 0
	verb := []operation.Verb{operation.VerbCanary, operation.VerbUndo, operation.VerbRestart}[n%3]
	return []func() (*plan.Plan, error){
		func() (*plan.Plan, error) {
			return plantest.Saved(canary.Plan(verbtest.Ask(verbtest.Image("nginx:1.23")).Canary(), s, now))
		},
		func() (*plan.Plan, error) {
			return plantest.Saved(canary.Plan(verbtest.Ask(verbtest.Force).Canary(), s, now))
		},
		func() (*plan.Plan, error) {
			return plantest.Saved(canary.Promote(verbtest.Ask(verbtest.Asking).Promotion(full), s, now))
		},
		func() (*plan.Plan, error) { return plantest.Saved(abort.Plan(verbtest.Ask().Abort(), s)) },
		func() (*plan.Plan, error) { return plantest.Saved(restart.Plan(verbtest.Ask().Restart(), s, now)) },
		func() (*plan.Plan, error) {
			return plantest.Saved(restart.Pods(verbtest.Ask().Restart(), []int{1, 3}, s, now))
		},
		func() (*plan.Plan, error) {
			r := replace.Request{Run: verbtest.Ask().Run, Ordinals: []int{2}, DeleteGiven: full}
			return plantest.Saved(replace.GoOn(r, s, now))
		},
		func() (*plan.Plan, error) {
			return verbtest.GoOn(verb)(verbtest.Ask(), s, now)
		},
		func() (*plan.Plan, error) {
			target, err := undo.FindTarget(s, nil, now)
			if err != nil || target == nil {
				return nil, err
			}
			return plantest.Saved(undo.Plan(verbtest.Ask().Undo(), target, s, now))
		},
	}
}

// requireStored checks that a record that was read can be written and read again,
// and that what is told of it is one line.
func requireStored(t *testing.T, s sts.Snapshot, record *operation.Rollout) {
	t.Helper()
	text, err := json.Marshal(record)
	require.NoError(t, err)
	again, err := operation.FindRollout(verbtest.Settled(ststest.Annotated(note.RolloutAnnotation, string(text))))
	require.NoError(t, err, "%s", text)
	twice, err := json.Marshal(again)
	require.NoError(t, err)
	require.Equal(t, string(text), string(twice))

	for _, good := range []bool{true, false} {
		require.NotEmpty(t, record.Helps(s, good))
	}
	position := record.Position(s)
	require.LessOrEqual(t, position.Begun, len(position.Counts))
	require.LessOrEqual(t, len(position.Counts), max(1, s.Replicas())) // pods that a restart names may have gone
}

// requirePlan checks that a plan is no longer than the set needs, and that every
// record which it writes can be read.
func requirePlan(t *testing.T, s sts.Snapshot, p *plan.Plan) {
	t.Helper()
	require.LessOrEqual(t, len(p.Steps), 2*s.Replicas()+10)
	for _, step := range p.Steps {
		edit, ok := step.Change.(plan.Edit)
		if !ok || edit.Annotations[note.RolloutAnnotation] == nil {
			continue
		}
		_, err := operation.FindRollout(
			verbtest.Settled(ststest.Annotated(note.RolloutAnnotation, *edit.Annotations[note.RolloutAnnotation])),
		)
		require.NoError(t, err)
	}
}

// FuzzUndone takes any text for the note of the last undo. It only serves a
// choice that a person confirms, so that one which can't be read is none.
func FuzzUndone(f *testing.F) {
	for _, text := range []string{
		`{"from":"web-update","to":"web-stable","at":"2030-01-01T00:00:00Z"}`, `{"from":"web-stable","to":"web-stable"}`,
		`{"to":"\u001b[31m"}`, `{"at":1}`, `{}`, `oops`, ``,
	} {
		f.Add(text, uint8(1))
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text string, shape uint8) {
		defer within.Input(t)()
		s := shaped("", shape, int(shape)%6)
		delete(s.Set.Annotations, note.RolloutAnnotation)
		metav1.SetMetaDataAnnotation(&s.Set.ObjectMeta, rolling.UndoneAnnotation, text)

		target, err := undo.FindTarget(s, nil, ststest.Start)
		if err != nil {
			fuzztest.OneLine(t, err)
			return
		}
		require.NotNil(t, target.Revision)
		_, known := s.Revision(target.Revision.Name)
		require.True(t, known, "an undo goes to a revision that there is")
	})
}
