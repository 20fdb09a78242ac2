package reporttest

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	planner "github.com/kubectl-sts/kubectl-sts/pkg/planner/prunepvc"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// Orphan is a verdict that lets a claim of web go.
func Orphan(ordinal int, changes ...func(*claims.Verdict)) claims.Verdict {
	name := fmt.Sprintf("data-web-%d", ordinal)
	v := claims.Verdict{
		Claim: storage.Claim{
			Namespace: "default", Name: name, UID: types.UID(name + "-uid"), Size: "10Gi", Class: "standard",
			Volume: fmt.Sprintf("pvc-3f1a3268-84b8-401a-b191-bb2b3807728%d", ordinal), Created: ststest.Start.Add(-50 * time.Hour),
			Reclaim: corev1.PersistentVolumeReclaimDelete,
		},
		Delete: true, Class: claims.OutOfRange, Reason: "not needed: web runs ordinals 0-1", Set: "web", Template: "data", Ordinal: ordinal,
	}
	for _, change := range changes {
		change(&v)
	}
	return v
}

// BatchPlan is the event with which a batch begins that deletes the claims of these
// ordinals of web.
func BatchPlan(title string, ordinals ...int) engine.Event {
	p := planner.Plan("default", title, nil)
	return engine.Event{Type: engine.EventPlan, Time: ststest.Start, Plan: p, Batch: func(yield func(plan.Step) bool) {
		for _, ordinal := range ordinals {
			if !yield(planner.Step(Orphan(ordinal), false)) {
				return
			}
		}
	}}
}

// ClaimEvent tells what became of a claim of a batch.
func ClaimEvent(end engine.ClaimEnd) engine.Event {
	step := planner.Step(claims.Verdict{Claim: end.Claim}, false)
	return engine.Event{Type: engine.EventClaim, Time: ststest.Start, Step: &step, Claim: &end}
}

// BatchEnd tells how a batch ended.
func BatchEnd(o engine.Outcome) engine.Event {
	return engine.Event{Type: engine.EventOutcome, Time: ststest.Start, Outcome: &o}
}
