package judge

import (
	"fmt"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/test/witness"
)

// Retained are the claims that runs have deleted and whose volumes were to stay,
// the last of each name.
func (e *Evidence) Retained() []Kept {
	var out []Kept
	for _, d := range e.deletions() {
		what, _ := e.told(d.claim.Name, d.run, d.at)
		if what == loses { // it may have been restored before
			out = slices.DeleteFunc(out, func(k Kept) bool { return k.Volume == d.claim.Spec.VolumeName })
		}
		if what != retains {
			continue
		}
		out = slices.DeleteFunc(out, func(k Kept) bool { return k.Claim == d.claim.Name })
		out = append(out, Kept{
			Claim: d.claim.Name, Volume: d.claim.Spec.VolumeName, Home: d.run.Act.Home, Restored: -1,
			Replaced: d.run.Act.Verb() == "replace",
		})
	}
	return out
}

func retained(e *Evidence) []Violation {
	var out []Violation
	for _, d := range e.deletions() {
		if what, _ := e.told(d.claim.Name, d.run, d.at); what != retains || d.claim.Spec.VolumeName == "" {
			continue
		}
		v := e.at(d.at).volumes[d.claim.Spec.VolumeName]
		dies := v == nil || v.Spec.PersistentVolumeReclaimPolicy != corev1.PersistentVolumeReclaimRetain
		if dies && e.saw(d.run.From, d.at) {
			out = append(out, d.run.breach("has deleted claim %s before its volume %s was to be retained",
				d.claim.Name, d.claim.Spec.VolumeName))
		}
		if len(d.run.Drawn) == 0 {
			out = append(out, d.run.breach("has deleted claim %s, and no record was written", d.claim.Name))
		}
		if what := e.lostVolume(d); what != "" {
			out = append(out, d.run.breach("has deleted claim %s, and %s", d.claim.Name, what))
		}
	}
	end := e.end()
	for _, k := range e.Kept {
		switch {
		case k.Volume == "":
		case end.volumes[k.Volume] == nil:
			out = append(out, Violation{Run: -1, What: fmt.Sprintf("volume %s of claim %s was to stay and is gone", k.Volume, k.Claim)})
		case k.Replaced && k.Bound != "" && !e.saw(e.Began, e.Ended): // a later one of its name may have gone unseen
		case k.Restored >= 0 && k.Bound != k.Volume:
			out = append(out, Violation{Run: k.Restored, What: fmt.Sprintf(
				"claim %s was not restored: it is bound to %q, and its volume was %s", k.Claim, k.Bound, k.Volume)})
		}
	}
	return out
}

// lostVolume says so where the volume of a claim that was replaced is not there in the end,
// and no other claim has had it since: there may be several of one name.
func (e *Evidence) lostVolume(d deletion) string {
	name := d.claim.Spec.VolumeName
	if d.run.Act.Verb() != "replace" || e.end().volumes[name] != nil {
		return ""
	}
	if slices.ContainsFunc(e.Moments, func(m witness.Moment) bool {
		return m.Volume != nil && m.Volume.Name == name && m.Version > d.at && m.Volume.Spec.ClaimRef != nil &&
			m.Volume.Spec.ClaimRef.UID != d.claim.UID
	}) {
		return ""
	}
	return "its volume " + name + " is gone, which was to stay"
}

// retention is a policy of a set, as the server fills it in.
func retention(s *appsv1.StatefulSet) (whenScaled, whenDeleted string) {
	p := s.Spec.PersistentVolumeClaimRetentionPolicy
	if p == nil {
		return "Retain", "Retain"
	}
	return string(p.WhenScaled), string(p.WhenDeleted)
}
