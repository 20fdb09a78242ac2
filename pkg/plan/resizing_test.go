package plan_test

import (
	"fmt"
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

// toGrow is the claim of an ordinal that is to grow from 1Gi to 2Gi.
func toGrow(ordinal int) plan.ClaimSize {
	name := fmt.Sprintf("data-web-%d", ordinal)
	return plan.ClaimSize{Name: name, UID: ststest.Claim(name).UID, Template: "data", Ordinal: ordinal, From: "1Gi", To: "2Gi"}
}

// growing is that claim; the changes are to where it stands.
func growing(ordinal int, changes ...func(*storage.Claim)) storage.Claim {
	c := ststest.Claim(toGrow(ordinal).Name, func(c *storage.Claim) {
		c.Size, c.Phase, c.Resize = "1Gi", corev1.ClaimBound, &storage.Resize{Request: "2Gi"}
	})
	for _, change := range changes {
		change(&c)
	}
	return c
}

func grownNow(c *storage.Claim) { c.Size, c.Resize = "2Gi", nil }
func unasked(c *storage.Claim)  { c.Resize = nil }
func pending(c *storage.Claim) {
	c.Resize.FileSystemPending, c.Resize.Status = true, corev1.PersistentVolumeClaimNodeResizePending
}

func onNode(c *storage.Claim) {
	pending(c)
	c.Resize.Status = corev1.PersistentVolumeClaimNodeResizeInProgress
}

func unable(c *storage.Claim) {
	c.Resize.Status = corev1.PersistentVolumeClaimControllerResizeInfeasible
}

func failing(c *storage.Claim) {
	c.Resize.Error, c.Resize.Message = corev1.PersistentVolumeClaimControllerResizeError, "full"
}
func otherSize(c *storage.Claim) { c.Resize.Request = "3Gi" }

func TestClaimsResized(t *testing.T) {
	const patience, placing = 30 * time.Second, 5 * time.Minute
	two := plan.ClaimsResized{
		Claims: []plan.ClaimSize{toGrow(4), toGrow(3)}, Of: 2,
		Patience: metav1.Duration{Duration: patience}, Placing: metav1.Duration{Duration: placing},
	}
	type want struct {
		done                         bool
		waiting, stuck, held, broken string
		good                         int
	}
	for _, test := range []struct {
		name   string
		change func(*plan.ClaimsResized)
		claims []storage.Claim
		later  time.Duration // of the second look, which counts
		want   want
	}{
		{"all have their size", nil, []storage.Claim{growing(4, grownNow), growing(3, grownNow)}, 0, want{done: true, good: 2}},
		{
			"nothing has begun", nil,
			[]storage.Claim{growing(4), growing(3, grownNow)},
			time.Hour,
			want{waiting: "claim data-web-4 (1Gi, to be 2Gi): its driver has not begun", good: 1},
		},
		{
			"the watch is behind", nil,
			[]storage.Claim{growing(4, unasked), growing(3, grownNow)},
			time.Hour,
			want{waiting: "claim data-web-4 (1Gi, to be 2Gi): its driver has not begun", good: 1},
		},
		{
			"some may be on their way", func(c *plan.ClaimsResized) { c.Growing = 1 },
			[]storage.Claim{growing(4), growing(3, grownNow)},
			0,
			want{done: true, good: 1},
		},
		{
			"but no more", func(c *plan.ClaimsResized) { c.Growing = 1 },
			[]storage.Claim{growing(4), growing(3)},
			0,
			want{waiting: "claim data-web-4 (1Gi, to be 2Gi): its driver has not begun (and 1 more)"},
		},
		{
			"infeasible counts at once", func(c *plan.ClaimsResized) { c.Growing = 2 },
			[]storage.Claim{growing(4), growing(3, unable)},
			0,
			want{stuck: "claim data-web-3 (1Gi, to be 2Gi): its driver can't give it this size (ControllerResizeInfeasible)"},
		},
		{
			"an error is waited for", nil,
			[]storage.Claim{growing(4, failing), growing(3, grownNow)},
			patience - 1,
			want{waiting: "claim data-web-4 (1Gi, to be 2Gi): a try has failed (ControllerResizeError): full", good: 1},
		},
		{
			"and counts after the patience", nil,
			[]storage.Claim{growing(4, failing), growing(3, grownNow)},
			patience,
			want{stuck: "claim data-web-4 (1Gi, to be 2Gi): a try has failed (ControllerResizeError): full"},
		},
		{
			"a kubelet has its time", nil,
			[]storage.Claim{growing(4, pending), growing(3, grownNow)},
			placing - 1,
			want{waiting: "claim data-web-4 (1Gi, to be 2Gi): its file system is to grow (FileSystemResizePending)", good: 1},
		},
		{
			"then the pod has to restart", nil,
			[]storage.Claim{growing(4, pending), growing(3, grownNow)},
			placing,
			want{held: "the file system of claim data-web-4 grows only when its pod restarts (FileSystemResizePending)", good: 1},
		},
		{
			"a kubelet that is at it is waited for", nil,
			[]storage.Claim{growing(4, onNode), growing(3, grownNow)},
			time.Hour,
			want{waiting: "claim data-web-4 (1Gi, to be 2Gi): its file system is to grow (NodeResizeInProgress)", good: 1},
		},
		{
			"the others may go on meanwhile", func(c *plan.ClaimsResized) { c.Leaves = true },
			[]storage.Claim{growing(4, pending), growing(3, grownNow)},
			placing,
			want{done: true, good: 1},
		},
		{
			"those that do not wait for pods come first", nil,
			[]storage.Claim{growing(4, pending), growing(3)},
			placing,
			want{waiting: "claim data-web-3 (1Gi, to be 2Gi): its driver has not begun"},
		},
		{"deleted", nil, []storage.Claim{growing(4)}, 0, want{broken: "claim data-web-3 was deleted"}},
		{
			"another one of its name", nil,
			[]storage.Claim{growing(4), growing(3, func(c *storage.Claim) { c.UID = "other" })},
			0,
			want{broken: "claim data-web-3 was deleted, and there is another one of its name"},
		},
		{
			"somebody asks for another size", nil,
			[]storage.Claim{growing(4), growing(3, otherSize)},
			0,
			want{broken: "claim data-web-3 asks for 3Gi by now, which is neither 1Gi nor 2Gi"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, s := two, ststest.WithClaims(test.claims...)
			if test.change != nil {
				test.change(&c)
			}
			memory, _ := c.Recall(nil, s, ststest.Start)
			_, got := c.Recall(memory, s, ststest.Start.Add(test.later))

			require.Equal(t, test.want, want{got.Done, got.Waiting, got.Stuck, got.Held, got.Broken, got.Good})
			require.True(t, got.Bears, "pods are none of its business")
		})
	}
}

func TestWhatHelpsWithAClaimThatDoesNotGetItsSize(t *testing.T) {
	c := plan.ClaimsResized{Claims: []plan.ClaimSize{toGrow(4), toGrow(3)}, Of: 2}
	_, got := c.Recall(nil, ststest.WithClaims(growing(4, pending), growing(3, pending)), ststest.Start)
	require.Equal(t, []hint.Hint{hint.Plugin("restart them one by one", "restart", "web", "--ordinals", "3-4")}, got.Try)

	_, got = c.Recall(nil, ststest.WithClaims(growing(4, unable), growing(3)), ststest.Start)
	require.Equal(t, []hint.Hint{
		hint.Kube("see what the driver says", "describe", "pvc", "data-web-4"),
		hint.Plugin("ask for less, which must be more than the 1Gi that it has", "resize", "web",
			"--size", "data=...", "--ordinals", "4", "--claims-only"),
	}, got.Try)
}

func TestAClaimThatNoPodWillMountHasItsSizeWhenItsVolumeHas(t *testing.T) {
	c := plan.ClaimsResized{Claims: []plan.ClaimSize{toGrow(9)}, Of: 1}
	_, got := c.Recall(nil, ststest.WithClaims(growing(9, pending)), ststest.Start)
	require.True(t, got.Done)
	require.True(t, got.Claims[0].Unmounted)
}

func TestResizeClaim(t *testing.T) {
	change := plan.ResizeClaim{ClaimSize: toGrow(4)}
	require.True(t, change.Done(ststest.WithClaims(growing(4))))
	require.False(t, change.Done(ststest.WithClaims(growing(4, unasked))))
	require.False(t, change.Done(ststest.WithClaims()))
	require.Equal(t, "grow claim data-web-4 from 1Gi to 2Gi", change.String())
	change.From = "9Gi"
	require.Equal(t, "lower the request of claim data-web-4 from 9Gi to 2Gi", change.String())

	require.True(t, plan.Resizable{ClaimSize: toGrow(4)}.Check(ststest.WithClaims(growing(4, unasked)), ststest.Start).Done)
	require.Equal(t, "the claims to be read", plan.Resizable{ClaimSize: toGrow(4)}.Check(ststest.Settled(), ststest.Start).Waiting)
	require.NotEmpty(t, plan.Resizable{ClaimSize: toGrow(4)}.Check(ststest.WithClaims(growing(4, otherSize)), ststest.Start).Broken)
}

// While the claims before it grow, the driver may meet a request that is to be lowered.
func TestARequestThatHasBeenMetIsNotLowered(t *testing.T) {
	lower := plan.Resizable{ClaimSize: toGrow(4)}
	lower.From = "3Gi"
	for size, want := range map[string]string{
		"1Gi": "",
		"2Gi": "claim data-web-4 has 2Gi by now, and no volume shrinks to 2Gi",
		"3Gi": "claim data-web-4 has 3Gi by now, and no volume shrinks to 2Gi",
	} {
		claim := growing(4, otherSize, func(c *storage.Claim) { c.Size = size })
		require.Equal(t, want, lower.Check(ststest.WithClaims(claim), ststest.Start).Broken)
	}
	require.True(t, lower.Check(ststest.WithClaims(growing(4, grownNow)), ststest.Start).Done, "it asks for that already")
}
