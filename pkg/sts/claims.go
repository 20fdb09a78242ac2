package sts

import (
	"fmt"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// PodOf is the name of the set's pod that a claim of this name is for, or "".
func (s Snapshot) PodOf(claim string) string {
	if ordinal, ok := s.OrdinalOfClaim(claim); ok {
		return s.PodName(ordinal)
	}
	return ""
}

// OrdinalOfClaim is the ordinal whose claim has this name, if it can be the set's.
func (s Snapshot) OrdinalOfClaim(claim string) (int, bool) {
	for _, template := range s.ClaimTemplates() {
		if ordinal, ok := s.ClaimOrdinal(template, claim); ok {
			return ordinal, true
		}
	}
	return 0, false
}

// ClaimTemplates are the names of the set's volumeClaimTemplates.
func (s Snapshot) ClaimTemplates() []string {
	if s.Set == nil {
		return nil
	}
	return s.Set.Spec.ClaimTemplates
}

// TemplateRequest is how much storage a claim of this template asks for, "" where it does
// not say.
func (s Snapshot) TemplateRequest(template string) string {
	i := slices.Index(s.ClaimTemplates(), template)
	if i < 0 || i >= len(s.Set.Spec.ClaimRequests) {
		return ""
	}
	return s.Set.Spec.ClaimRequests[i]
}

// TemplateAttributes is the VolumeAttributesClass that a claim of this template asks for, ""
// for none.
func (s Snapshot) TemplateAttributes(template string) string {
	return ptr.Deref(s.claimSpec(template).VolumeAttributesClassName, "")
}

// TemplateClass is the StorageClass that a claim of this template asks for, "" where the
// cluster's default counts.
func (s Snapshot) TemplateClass(template string) string {
	return ptr.Deref(s.claimSpec(template).StorageClassName, "")
}

// claimSpec is the spec of a claim template, empty where there is none of this name.
func (s Snapshot) claimSpec(template string) corev1.PersistentVolumeClaimSpec {
	i := slices.Index(s.ClaimTemplates(), template)
	if i < 0 || i >= len(s.Set.Spec.Claims) {
		return corev1.PersistentVolumeClaimSpec{}
	}
	return s.Set.Spec.Claims[i].Spec
}

// ClaimName is the name of the claim that the controller makes from this
// template for this ordinal (getPersistentVolumeClaimName in its source). Names
// are only ever built, never taken apart: data of set a-b and data-a of set b
// come out the same.
func (s Snapshot) ClaimName(template string, ordinal int) string {
	return fmt.Sprintf("%s-%s-%d", template, s.Name(), ordinal)
}

// ClaimOrdinal is the ordinal for which this template would give a claim this
// name, if there is one.
func (s Snapshot) ClaimOrdinal(template, claim string) (int, bool) {
	rest, ok := strings.CutPrefix(claim, template+"-")
	if !ok {
		return 0, false
	}
	return OrdinalOf(s.Name(), rest)
}

// MayBeClaim reports whether some claim template of a set of this name would give a claim
// this name.
func MayBeClaim(set, claim string) bool {
	ordinal := strings.LastIndex(claim, "-")
	if ordinal < 0 {
		return false
	}
	at := strings.LastIndex(claim[:ordinal], "-"+set)
	if at <= 0 {
		return false
	}
	_, ok := OrdinalOf(set, claim[at+1:])
	return ok
}

// ClaimsOf are the claims of one ordinal, in the order of the set's templates.
func (s Snapshot) ClaimsOf(ordinal int) []storage.Claim {
	var out []storage.Claim
	for _, template := range s.ClaimTemplates() {
		name := s.ClaimName(template, ordinal)
		if i := slices.IndexFunc(s.Claims, func(c storage.Claim) bool { return c.Name == name }); i >= 0 {
			out = append(out, s.Claims[i])
		}
	}
	return out
}

// Lacks are the claim templates of whose volumes the pod has none.
func (s Snapshot) Lacks(pod Pod) []string {
	return slices.DeleteFunc(slices.Clone(s.ClaimTemplates()), func(template string) bool { return s.HasVolume(pod, template) })
}

// HasVolume reports whether the pod has the volume of this claim template. A pod
// gets its volumes when it is created: one that is older than the template lacks it.
func (s Snapshot) HasVolume(pod Pod, template string) bool {
	return slices.Contains(pod.Claims, s.ClaimName(template, pod.Ordinal))
}

// WithClaims is the snapshot with those of these claims that a template of the
// set can have made, by name.
func (s Snapshot) WithClaims(all []storage.Claim) Snapshot {
	s.Claims = []storage.Claim{} // none, but known
	for i := range all {
		for _, template := range s.ClaimTemplates() {
			if _, ok := s.ClaimOrdinal(template, all[i].Name); ok && all[i].Namespace == s.Set.Namespace {
				s.Claims = append(s.Claims, all[i])
				break
			}
		}
	}
	slices.SortFunc(s.Claims, func(a, b storage.Claim) int { return strings.Compare(a.Name, b.Name) })
	return s
}

// WhenScaled is what the set's controller does with the claims of an ordinal
// that a scale-down removes.
func (s Snapshot) WhenScaled() workload.Retention {
	if s.Set == nil {
		return appsv1.RetainPersistentVolumeClaimRetentionPolicyType
	}
	return s.Set.Spec.WhenScaled
}

// WhenDeleted is what happens to the claims when the set itself is deleted.
func (s Snapshot) WhenDeleted() workload.Retention {
	if s.Set == nil {
		return appsv1.RetainPersistentVolumeClaimRetentionPolicyType
	}
	return s.Set.Spec.WhenDeleted
}
