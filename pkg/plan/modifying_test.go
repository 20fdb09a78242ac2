package plan_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// toModify is the claim of an ordinal that is to have gold instead of what it had.
func toModify(ordinal int, had string) plan.ClaimSize {
	c := toGrow(ordinal)
	c.To, c.Attributes, c.Had = "", "gold", had
	return c
}

// asksFor has a claim ask for a VolumeAttributesClass, and its volume have another.
func asksFor(class, has string) func(*storage.Claim) {
	return func(c *storage.Claim) {
		if c.Attributes = class; class != has {
			c.Modify = &storage.Modify{Has: has}
		}
	}
}

func modifyStatus(word corev1.PersistentVolumeClaimModifyVolumeStatus) func(*storage.Claim) {
	return func(c *storage.Claim) { c.Modify.Target, c.Modify.Status = c.Attributes, word }
}

func modifyFails(c *storage.Claim) { c.Modify.Failed, c.Modify.Message = true, "too often" }

func TestClaimsGetTheirAttributes(t *testing.T) {
	both := toGrow(4)
	both.Attributes, both.Had = "gold", "silver"
	for _, test := range []struct {
		name  string
		want  plan.ClaimSize
		claim storage.Claim
		later time.Duration // of the second look, which counts
		says  plan.Progress // what of it counts
	}{
		{"it has them", toModify(4, "silver"), growing(4, unasked, asksFor("gold", "gold")), 0, plan.Progress{Done: true}},
		{
			"the watch is behind", toModify(4, "silver"), growing(4, unasked, asksFor("silver", "silver")), time.Hour,
			plan.Progress{Waiting: "claim data-web-4 (VolumeAttributesClass silver, to be gold): its driver has not begun"},
		},
		{
			"nothing has begun, and there were none", toModify(4, ""), growing(4, unasked, asksFor("gold", "")), time.Hour,
			plan.Progress{Waiting: "claim data-web-4 (no VolumeAttributesClass, to be gold): its driver has not begun"},
		},
		{
			"the driver is at it", toModify(4, "silver"),
			growing(4, unasked, asksFor("gold", "silver"), modifyStatus("InProgress")),
			time.Hour,
			plan.Progress{
				Waiting: "claim data-web-4 (VolumeAttributesClass silver, to be gold): its driver changes the volume " +
					"(ModifyVolumeInProgress)",
				Reason: "ModifyVolumeInProgress",
			},
		},
		{
			"infeasible", toModify(4, "silver"),
			growing(4, unasked, asksFor("gold", "silver"), modifyStatus("Infeasible"), modifyFails),
			0,
			plan.Progress{
				Stuck: "claim data-web-4 (VolumeAttributesClass silver, to be gold): its driver can't give it these attributes " +
					"(ModifyVolumeInfeasible): too often",
				Reason: "ModifyVolumeInfeasible",
				Try: []hint.Hint{
					hint.Kube("see what the driver says", "describe", "pvc", "data-web-4"),
					hint.Plugin("have it ask for the attributes that it has", "resize", "web",
						"--attributes-class", "data=silver", "--ordinals", "4", "--claims-only"),
				},
			},
		},
		{
			"infeasible, and there were none", toModify(4, ""),
			growing(4, unasked, asksFor("gold", ""), modifyStatus("Infeasible")),
			0,
			plan.Progress{
				Stuck: "claim data-web-4 (no VolumeAttributesClass, to be gold): its driver can't give it these attributes " +
					"(ModifyVolumeInfeasible)",
				Reason: "ModifyVolumeInfeasible",
				Try: []hint.Hint{
					hint.Kube("see what the driver says", "describe", "pvc", "data-web-4"),
					hint.Kube("have it ask for the attributes that it has", "patch", "pvc", "data-web-4",
						"-p", `{"spec":{"volumeAttributesClassName":null}}`),
				},
			},
		},
		{
			"a try has failed", toModify(4, "silver"),
			growing(4, unasked, asksFor("gold", "silver"), modifyStatus("InProgress"), modifyFails),
			time.Second,
			plan.Progress{
				Waiting: "claim data-web-4 (VolumeAttributesClass silver, to be gold): a try has failed (ModifyVolumeError): too often",
				Reason:  "ModifyVolumeError",
			},
		},
		{
			"the size is not there: it comes first", both, growing(4, asksFor("gold", "silver"), modifyStatus("InProgress")), time.Hour,
			plan.Progress{Waiting: "claim data-web-4 (1Gi, to be 2Gi): its driver has not begun"},
		},
		{
			"the size is there", both, growing(4, grownNow, asksFor("gold", "silver")), time.Hour,
			plan.Progress{Waiting: "claim data-web-4 (VolumeAttributesClass silver, to be gold): its driver has not begun"},
		},
		{
			"the attributes are what is in trouble", both, growing(4, asksFor("gold", "silver"), modifyStatus("Infeasible")), 0,
			plan.Progress{
				Stuck: "claim data-web-4 (VolumeAttributesClass silver, to be gold): its driver can't give it these attributes " +
					"(ModifyVolumeInfeasible)",
				Reason: "ModifyVolumeInfeasible",
			},
		},
		{
			"there is no such class any more", toModify(4, "silver"),
			growing(4, unasked, asksFor("gold", "silver"), func(c *storage.Claim) {
				c.Modify.Status = corev1.PersistentVolumeClaimModifyVolumePending
			}),
			30 * time.Second,
			plan.Progress{
				Stuck: "claim data-web-4 (VolumeAttributesClass silver, to be gold): its VolumeAttributesClass is not found, " +
					"or can't be used yet (ModifyVolumePending)",
				Reason: "ModifyVolumePending",
				Try: []hint.Hint{
					hint.Kube("see what the driver says", "describe", "pvc", "data-web-4"),
					hint.Plugin("have it ask for the attributes that it has", "resize", "web",
						"--attributes-class", "data=silver", "--ordinals", "4", "--claims-only"),
				},
			},
		},
		{
			"tries fail for too long: the driver goes on, whatever is asked for", toModify(4, "silver"),
			growing(4, unasked, asksFor("gold", "silver"), modifyStatus("InProgress"), modifyFails),
			30 * time.Second,
			plan.Progress{
				Stuck:  "claim data-web-4 (VolumeAttributesClass silver, to be gold): a try has failed (ModifyVolumeError): too often",
				Reason: "ModifyVolumeError",
				Try:    []hint.Hint{hint.Kube("see what the driver says", "describe", "pvc", "data-web-4")},
			},
		},
		{
			"it is to have what it has, and the driver goes on with another", toModify(4, "bronze"),
			growing(4, unasked, asksFor("gold", "silver"), func(c *storage.Claim) {
				c.Modify = &storage.Modify{Has: "gold", Target: "bronze", Status: corev1.PersistentVolumeClaimModifyVolumeInProgress}
			}),
			time.Hour,
			plan.Progress{
				Waiting: "claim data-web-4 (VolumeAttributesClass gold): its driver changes the volume (ModifyVolumeInProgress): " +
					"it goes on with VolumeAttributesClass bronze, which was asked for before",
				Reason: "ModifyVolumeInProgress",
			},
		},
		{
			"its size is none of the run's business", toModify(4, "silver"), growing(4, unable, asksFor("gold", "gold")), time.Hour,
			plan.Progress{Done: true},
		},
		{
			"nor is another size that somebody asks for meanwhile", toModify(4, "silver"),
			growing(4, otherSize, asksFor("gold", "gold")), time.Hour,
			plan.Progress{Done: true},
		},
		{
			"a file system that waits for its pod is no reason to go on without the attributes", both,
			growing(4, pending, asksFor("gold", "silver"), modifyStatus("InProgress")), time.Hour,
			plan.Progress{
				Waiting: "claim data-web-4 (1Gi, to be 2Gi): its file system is to grow (FileSystemResizePending)",
				Reason:  "FileSystemResizePending",
			},
		},
		{"both are there", both, growing(4, grownNow, asksFor("gold", "gold")), 0, plan.Progress{Done: true}},
		{
			"somebody wants others", toModify(4, "silver"), growing(4, unasked, asksFor("bronze", "bronze")), 0,
			plan.Progress{
				Broken: "claim data-web-4 asks for VolumeAttributesClass bronze by now, which is neither VolumeAttributesClass silver " +
					"nor VolumeAttributesClass gold",
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := plan.ClaimsResized{
				Claims: []plan.ClaimSize{test.want}, Of: 1,
				Patience: metav1.Duration{Duration: 30 * time.Second}, Placing: metav1.Duration{Duration: 5 * time.Minute},
			}
			s := ststest.WithClaims(test.claim)
			memory, _ := c.Recall(nil, s, ststest.Start)
			_, p := c.Recall(memory, s, ststest.Start.Add(test.later))
			got := plan.Progress{Done: p.Done, Waiting: p.Waiting, Stuck: p.Stuck, Broken: p.Broken, Reason: p.Reason}
			if test.says.Try != nil {
				got.Try = p.Try
			}
			require.Equal(t, test.says, got)
		})
	}
}

