package batch_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/batch"
	"github.com/kubectl-sts/kubectl-sts/pkg/receipt"
	"github.com/kubectl-sts/kubectl-sts/pkg/receipt/receipttest"
)

func TestAVolumeIsNotChangedForAClaimThatMayNotBeDeleted(t *testing.T) {
	c, judge, verdicts := judged(t, 1)
	c.errs = map[string]error{"may delete data-web-1": errors.New("not allowed")}
	b := receipttest.File(t)
	run := batch.Engine{Cluster: c, Judge: judge, Receipts: b, Retain: true, Concurrency: 1, Step: step, Sink: new(told)}

	require.Equal(t, engine.ClaimCounts{Failed: 1}, runs(t, run, verdicts))
	require.Equal(t, []string{"look default", "read data-web-1", "may delete data-web-1"}, c.asked)
	require.Empty(t, b.Path())
}

func TestAVolumeThatWasChangedForNothingIsNamed(t *testing.T) {
	const words = "; the reclaim policy of volume pv-data-web-1 is Retain now, restore-pvc puts it back"
	tests := []struct {
		name   string
		err    error
		policy corev1.PersistentVolumeReclaimPolicy
		want   string
	}{
		{
			"the claim changes without end", engine.ErrConflict, "Delete",
			"skipped data-web-1: it changed 5 times while it was to be deleted" + words,
		},
		{"nobody knows", errors.New("cut"), "Delete", "failed data-web-1: cut" + words},
		{"it was Retain before", errors.New("cut"), "Retain", "failed data-web-1: cut"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, judge, verdicts := judged(t, 1)
			c.errs, c.policy = map[string]error{"delete data-web-1": test.err}, test.policy
			got := new(told)
			run := batch.Engine{
				Cluster: c, Judge: judge, Receipts: receipttest.File(t), Retain: true, Concurrency: 1, Step: step, Sink: got,
			}

			runs(t, run, verdicts)

			require.Equal(t, []string{test.want}, got.events)
		})
	}
}

func TestWithoutABookThePolicyIsLookedUpAllTheSame(t *testing.T) {
	c, judge, verdicts := judged(t, 1)
	verdicts[0].Claim.Reclaim = corev1.PersistentVolumeReclaimRetain // and Delete by now
	run := batch.Engine{Cluster: c, Judge: judge, Concurrency: 1, Step: step, Sink: new(told)}

	require.Equal(t, engine.ClaimCounts{Skipped: 1}, runs(t, run, verdicts))
	require.Empty(t, c.deleted())
}

func TestTheRecordIsWrittenAndTheVolumeSafeBeforeTheClaimGoes(t *testing.T) {
	c, judge, verdicts := judged(t, 1)
	b := receipttest.File(t)
	c.before = func(what string) {
		if what == "retain data-web-1" {
			require.Len(t, receipttest.Read(t, b), 1)
		}
	}
	got := new(told)
	run := batch.Engine{Cluster: c, Judge: judge, Receipts: b, Retain: true, Concurrency: 1, Step: step, Sink: got}

	require.Equal(t, engine.ClaimCounts{Deleted: 1, Retained: 1, Recorded: 1}, runs(t, run, verdicts))
	require.Equal(t, []string{
		"look default", "read data-web-1", "may delete data-web-1", "retain data-web-1", "delete data-web-1",
	}, c.asked)
	require.Equal(t, []string{"deleted data-web-1 (volume stays) (restorable)"}, got.events)
}

func TestAClaimStaysThatCouldNotBeMadeSafe(t *testing.T) {
	for _, what := range []string{"read data-web-1", "retain data-web-1"} {
		t.Run(what, func(t *testing.T) {
			c, judge, verdicts := judged(t, 1)
			c.errs = map[string]error{what: errors.New("no")}
			run := batch.Engine{
				Cluster: c, Judge: judge, Receipts: receipttest.File(t), Retain: true, Concurrency: 1, Step: step, Sink: new(told),
			}

			require.Equal(t, engine.ClaimCounts{Failed: 1}, runs(t, run, verdicts))
			require.Empty(t, c.deleted())
		})
	}
}

func TestAClaimStaysWhoseRecordCouldNotBeWritten(t *testing.T) {
	c, judge, verdicts := judged(t, 1)
	b := &receipt.File{Dir: "/dev/null/x", Now: time.Now}
	run := batch.Engine{Cluster: c, Judge: judge, Receipts: b, Retain: true, Concurrency: 1, Step: step, Sink: new(told)}

	require.Equal(t, engine.ClaimCounts{Failed: 1}, runs(t, run, verdicts))
	require.Equal(t, []string{"look default", "read data-web-1", "may delete data-web-1"}, c.asked)
}

func TestVolumesThatStayAnywayAreRecorded(t *testing.T) {
	for policy, want := range map[corev1.PersistentVolumeReclaimPolicy]engine.ClaimCounts{
		corev1.PersistentVolumeReclaimRetain: {Deleted: 1, Retained: 1, Recorded: 1},
		corev1.PersistentVolumeReclaimDelete: {Skipped: 1}, // somebody has set it since the claims were listed
	} {
		t.Run(string(policy), func(t *testing.T) {
			c, judge, verdicts := judged(t, 1)
			verdicts[0].Claim.Reclaim, c.policy = corev1.PersistentVolumeReclaimRetain, policy
			run := batch.Engine{Cluster: c, Judge: judge, Receipts: receipttest.File(t), Concurrency: 1, Step: step, Sink: new(told)}

			require.Equal(t, want, runs(t, run, verdicts))
			require.NotContains(t, c.asked, "retain data-web-1")
		})
	}
}
