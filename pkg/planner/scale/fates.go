package scale

import (
	"maps"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// removed are the ordinals that go, highest first, with those that are on
// their way out already.
func (r Request) removed(s sts.Snapshot, record *operation.Scale) []plan.Ordinal {
	end, top := s.Ordinals().At(r.To), above(s)
	if record != nil {
		top = max(top, s.Ordinals().At(record.From))
	}
	var out []plan.Ordinal
	for o := range s.Ordinals().Between(end, top).Backward() {
		_, there := s.Pod(o)
		ordinal := plan.Ordinal{Ordinal: o, Pod: s.PodName(o)}
		for _, c := range s.ClaimsOf(o) {
			ordinal.Claims = append(ordinal.Claims, r.down(s, c, o, record))
		}
		if there || s.Ordinals().Has(o) || len(ordinal.Claims) > 0 {
			out = append(out, ordinal)
		}
	}
	out = r.byPolicy(out, s, record)
	if record == nil && r.To == s.Replicas() {
		out = append(outOfRange(s, top), out...)
	}
	return out
}

// above is the ordinal above all that the set wants, and above those whose pods are still there.
func above(s sts.Snapshot) int {
	top := s.Ordinals().Next()
	for _, pod := range s.Stray() {
		top = max(top, pod.Ordinal+1)
	}
	return top
}

// outOfRange are the ordinals from top on whose claims the controller still deletes
// after a scale-down of before, highest first: whoever asks for the same number again
// waits for them, too. A claim of a pod that is gone goes with its pod.
func outOfRange(s sts.Snapshot, top int) []plan.Ordinal {
	if s.WhenScaled() != appsv1.DeletePersistentVolumeClaimRetentionPolicyType {
		return nil
	}
	byOrdinal := map[int]*plan.Ordinal{}
	for i := range s.Claims {
		c := s.Claims[i]
		ordinal, ok := s.OrdinalOfClaim(c.Name)
		pod := s.PodName(ordinal)
		taken := slices.ContainsFunc(c.Owners, func(o metav1.OwnerReference) bool { return o.Kind == "Pod" && o.Name == pod })
		_, held := c.OtherOwner(s.UID(), pod) // as long as that one is there, the claim stays
		if !ok || ordinal < top || !taken || held {
			continue
		}
		if byOrdinal[ordinal] == nil {
			byOrdinal[ordinal] = &plan.Ordinal{Ordinal: ordinal, Pod: pod}
		}
		byOrdinal[ordinal].Claims = append(byOrdinal[ordinal].Claims, plan.ClaimFate{Claim: c, Fate: plan.FateGoing})
	}
	var out []plan.Ordinal
	for _, ordinal := range slices.Backward(slices.Sorted(maps.Keys(byOrdinal))) {
		out = append(out, *byOrdinal[ordinal])
	}
	return out
}

// down is what happens to a claim whose ordinal goes.
func (r Request) down(s sts.Snapshot, c storage.Claim, ordinal int, record *operation.Scale) plan.ClaimFate {
	answer := r.answer(ordinal)
	if record != nil && answer == "" { // what was answered the first time
		answer = Keep
		if p, ok := record.Claims[c.Name]; ok && p.UID == c.UID {
			answer = map[bool]Answer{true: RetainVolume, false: Delete}[p.Retain]
		}
	}
	fate := plan.ClaimFate{Claim: c, Fate: plan.FateKept}
	switch {
	case c.Deleting:
		fate.Fate = plan.FateGoing
		return fate
	case answer == Keep || answer == "":
		return fate
	}
	if fate.Why = r.mustKeep(s, c, false); fate.Why != "" {
		return fate
	}
	fate.Fate = plan.FateDeleted
	if answer == RetainVolume && c.Volume != "" {
		fate.Fate = plan.FateRetained
	}
	return fate
}

// mustKeep says why nothing deletes a claim, or "". replaced says that its ordinal
// is to have a new one instead.
func (r Request) mustKeep(s sts.Snapshot, c storage.Claim, replaced bool) string {
	_, why := r.index.Protects(c, claims.Owner{Set: &s, Pod: s.PodOf(c.Name), Replaced: replaced})
	return why
}

// byPolicy leaves the deletions to the controller where it would delete
// everything that is to be deleted, and nothing else.
func (r Request) byPolicy(ordinals []plan.Ordinal, s sts.Snapshot, record *operation.Scale) []plan.Ordinal {
	if s.WhenScaled() != appsv1.DeletePersistentVolumeClaimRetentionPolicyType || record != nil {
		return ordinals
	}
	asked := r.Answer != "" || len(r.By) > 0
	for i := range ordinals {
		for _, c := range ordinals[i].Claims {
			// What a scale before this one left may not be the controller's any more.
			gone := !s.Ordinals().Has(ordinals[i].Ordinal) && c.Fate == plan.FateDeleted
			if asked && (gone || c.Fate == plan.FateKept || c.Fate == plan.FateRetained) {
				return ordinals
			}
		}
	}
	for i := range ordinals {
		for j := range ordinals[i].Claims {
			c := &ordinals[i].Claims[j]
			switch why := r.mustKeep(s, c.Claim, false); {
			case c.Fate == plan.FateGoing:
			case why != "":
				c.Why = why
			default:
				c.Fate = plan.FateByPolicy
			}
		}
	}
	return ordinals
}

// added are the ordinals that come, lowest first.
func (r Request) added(s sts.Snapshot) []plan.Ordinal {
	var out []plan.Ordinal
	for o := range s.Ordinals().Added(r.To).All() {
		ordinal := plan.Ordinal{Ordinal: o, Pod: s.PodName(o)}
		for _, template := range s.ClaimTemplates() {
			ordinal.Claims = append(ordinal.Claims, r.up(s, template, o))
		}
		out = append(out, ordinal)
	}
	return out
}

// up is what happens to the claim that a template of an ordinal that comes finds.
func (r Request) up(s sts.Snapshot, template string, ordinal int) plan.ClaimFate {
	name := s.ClaimName(template, ordinal)
	i := slices.IndexFunc(s.Claims, func(c storage.Claim) bool { return c.Name == name })
	if i < 0 {
		return plan.ClaimFate{Claim: storage.Claim{Namespace: s.Set.Namespace, Name: name}, Fate: plan.FateNew}
	}
	fate := plan.ClaimFate{Claim: s.Claims[i], Fate: plan.FateReused}
	switch {
	case s.Claims[i].Deleting:
		fate.Fate = plan.FateGoing
	case r.answer(ordinal) == Fresh:
		fate.Fate = plan.FateReplaced
	}
	return fate
}

// Stale are the claims of ordinals that come which are there already.
func Stale(ordinals []plan.Ordinal) []storage.Claim {
	var out []storage.Claim
	for _, o := range ordinals {
		for _, c := range o.Claims {
			if c.Fate != plan.FateNew {
				out = append(out, c.Claim)
			}
		}
	}
	return out
}
