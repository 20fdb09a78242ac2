package restorepvc_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/restorepvc"
	"github.com/kubectl-sts/kubectl-sts/pkg/receipt"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// record is that of claim data-web-1, whose volume had policy Delete.
func record() receipt.Receipt {
	return receipt.Receipt{
		Claim: &corev1.PersistentVolumeClaim{
			ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "data-web-1", UID: "data-web-1-uid"},
			Spec:       corev1.PersistentVolumeClaimSpec{VolumeName: "pv-data-web-1"},
		},
		ClaimUID: "data-web-1-uid", Volume: "pv-data-web-1", VolumeUID: "pv-data-web-1-uid", Before: corev1.PersistentVolumeReclaimDelete,
	}
}

// snapshot is what there is of both, nil for nothing.
func snapshot(claim *corev1.PersistentVolumeClaim, volume *corev1.PersistentVolume) sts.Snapshot {
	s := sts.Snapshot{Claims: []storage.Claim{}, Volumes: []storage.Volume{}}
	if volume != nil {
		s.Volumes = append(s.Volumes, storage.ObserveVolume(volume))
	}
	if claim != nil {
		s.Claims = append(s.Claims, storage.ObserveClaim(claim, volume))
	}
	return s
}

// does is what the steps of a plan do, in a word each.
func does(p *plan.Plan) string {
	if p == nil {
		return ""
	}
	var out []string
	for i := range p.Steps {
		switch c := p.Steps[i].Change.(type) {
		case plan.ReleaseVolume:
			out = append(out, "release")
		case plan.CreateClaim:
			out = append(out, "create")
		case plan.ResetReclaim:
			out = append(out, "reclaim "+string(c.Reclaim))
		default:
			out = append(out, p.Steps[i].Title)
		}
	}
	return strings.Join(out, ", ")
}

// released is the volume after its claim was deleted with --retain-volumes.
func released(changes ...func(*corev1.PersistentVolume)) *corev1.PersistentVolume {
	v := &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{
			Name: "pv-data-web-1", UID: "pv-data-web-1-uid", Annotations: map[string]string{storage.ReclaimBeforeAnnotation: "Delete"},
		},
		Spec: corev1.PersistentVolumeSpec{
			PersistentVolumeReclaimPolicy: corev1.PersistentVolumeReclaimRetain,
			ClaimRef:                      &corev1.ObjectReference{Namespace: "default", Name: "data-web-1", UID: "data-web-1-uid"},
		},
		Status: corev1.PersistentVolumeStatus{Phase: corev1.VolumeReleased},
	}
	for _, change := range changes {
		change(v)
	}
	return v
}

func boundTo(uid string) func(*corev1.PersistentVolume) {
	return func(v *corev1.PersistentVolume) { v.Spec.ClaimRef.UID = types.UID(uid) }
}

func finished(v *corev1.PersistentVolume) {
	v.Annotations, v.Spec.PersistentVolumeReclaimPolicy = nil, corev1.PersistentVolumeReclaimDelete
}

// there is a claim of that name, recreated for the volume.
func there(phase corev1.PersistentVolumeClaimPhase, changes ...func(*corev1.PersistentVolumeClaim)) *corev1.PersistentVolumeClaim {
	c := &corev1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "data-web-1", UID: "new-uid"},
		Spec:       corev1.PersistentVolumeClaimSpec{VolumeName: "pv-data-web-1"},
		Status:     corev1.PersistentVolumeClaimStatus{Phase: phase},
	}
	for _, change := range changes {
		change(c)
	}
	return c
}

func leaving(c *corev1.PersistentVolumeClaim) {
	c.DeletionTimestamp = &metav1.Time{Time: ststest.Start}
}

func never(c *corev1.PersistentVolumeClaim) { c.UID = "data-web-1-uid" }

func TestWhatIsLeftToRestore(t *testing.T) {
	tests := []struct {
		name   string
		claim  *corev1.PersistentVolumeClaim
		volume *corev1.PersistentVolume
		want   string
	}{
		{"all of it", nil, released(), "release, create, reclaim Delete"},
		{
			"killed when the volume was free", nil, released(boundTo("")),
			"create, reclaim Delete",
		},
		{
			"killed when the claim was made", there(corev1.ClaimPending), released(boundTo("")),
			"wait until claim data-web-1 is bound to volume pv-data-web-1, reclaim Delete",
		},
		{
			"the volume is bound, the claim does not know yet", there(corev1.ClaimPending), released(boundTo("new-uid")),
			"wait until claim data-web-1 is bound to volume pv-data-web-1, reclaim Delete",
		},
		{
			"killed when the claim was bound", there(corev1.ClaimBound), released(boundTo("new-uid")),
			"reclaim Delete",
		},
		{"nothing: it was restored", there(corev1.ClaimBound), released(boundTo("new-uid"), finished), ""},
		{
			"prune was killed before it deleted the claim", there(corev1.ClaimBound, never), released(),
			"reclaim Delete",
		},
		{"prune was killed before it wrote anything", there(corev1.ClaimBound, never), released(finished), ""},
		{"the claim is still on its way out", there(corev1.ClaimBound, never, leaving), released(), "wait until claim data-web-1 is gone"},
		{"another of its name is on its way out", there(corev1.ClaimBound, leaving), released(), "wait until claim data-web-1 is gone"},
		{
			"its policy was put back by hand", nil, released(finished),
			"release, create",
		},
		{
			"only the note is left, which is taken off", there(corev1.ClaimBound, never), released(func(v *corev1.PersistentVolume) {
				v.Spec.PersistentVolumeReclaimPolicy = corev1.PersistentVolumeReclaimRecycle
			}), "reclaim Recycle",
		},
		{
			"the note is no policy", there(corev1.ClaimBound, never),
			released(func(v *corev1.PersistentVolume) { v.Annotations[storage.ReclaimBeforeAnnotation] = "\x1b[31m" }),
			"reclaim Retain",
		},
		{
			"somebody made the volume free for any claim", nil, released(func(v *corev1.PersistentVolume) { v.Spec.ClaimRef = nil }),
			"release, create, reclaim Delete",
		},
		{
			"somebody made the claim by hand", there(corev1.ClaimPending), released(),
			"release, wait until claim data-web-1 is bound to volume pv-data-web-1, reclaim Delete",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p, err := plantest.Saved(restorepvc.Plan(record(), snapshot(test.claim, test.volume)))

			require.NoError(t, err)
			require.Equal(t, test.want, does(p))
		})
	}
}

