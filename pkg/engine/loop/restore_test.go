package loop_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// restore is a plan about a claim and its volume, and about no set.
func restore() plan.Plan {
	b := plan.Binding{Namespace: "default", Claim: "data-web-1", Volume: "pv-1", VolumeUID: "pv-1-uid"}
	restorable := plan.Restorable{Binding: b, From: "old"}
	return plan.Identify(plan.Plan{
		Verb: "restore-pvc", Namespace: "default", Timeout: 5 * time.Minute, Success: "the claim is back",
		Steps: []plan.Step{
			{
				Title:   "release the volume",
				Require: restorable,
				Change:  plan.ReleaseVolume{Binding: b, From: "old", Reclaim: "Delete"},
				Until:   restorable,
			},
			{Title: "create the claim", Require: restorable, Change: plan.CreateClaim{Binding: b}, Until: plan.ClaimBound{Binding: b}},
			{Title: "reset the policy", Require: restorable, Change: plan.ResetReclaim{Binding: b, Reclaim: "Delete"}, Until: restorable},
		},
	})
}

// volumeOf is the snapshot of the volume, kept for the claim with the uid, and of the
// claims of the name.
func volumeOf(uid types.UID, claims ...storage.Claim) sts.Snapshot {
	return sts.Snapshot{Claims: append([]storage.Claim{}, claims...), Volumes: []storage.Volume{{
		Name: "pv-1", UID: "pv-1-uid", Reclaim: corev1.PersistentVolumeReclaimRetain, Noted: true,
		ClaimRef: &corev1.ObjectReference{Namespace: "default", Name: "data-web-1", UID: uid},
	}}}
}

func claimOf(uid types.UID, phase corev1.PersistentVolumeClaimPhase) storage.Claim {
	return storage.Claim{Namespace: "default", Name: "data-web-1", UID: uid, Volume: "pv-1", Phase: phase}
}

func TestARestoreGoesOnToItsEnd(t *testing.T) {
	onStage(t, restore(), volumeOf("old"), func(t *testing.T, s *stage) {
		require.Equal(t, []string{"release volume pv-1 for another claim data-web-1", "create claim data-web-1"}, changesOf(s),
			"nothing is waited for in between")
		s.show(volumeOf("")) // it is older than the creation
		s.goesOn()
		s.show(volumeOf("new", claimOf("new", corev1.ClaimPending)))
		s.goesOn()
		s.show(volumeOf("new", claimOf("new", corev1.ClaimBound)))
		require.Len(t, changesOf(s), 3)
		require.Equal(t, "the claim is back", s.ends().Message)
	})
}

// The answer to a creation was lost: it is sent again only if it was not taken.
func TestARestoreWhoseAnswerWasLost(t *testing.T) {
	for name, found := range map[string]bool{"it was taken": true, "it was not": false} {
		t.Run(name, func(t *testing.T) {
			onStage(t, restore(), volumeOf(""), func(t *testing.T, s *stage) {
				require.Len(t, changesOf(s), 1)
				after := volumeOf("")
				if found {
					after = volumeOf("", claimOf("new", corev1.ClaimPending))
				}
				s.show(after)
				s.pass(10 * time.Second)
				require.Len(t, changesOf(s), map[bool]int{true: 1, false: 2}[found])
				s.show(volumeOf("new", claimOf("new", corev1.ClaimBound)))
				require.Equal(t, engine.Done, s.ends().Result)
			}, answer{err: fmt.Errorf("%w: cut", engine.ErrLost)})
		})
	}
}

// Somebody else's claim, or another claim of the volume, ends the restore; so does a
// claim that goes again.
func TestARestoreThatSomebodyGetsInto(t *testing.T) {
	strange := claimOf("strange", corev1.ClaimBound)
	strange.Volume = "pv-2"
	stolen := volumeOf("")
	stolen.Volumes[0].ClaimRef.Name = "thief"
	for name, test := range map[string]struct {
		then sts.Snapshot
		want string
	}{
		"a claim with another volume": {volumeOf("", strange), "there is another claim data-web-1 by now"},
		"the volume is another's":     {stolen, "volume pv-1 is bound to claim default/thief by now"},
	} {
		t.Run(name, func(t *testing.T) {
			onStage(t, restore(), volumeOf(""), func(t *testing.T, s *stage) {
				s.show(test.then)
				o := s.ends()
				require.Equal(t, engine.Drifted, o.Result)
				require.Equal(t, test.want, o.Message)
				require.Empty(t, o.Gate)
				require.Len(t, changesOf(s), 1, "nothing more is written")
			}, answer{err: fmt.Errorf("%w: there is one", engine.ErrConflict)})
		})
	}
	onStage(t, restore(), volumeOf(""), func(t *testing.T, s *stage) {
		s.show(volumeOf("new", claimOf("new", corev1.ClaimPending)))
		s.show(volumeOf("new"))
		require.Equal(t, "claim data-web-1 was deleted meanwhile", s.ends().Message)
	})
}

func TestARestoreHasItsTime(t *testing.T) {
	onStage(t, restore(), volumeOf(""), func(t *testing.T, s *stage) {
		s.show(volumeOf("new", claimOf("new", corev1.ClaimPending)))
		s.tell(engine.Update{Cut: true})
		s.pass(5 * time.Minute)
		o := s.ends()
		require.Equal(t, engine.TimedOut, o.Result)
		require.Equal(t, "not done after 5m0s, still waiting for claim data-web-1 to be bound to volume pv-1", o.Message)
	})
}

// changesOf are the writes that were sent, in words.
func changesOf(s *stage) []string {
	var out []string
	for _, sent := range s.cluster.sent {
		out = append(out, sent.change.String())
	}
	return out
}