func TestTheWordsForAttributes(t *testing.T) {
	both := toGrow(4)
	both.Attributes, both.Had = "gold", "silver"
	for want, c := range map[string]plan.ClaimSize{
		"set VolumeAttributesClass gold on claim data-web-4":                        toModify(4, ""),
		"set VolumeAttributesClass gold on claim data-web-4 (was silver)":           toModify(4, "silver"),
		"grow claim data-web-4 from 1Gi to 2Gi, and set VolumeAttributesClass gold": both,
	} {
		require.Equal(t, want, plan.ResizeClaim{ClaimSize: c}.String())
	}
	require.Equal(t, "claim data-web-4 has what is asked for", plan.ClaimsResized{Claims: []plan.ClaimSize{both}}.String())
	require.Equal(t, "claim a has 2Gi and VolumeAttributesClass gold", plan.ClaimProgress{
		Name: "a", Has: "2Gi", HasAttributes: "gold", WantsAttributes: "gold", Stage: storage.ResizeDone,
	}.Says())
}

// A request is done when the claim asks for all of it.
func TestARequestForAttributesIsDone(t *testing.T) {
	both := toGrow(4)
	both.Attributes, both.Had = "gold", "silver"
	s := func(c storage.Claim) bool {
		return plan.ResizeClaim{ClaimSize: both}.Done(ststest.WithClaims(c))
	}
	require.True(t, s(growing(4, asksFor("gold", "silver"))))
	require.False(t, s(growing(4, asksFor("silver", "silver"))))
	require.False(t, s(growing(4, unasked, asksFor("gold", "silver"))))
}

