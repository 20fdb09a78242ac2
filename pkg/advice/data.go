package advice

import (
	"fmt"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice/world"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

func dataRules() []Rule {
	return []Rule{
		{
			ID: "D1", Group: Data, Severity: Warning, Title: "volumes whose data goes with their claims",
			Why: "A volume with the reclaim policy Delete is deleted, data and all, as soon as its claim is. Where " +
				"persistentVolumeClaimRetentionPolicy has the controller delete claims, a scale-down or the deletion of the set " +
				"does that: a warning. Otherwise it takes somebody who deletes a claim: an info. With Retain the volume stays.",
			Live: true, Needs: []world.Part{world.PartClaims, world.PartVolumes}, judge: reclaimed,
		},
		{
			ID: "D2", Group: Data, Severity: Error, Title: "an autoscaler that deletes data",
			Why: "With whenScaled: Delete the claims of the highest ordinals go whenever the set is scaled down, and here a " +
				"HorizontalPodAutoscaler does that by itself. It is an error where the volumes go with the claims, and a warning " +
				"where that is not known of all of them.",
			Live: true, Files: true, Needs: []world.Part{world.PartScalers},
			Wants: []world.Part{world.PartClaims, world.PartVolumes, world.PartClasses}, judge: autoscaledAway,
		},
		{
			ID: "D3", Group: Data, Severity: Warning, Title: "claims of another size than their template's",
			Why: "The controller makes claims of its template's size, and never changes one. Where claims were made larger by " +
				"hand, the next ordinal gets a smaller one; where the set was recreated with a larger template, the old ones " +
				"stayed as they were.",
			Live: true, Needs: []world.Part{world.PartClaims}, judge: sizes,
		},
		{
			ID: "D4", Group: Data, Severity: Info, Title: "a StorageClass whose volumes do not grow",
			Why: "Without allowVolumeExpansion the API server refuses to make a claim larger: when a volume is full, the data has " +
				"to be copied to another. Whether the driver can expand volumes its vendor says.",
			Live: true, Files: true, Needs: []world.Part{world.PartClasses}, judge: fixedSize,
		},
		{
			ID: "D6", Group: Data, Severity: Info, Title: "claims that the set does not use any more",
			Why: "A scale-down keeps the claims, unless the set says otherwise, and so do claim templates that are removed. They cost " +
				"money, and a later scale-up finds old data in them. prune-pvc deletes them, and can keep their volumes.",
			Live: true, Needs: []world.Part{world.PartClaims, world.PartPods, world.PartScalers}, judge: unused,
		},
	}
}

// reclaimed is D1.
func reclaimed(l *look) []Finding {
	var volumes []string
	var evidence []Evidence
	for _, c := range l.claims() {
		if v, ok := l.volume(c); ok && v.Reclaim == corev1.PersistentVolumeReclaimDelete {
			volumes = append(volumes, v.Name)
			evidence = append(evidence, Evidence{
				Object: Object{Kind: "PersistentVolume", Name: v.Name}, Field: "spec.persistentVolumeReclaimPolicy",
				Value: string(v.Reclaim),
			})
		}
	}
	if len(volumes) == 0 {
		return nil
	}
	f := Finding{
		Severity: Info, Evidence: firstFew(evidence),
		Says: fmt.Sprintf("whoever deletes a claim of %s deletes its data: the reclaim policy of %s is Delete",
			l.name(), sts.Count(len(volumes), "volume")),
		Fix: run(hint.Kube("keep the volumes", "patch", append(append([]string{"persistentvolume"}, volumes...), "-p",
			`{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}`)...)),
	}
	const field = "spec.persistentVolumeClaimRetentionPolicy."
	if l.snapshot().WhenDeleted() == appsv1.DeletePersistentVolumeClaimRetentionPolicyType {
		f.Severity, f.Says = Warning, fmt.Sprintf("deleting %s deletes its data, and so does recreating it: whenDeleted is Delete, "+
			"and so is the reclaim policy of %s", l.name(), sts.Count(len(volumes), "volume"))
		f.Evidence = append([]Evidence{l.value(field+"whenDeleted", "Delete")}, f.Evidence...)
	}
	if l.snapshot().WhenScaled() == appsv1.DeletePersistentVolumeClaimRetentionPolicyType {
		f.Severity, f.Says = Warning, fmt.Sprintf("a scale-down of %s deletes the data of the pods that go: whenScaled is Delete, "+
			"and so is the reclaim policy of %s", l.name(), sts.Count(len(volumes), "volume"))
		f.Evidence = append([]Evidence{l.value(field+"whenScaled", "Delete")}, f.Evidence...)
	}
	return []Finding{f}
}

// firstFew is as much evidence as a person reads.
func firstFew(all []Evidence) []Evidence { return slices.Clip(all[:min(len(all), 3)]) }

// autoscaledAway is D2.
func autoscaledAway(l *look) []Finding {
	policy := l.object().Spec.PersistentVolumeClaimRetentionPolicy
	if policy == nil || policy.WhenScaled != appsv1.DeletePersistentVolumeClaimRetentionPolicyType ||
		len(l.object().Spec.VolumeClaimTemplates) == 0 {
		return nil
	}
	for _, s := range l.Scalers {
		if s.Set != l.name() || s.Namespace != l.object().Namespace || s.Max <= s.Min {
			continue
		}
		goes := l.goesWithClaims(s.Max)
		if goes == never {
			return nil
		}
		f := Finding{
			Says: fmt.Sprintf("when %s scales %s down, the data of the pods that go is deleted", s.Autoscaler, l.name()),
			Evidence: []Evidence{
				l.value("spec.persistentVolumeClaimRetentionPolicy.whenScaled", string(policy.WhenScaled)),
				{Object: l.beside("HorizontalPodAutoscaler", s.Name), Field: "spec.scaleTargetRef.name", Value: l.name()},
			},
			Fix: l.patch("keep the "+
				"claims", map[string]any{"persistentVolumeClaimRetentionPolicy": map[string]any{"whenScaled": "Retain"}}),
		}
		if goes == maybe {
			f.Severity = Warning
			f.Says += ", unless the volumes are retained"
		}
		return []Finding{f}
	}
	return nil
}

// certainty is how sure something is.
type certainty int

const (
	never certainty = iota
	maybe
	surely
)

// goesWithClaims is whether data goes with claims of the set once it has had so many pods.
// A volume tells by itself; of a claim that has none yet, or that is not there yet, the class
// tells what its volume will be like, unless somebody changes that. Where no volume is there
// at all, as in files, the class is all there is to go by.
func (l *look) goesWithClaims(most int) certainty {
	volumes, unread, without := 0, l.unseen(world.PartClaims), most > l.replicas()
	for _, c := range l.claims() {
		if c.Volume == "" {
			without = true
			continue
		}
		volumes++
		switch v, ok := l.volume(c); {
		case !ok:
			unread = true
		case v.Reclaim == corev1.PersistentVolumeReclaimDelete:
			return surely
		}
	}
	switch {
	case unread:
		return maybe
	case volumes == 0:
		return l.classesDelete()
	case without:
		return min(l.classesDelete(), maybe)
	}
	return never
}

// unseen reports whether nobody has looked at a part of a cluster.
func (l *look) unseen(part world.Part) bool {
	_, unseen := l.Unseen[part]
	return l.Live && unseen
}

// classesDelete is whether the classes of the claim templates have volumes deleted with
// their claims.
func (l *look) classesDelete() certainty {
	out := never
	for i := range l.object().Spec.VolumeClaimTemplates {
		name := l.object().Spec.VolumeClaimTemplates[i].Spec.StorageClassName
		if name == nil || l.Cluster == nil {
			out = max(out, maybe)
			continue
		}
		switch class, ok := l.Cluster.Classes[*name]; {
		case !ok:
			out = max(out, maybe)
		case class.ReclaimPolicy == nil || *class.ReclaimPolicy == corev1.PersistentVolumeReclaimDelete:
			return surely
		}
	}
	return out
}

// are is a number with its noun, as the subject of a sentence.
func are(n int, noun string) string { return sts.Count(n, noun) + " " + sts.Are(n) }

// fixedSize is D4.
func fixedSize(l *look) []Finding {
	var out []Finding
	for _, name := range l.classes() {
		class, ok := l.Cluster.Classes[name]
		if !ok || class.AllowVolumeExpansion != nil && *class.AllowVolumeExpansion || class.Provisioner == "kubernetes.io/no-provisioner" {
			continue
		}
		target := Object{Kind: "StorageClass", Name: name}
		out = append(out, Finding{
			Says:     fmt.Sprintf("a full volume of %s can't be made larger: StorageClass %s does not allow it", l.name(), name),
			Evidence: []Evidence{{Object: target, Field: "allowVolumeExpansion", Value: "false"}},
			Fix:      mend(target, "allow it, if the driver can expand volumes", map[string]any{"allowVolumeExpansion": true}),
		})
	}
	return out
}

// classes are the StorageClasses of the set's claims or, where there are none, of its
// templates.
func (l *look) classes() []string {
	var out []string
	if l.Cluster == nil {
		return nil
	}
	for i := range l.object().Spec.VolumeClaimTemplates {
		if name := l.object().Spec.VolumeClaimTemplates[i].Spec.StorageClassName; name != nil {
			out = append(out, *name)
		}
	}
	for _, c := range l.claims() {
		out = append(out, c.Class)
	}
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(name string) bool { return name == "" })
}

// unused is D6.
func unused(l *look) []Finding {
	found := l.Unused[l.name()]
	if len(found) == 0 {
		return nil
	}
	total, evidence := resource.Quantity{}, []Evidence(nil)
	for i := range found {
		if has, ok := size(found[i].Claim.Size); ok {
			total.Add(has)
		}
		evidence = append(evidence, Evidence{
			Object: l.beside("PersistentVolumeClaim", found[i].Claim.Name), Value: found[i].Reason, Since: found[i].Claim.UnusedSince,
		})
	}
	return []Finding{{
		Says:     fmt.Sprintf("%s not used any more, %s in all", are(len(found), "claim"), total.String()),
		Evidence: firstFew(evidence),
		Fix:      run(hint.Plugin("look at them, and delete them", "prune-pvc", l.name())),
	}}
}
