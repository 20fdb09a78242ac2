package batch_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/batch"
	"github.com/kubectl-sts/kubectl-sts/pkg/receipt/receipttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// changed is the cluster of judged with one claim that has changed since.
func changed(t *testing.T, change func(*storage.Claim)) (*cluster, batch.Engine, *told, []claims.Verdict) {
	t.Helper()
	c, judge, verdicts := judged(t, 1)
	now := verdicts[0].Claim
	now.Version, now.Reclaim = "8", "" // which is the volume's, and read before
	change(&now)
	c.fresh = map[string]storage.Claim{now.Name: now}
	got := &told{}
	return c, batch.Engine{Cluster: c, Judge: judge, Concurrency: 1, Step: step, Sink: got}, got, verdicts
}

// The StatefulSet's claims are written to by a controller just when their pods
// have gone: that is no reason to keep one.
func TestAClaimThatHasChangedIsJudgedAgain(t *testing.T) {
	tests := []struct {
		name   string
		change func(*storage.Claim)
		want   string
	}{
		{"a condition", func(c *storage.Claim) { c.InUse = true }, "deleted data-web-1"},
		{"a label that nobody asked about", func(c *storage.Claim) { c.Labels = map[string]string{"a": "b"} }, "deleted data-web-1"},
		{
			"the annotation that keeps", func(c *storage.Claim) { c.Keep = true },
			"skipped data-web-1: annotation kubectl-sts.github.io/keep",
		},
		{"on its way out", func(c *storage.Claim) { c.Deleting = true }, "skipped data-web-1: it is being deleted already"},
		{
			"an owner", func(c *storage.Claim) { c.Owners = []metav1.OwnerReference{{Kind: "Backup", Name: "b", UID: "b-uid"}} },
			"skipped data-web-1: it belongs to Backup b",
		},
		{
			"another claim", func(c *storage.Claim) { c.UID = "new" },
			"skipped data-web-1: it was deleted, and there is another claim of that name by now",
		},
		{
			"another volume", func(c *storage.Claim) { c.Volume = "pv-2" },
			"skipped data-web-1: it was bound to volume pv-2 since it was listed",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, run, got, verdicts := changed(t, test.change)

			runs(t, run, verdicts)

			require.Equal(t, []string{test.want}, got.events)
		})
	}
}

func TestAClaimThatHasChangedIsReadBeforeWhatCanWantIt(t *testing.T) {
	c, run, _, verdicts := changed(t, func(*storage.Claim) {})

	require.Equal(t, engine.ClaimCounts{Deleted: 1}, runs(t, run, verdicts))
	require.Equal(t, []string{
		"look default", "delete data-web-1", "claim data-web-1", "look default", "delete data-web-1",
	}, c.asked)
}

func TestWhatWantsAClaimThatHasChangedKeepsIt(t *testing.T) {
	c, run, got, verdicts := changed(t, func(*storage.Claim) {})
	c.before = func(what string) {
		if what == "claim data-web-1" {
			c.world.Users = map[claims.Key]string{{Namespace: "default", Name: "data-web-1"}: "job-1"}
		}
	}

	require.Equal(t, engine.ClaimCounts{Skipped: 1}, runs(t, run, verdicts))
	require.Equal(t, []string{"skipped data-web-1: pod job-1 mounts it or waits for it"}, got.events)
}

func TestAClaimWhoseLabelsWereNotAskedForAnyMoreIsKept(t *testing.T) {
	_, run, got, verdicts := changed(t, func(c *storage.Claim) { c.Labels = map[string]string{"app": "db"} })
	run.Asked = func(c storage.Claim) bool { return c.Labels["app"] != "db" }

	require.Equal(t, engine.ClaimCounts{Skipped: 1}, runs(t, run, verdicts))
	require.Equal(t, []string{"skipped data-web-1: its labels were changed since it was listed"}, got.events)
}

func TestAClaimThatCannotBeReadAgainIsKept(t *testing.T) {
	for _, test := range []struct {
		err  error
		want string
	}{
		{errors.New("no"), "failed data-web-1: no"},
		{engine.ErrGone, "skipped data-web-1: it is gone already"},
	} {
		c, run, got, verdicts := changed(t, func(*storage.Claim) {})
		c.errs = map[string]error{"claim data-web-1": test.err}

		runs(t, run, verdicts)

		require.Equal(t, []string{test.want}, got.events)
	}
}

func TestAClaimThatChangesWithoutEndIsKept(t *testing.T) {
	c, run, got, verdicts := changed(t, func(*storage.Claim) {})
	c.errs = map[string]error{"delete data-web-1": engine.ErrConflict}

	require.Equal(t, engine.ClaimCounts{Skipped: 1}, runs(t, run, verdicts))
	require.Equal(t, []string{"skipped data-web-1: it changed 5 times while it was to be deleted"}, got.events)
	require.Len(t, c.deleted(), 5)
}

// With the volume kept, the record of the first look stands, unless the claim is
// to be made otherwise.
func TestAClaimThatHasChangedIsRecordedOnce(t *testing.T) {
	c, run, got, verdicts := changed(t, func(*storage.Claim) {})
	b := receipttest.File(t)
	run.Receipts, run.Retain = b, true
	fresh := c.fresh
	c.fresh = nil // it changes between the record and the deletion
	c.before = func(what string) {
		if what == "retain data-web-1" {
			c.fresh, c.policy = fresh, corev1.PersistentVolumeReclaimRetain
		}
	}

	require.Equal(t, engine.ClaimCounts{Deleted: 1, Retained: 1, Recorded: 1}, runs(t, run, verdicts))
	require.Equal(t, []string{"deleted data-web-1 (volume stays) (restorable)"}, got.events)
	data, err := os.ReadFile(b.Path())
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(string(data), "\n...\n"))
	require.Equal(t, []string{
		"look default", "read data-web-1", "may delete data-web-1", "retain data-web-1", "delete data-web-1",
		"claim data-web-1", "look default", "read data-web-1", "may delete data-web-1", "retain data-web-1", "delete data-web-1",
	}, c.asked)
}