// The time that a size has failed for is none of the attributes'.
func TestEachTroubleHasATimeOfItsOwn(t *testing.T) {
	both := toGrow(4)
	both.Attributes, both.Had = "gold", "silver"
	c := plan.ClaimsResized{Claims: []plan.ClaimSize{both}, Of: 1, Patience: metav1.Duration{Duration: 30 * time.Second}}
	look := func(memory any, after time.Duration, changes ...func(*storage.Claim)) (any, plan.Progress) {
		return c.Recall(memory, ststest.WithClaims(growing(4, changes...)), ststest.Start.Add(after))
	}
	modifying := []func(*storage.Claim){grownNow, asksFor("gold", "silver"), modifyStatus("InProgress"), modifyFails}

	memory, _ := look(nil, 0, failing, asksFor("gold", "silver"))
	memory, p := look(memory, 25*time.Second, modifying...)
	require.Empty(t, p.Stuck)
	memory, p = look(memory, 54*time.Second, modifying...)
	require.Empty(t, p.Stuck)
	_, p = look(memory, 55*time.Second, modifying...)
	require.NotEmpty(t, p.Stuck)
}

// A resizer says of a try nothing but that it is in progress, and nothing of the one before.
func TestADriverThatTriesAgainHasNotBegunAnew(t *testing.T) {
	c := plan.ClaimsResized{
		Claims: []plan.ClaimSize{toModify(4, "silver")}, Of: 1, Patience: metav1.Duration{Duration: 30 * time.Second},
	}
	look := func(memory any, after time.Duration, changes ...func(*storage.Claim)) (any, plan.Progress) {
		claim := growing(4, append([]func(*storage.Claim){unasked, asksFor("gold", "silver"), modifyStatus("InProgress")}, changes...)...)
		return c.Recall(memory, ststest.WithClaims(claim), ststest.Start.Add(after))
	}
	const failed = "claim data-web-4 (VolumeAttributesClass silver, to be gold): a try has failed (ModifyVolumeError): too often"

	memory, p := look(nil, 0)
	require.Contains(t, p.Waiting, "its driver changes the volume")
	memory, p = look(memory, 5*time.Second, modifyFails)
	require.Equal(t, failed, p.Waiting)
	memory, p = look(memory, 20*time.Second)
	require.Equal(t, failed, p.Waiting)
	require.Equal(t, storage.ResizeFailing, p.Claims[0].Stage)
	memory, p = look(memory, 34*time.Second, modifyFails)
	require.Empty(t, p.Stuck)
	_, p = look(memory, 35*time.Second)
	require.Equal(t, failed, p.Stuck)

	_, p = c.Recall(memory, ststest.WithClaims(growing(4, unasked, asksFor("gold", "gold"))), ststest.Start.Add(35*time.Second))
	require.True(t, p.Done)
}

// A class that comes to be there is no try that has failed.
func TestAClassThatIsThereByNowIsABeginning(t *testing.T) {
	c := plan.ClaimsResized{
		Claims: []plan.ClaimSize{toModify(4, "silver")}, Of: 1, Patience: metav1.Duration{Duration: 30 * time.Second},
	}
	look := func(memory any, after time.Duration, word corev1.PersistentVolumeClaimModifyVolumeStatus) (any, plan.Progress) {
		claim := growing(4, unasked, asksFor("gold", "silver"), modifyStatus(word))
		return c.Recall(memory, ststest.WithClaims(claim), ststest.Start.Add(after))
	}
	memory, p := look(nil, 0, corev1.PersistentVolumeClaimModifyVolumePending)
	require.Contains(t, p.Waiting, "is not found")
	memory, p = look(memory, 20*time.Second, corev1.PersistentVolumeClaimModifyVolumeInProgress)
	require.Contains(t, p.Waiting, "its driver changes the volume")
	_, p = look(memory, time.Hour, corev1.PersistentVolumeClaimModifyVolumeInProgress)
	require.Empty(t, p.Stuck)
}