// The volume is taken off the claim that it was seen with, and off no other.
func TestAVolumeIsReleasedOfTheClaimThatItWasSeenWith(t *testing.T) {
	p, err := plantest.Saved(restorepvc.Plan(record(), snapshot(nil, released())))

	require.NoError(t, err)
	b := record().Binding()
	require.Equal(t, plan.ReleaseVolume{Binding: b, From: "data-web-1-uid", Reclaim: "Delete"}, p.Steps[0].Change)
	require.Equal(t, plan.Restorable{Binding: b, From: "data-web-1-uid"}, p.Steps[0].Require)
}

func TestARestoreInWords(t *testing.T) {
	free := boundTo("")
	for name, test := range map[string]struct {
		claim         *corev1.PersistentVolumeClaim
		volume        *corev1.PersistentVolume
		title, result string
	}{
		"all of it": {
			nil, released(), "make claim data-web-1 again, bound to volume pv-data-web-1; set its reclaim policy back to Delete",
			"claim data-web-1 is back, bound to volume pv-data-web-1; its reclaim policy is Delete again",
		},
		"no policy": {
			nil, released(finished), "make claim data-web-1 again, bound to volume pv-data-web-1",
			"claim data-web-1 is back, bound to volume pv-data-web-1",
		},
		"the wait": {
			there(corev1.ClaimPending), released(free),
			"claim data-web-1 is there: wait until it is bound to volume pv-data-web-1; set its reclaim policy back to Delete",
			"claim data-web-1 is bound to volume pv-data-web-1; its reclaim policy is Delete again",
		},
		"the policy": {
			there(corev1.ClaimBound), released(boundTo("new-uid")),
			"claim data-web-1 is bound to volume pv-data-web-1; set its reclaim policy back to Delete",
			"claim data-web-1 is bound to volume pv-data-web-1; its reclaim policy is Delete again",
		},
		"the deleted claim is still there": {
			there(corev1.ClaimBound, leaving), released(),
			"wait until claim data-web-1, which is being deleted, is gone, and make it again, bound to volume pv-data-web-1", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := plantest.Saved(restorepvc.Plan(record(), snapshot(test.claim, test.volume)))

			require.NoError(t, err)
			require.Equal(t, []string{test.title, test.result}, []string{p.Title, p.Success})
		})
	}
	require.Equal(t, "claim data-web-1 is there, bound to volume pv-data-web-1: nothing to do", restorepvc.Nothing(record().Binding()))
}

func TestARestoreIsRefused(t *testing.T) {
	tests := []struct {
		name   string
		claim  *corev1.PersistentVolumeClaim
		volume *corev1.PersistentVolume
		why    string
	}{
		{"the volume is gone", nil, nil, "volume pv-data-web-1 is gone, and the data of claim default/data-web-1 with it"},
		{
			"another volume has its name", nil, released(func(v *corev1.PersistentVolume) { v.UID = "other" }),
			"volume pv-data-web-1 is not the one that claim default/data-web-1 was bound to: that one is gone",
		},
		{
			"the volume is going", nil,
			released(func(v *corev1.PersistentVolume) { v.DeletionTimestamp = &metav1.Time{Time: ststest.Start} }),
			"volume pv-data-web-1 is being deleted",
		},
		{
			"another claim has the volume", nil, released(func(v *corev1.PersistentVolume) { v.Spec.ClaimRef.Name = "thief" }),
			"volume pv-data-web-1 is bound to claim default/thief by now",
		},
		{
			"a claim of another namespace has it", nil, released(func(v *corev1.PersistentVolume) { v.Spec.ClaimRef.Namespace = "other" }),
			"volume pv-data-web-1 is bound to claim other/data-web-1 by now",
		},
		{
			"its data may be half gone", nil, released(func(v *corev1.PersistentVolume) { v.Status.Phase = corev1.VolumeFailed }),
			"the API server could not reclaim volume pv-data-web-1: nobody knows what is left of its data",
		},
		{
			"a claim of that name has another volume",
			there(corev1.ClaimBound, func(c *corev1.PersistentVolumeClaim) { c.Spec.VolumeName = "pv-x" }),
			released(), "there is a claim default/data-web-1 already, with another volume, pv-x",
		},
		{
			"a claim of that name waits for one",
			there(corev1.ClaimPending, func(c *corev1.PersistentVolumeClaim) { c.Spec.VolumeName = "" }),
			released(), "there is a claim default/data-web-1 already, with no volume yet",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := plantest.Saved(restorepvc.Plan(record(), snapshot(test.claim, test.volume)))

			var no *plan.Refusal
			require.ErrorAs(t, err, &no)
			require.Equal(t, test.why, no.Why)
		})
	}
}
