// Package restorepvc plans how a deleted claim is restored to its volume.
package restorepvc

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/receipt"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// Nothing is what is said where the claim is restored already.
func Nothing(b plan.Binding) string {
	return fmt.Sprintf("claim %s is there, bound to volume %s: nothing to do", b.Claim, b.Volume)
}

// Plan is what is left to do until the claim of a record is back, from a snapshot of
// the two; nil where it is. Each step is done once and shows in the cluster, so a
// restore that was killed goes on where it was. While the claim is on its way out the
// plan is to wait for its end, and has no Success: what comes then is decided by
// another plan. A *plan.Refusal as the error says why the claim can't be restored.
func Plan(r receipt.Receipt, s sts.Snapshot) (*plan.Plan, error) {
	b := planner{Binding: r.Binding(), record: r}
	if why := b.Broken(s); why != "" {
		return nil, &plan.Refusal{Why: why}
	}
	b.volume = s.Volumes[0] // or it would be broken
	if len(s.Claims) > 0 {
		return b.onward(s.Claims[0])
	}
	if b.volume.Phase == corev1.VolumeFailed {
		return nil, &plan.Refusal{
			Why: fmt.Sprintf("the API server could not reclaim volume %s: nobody knows what is left of its data", r.Volume),
		}
	}
	reclaim := r.Before
	if !b.volume.Noted && b.volume.Reclaim == r.Before {
		reclaim = ""
	}
	return b.plan(moves{release: b.held(), create: true, wait: true, reclaim: reclaim}), nil
}

// planner makes the plan of one claim.
type planner struct {
	plan.Binding
	record receipt.Receipt
	volume storage.Volume
}

// moves are what is left to do.
type moves struct {
	release bool // let the volume go of the claim that is gone, for one of the same name
	create  bool // the claim
	wait    bool // until it is bound
	// reclaim is the policy that the volume gets back, "" when it has it.
	reclaim corev1.PersistentVolumeReclaimPolicy
}

// boundTo is the uid of the claim that the volume is bound to, empty for none.
func (b planner) boundTo() types.UID {
	if b.volume.ClaimRef == nil {
		return ""
	}
	return b.volume.ClaimRef.UID
}

// held reports whether the volume is not free for any claim of the name yet.
func (b planner) held() bool { return b.volume.ClaimRef == nil || b.boundTo() != "" }

// onward decides where there is a claim of that name: the one that was never
// deleted, the one that an earlier restore created, or a stranger.
func (b planner) onward(claim storage.Claim) (*plan.Plan, error) {
	to := b.volume.ClaimRef
	bound := to != nil && to.UID == claim.UID
	switch {
	case claim.Deleting:
		return b.leave(claim), nil
	case claim.Volume != b.Volume:
		return nil, &plan.Refusal{
			Why: fmt.Sprintf("there is a claim %s/%s already, with %s", claim.Namespace, claim.Name, volumeOf(claim)),
			Try: []hint.Hint{
				hint.Words("if what is in it matters: scale the set down below it with --pvc=retain-volume, " +
					"which keeps that as well, and try again"),
				b.here(hint.Kube("if not, and no pod mounts it: delete it and try again", "delete", "pvc", claim.Name)),
			},
		}
	}
	m := moves{wait: !bound || claim.Phase != corev1.ClaimBound, release: !bound && b.held()}
	if b.volume.Noted {
		m.reclaim = b.volume.Reclaim
		if storage.IsReclaimPolicy(b.volume.Before) && m.reclaim == corev1.PersistentVolumeReclaimRetain {
			m.reclaim = corev1.PersistentVolumeReclaimPolicy(b.volume.Before)
		}
	}
	if m == (moves{}) {
		return nil, nil //nolint:nilnil // nothing to do
	}
	return b.plan(m), nil
}

// here is a command about the claim's namespace.
func (b planner) here(h hint.Hint) hint.Hint {
	h.Namespace = b.Namespace
	return h
}

func volumeOf(claim storage.Claim) string {
	if claim.Volume == "" {
		return "no volume yet"
	}
	return "another volume, " + claim.Volume
}

func (b planner) frame(title, success string) *plan.Plan {
	return &plan.Plan{Verb: "restore-pvc", Namespace: b.Namespace, Claim: b.Claim, Title: title, Success: success}
}

// leave waits until the claim is gone that is on its way out.
func (b planner) leave(claim storage.Claim) *plan.Plan {
	p := b.frame(fmt.Sprintf("wait until claim %s, which is being deleted, is gone, and make it again, bound to volume %s",
		b.Claim, b.Volume), "")
	p.Steps = []plan.Step{{
		Title: fmt.Sprintf("wait until claim %s is gone", b.Claim),
		Until: plan.ClaimsGone{Claims: map[types.UID]string{claim.UID: claim.Name}},
	}}
	return p
}

func (b planner) plan(m moves) *plan.Plan {
	p := b.frame(b.words(m, false), b.words(m, true))
	restorable := plan.Restorable{Binding: b.Binding, From: b.boundTo()}
	step := func(change plan.Change, until plan.Condition) {
		p.Steps = append(p.Steps, plan.Step{Title: change.String(), Require: restorable, Change: change, Until: until})
	}
	if m.release {
		step(plan.ReleaseVolume{Binding: b.Binding, From: b.boundTo(), Reclaim: b.record.Before}, restorable)
	}
	switch bound := (plan.ClaimBound{Binding: b.Binding}); {
	case m.create:
		step(plan.CreateClaim{Binding: b.Binding, Manifest: receipt.Bare(b.record.Claim)}, bound)
	case m.wait:
		p.Steps = append(p.Steps, plan.Step{Title: "wait until " + bound.String(), Until: bound})
	}
	if m.reclaim != "" {
		step(plan.ResetReclaim{Binding: b.Binding, Reclaim: m.reclaim}, restorable)
	}
	for i := range p.Steps {
		p.Steps[i].Number, p.Steps[i].Of = i+1, len(p.Steps)
	}
	return p
}

// words say what is to be done, or what was.
func (b planner) words(m moves, done bool) string {
	words := map[bool]string{true: "claim %s is back, bound to volume %s", false: "make claim %s again, bound to volume %s"}[done]
	if !m.create {
		words = "claim %s is bound to volume %s"
		if !done && m.wait {
			words = "claim %s is there: wait until it is bound to volume %s"
		}
	}
	words = fmt.Sprintf(words, b.Claim, b.Volume)
	switch {
	case m.reclaim == "":
		return words
	case done:
		return words + fmt.Sprintf("; its reclaim policy is %s again", m.reclaim)
	}
	return words + fmt.Sprintf("; set its reclaim policy back to %s", m.reclaim)
}
