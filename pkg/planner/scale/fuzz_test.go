package scale_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/scale"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

// FuzzRecord takes any text for the record of a scale in progress: no plan may
// trip over it, delete a claim that another object is, or write a record that
// can't be read.
func FuzzRecord(f *testing.F) {
	for i, text := range []string{
		`{"version":1,"from":4,"to":2,"whenScaled":"Delete","claims":{"data-web-3":{"uid":"data-web-3"}}}`,
		`{"version":1,"from":4,"to":2,"claims":{"data-web-3":{"uid":"another","retainVolume":true},"data-web-9":{"uid":"9"}}}`,
		`{"version":1,"from":2,"to":4,"before":"before-exec","whenScaled":"Retain"}`,
		`{"version":1,"from":-1,"to":2}`, `{"version":1,"to":9223372036854775807}`, `{"version":1,"before":"rm"}`,
		`{"version":1,"from":4,"to":2,"hooks":["before-cmd","last-exec"]}`,
		`{"version":1,"claims":{"":{"uid":""},"data-web--1":{"uid":"x"},"\n":{}}}`,
		`{"version":1,"whenScaled":"Delete"}`, `{"version":1,"claims":{}}`, `{"version":2}`, `{}`, `null`, `oops`, ``,
	} {
		f.Add(text, uint8(i), uint8(i))
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text string, to, shape uint8) {
		defer within.Input(t)()
		policy := []plan.Retention{
			appsv1.DeletePersistentVolumeClaimRetentionPolicyType, appsv1.RetainPersistentVolumeClaimRetentionPolicyType,
		}[shape%2]
		s := snapshot(set(ststest.Replicas(int32(shape/2)%5), whenScaled(policy), record(text)), four()...)
		stored, err := operation.FindScale(s)
		if err != nil {
			fuzztest.OneLine(t, err)
			require.Nil(t, stored)
		} else if stored != nil {
			requireStored(t, s, stored)
		}
		answers := []scale.Answer{"", scale.Keep, scale.Delete, scale.RetainVolume, scale.Reuse, scale.Fresh, scale.Fail}
		for _, answer := range answers {
			p, err := plantest.Saved(scale.Plan(request(int(to)%8, answered(answer)), s, ststest.Start))
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

// requireStored checks that a record that was read can be written and read again.
func requireStored(t *testing.T, s sts.Snapshot, stored *operation.Scale) {
	t.Helper()
	text, err := json.Marshal(stored)
	require.NoError(t, err)
	again, err := operation.FindScale(snapshot(set(record(string(text)))))
	require.NoError(t, err, "%s", text)
	twice, err := json.Marshal(again)
	require.NoError(t, err)
	require.Equal(t, string(text), string(twice))
	require.NotEmpty(t, stored.Says())
	require.NotEmpty(t, stored.Helps(s, false))
	require.LessOrEqual(t, len(stored.Left()), 3)
}

// requirePlan checks what a plan deletes, and that the records which it writes
// can be read.
func requirePlan(t *testing.T, s sts.Snapshot, p *plan.Plan) {
	t.Helper()
	require.Less(t, len(p.Steps), 100)
	for i := range p.Steps {
		switch c := p.Steps[i].Change.(type) {
		case plan.Edit:
			if text := c.Annotations[note.ScaleAnnotation]; text != nil {
				_, err := operation.FindScale(snapshot(set(record(*text))))
				require.NoError(t, err)
			}
		case plan.DeleteClaim:
			require.Contains(t, claimUIDs(s), c.Name+" "+string(c.UID), "it is not the claim that there is")
		}
	}
}

func claimUIDs(s sts.Snapshot) []string {
	var out []string
	for i := range s.Claims {
		out = append(out, s.Claims[i].Name+" "+string(s.Claims[i].UID))
	}
	return out
}
