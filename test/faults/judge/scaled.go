package judge

import (
	"encoding/json"
	"fmt"
	"strconv"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/test/annotations"
	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
)

func scaleDone(j judged) string {
	if want := j.r.Act.Flag("replicas"); strconv.Itoa(replicas(j.s)) != want {
		return fmt.Sprintf("there are %d replicas", replicas(j.s))
	}
	if what := first(without(j.s, annotations.Scale), j.retentionAfter()); what != "" {
		return what
	}
	if what := j.w.allReady(j.s); what != "" && !j.r.Act.Has("force") {
		return what
	}
	for _, claim := range j.was.claims {
		if what := first(j.spared(claim), j.stale(claim), j.lost(claim)); what != "" {
			return what
		}
	}
	return ""
}

// retentionAfter says so where the policies are not what they were before.
func (j judged) retentionAfter() string {
	want, _ := retention(j.before)
	var record struct{ WhenScaled string }
	if json.Unmarshal([]byte(j.before.Annotations[annotations.Scale]), &record) == nil && record.WhenScaled != "" {
		want = record.WhenScaled
	}
	if is, _ := retention(j.s); is != want {
		return fmt.Sprintf("whenScaled is %s, and was %s", is, want)
	}
	return ""
}

// spared is a claim that a scale was told to delete, of a pod that is gone, and
// that nothing protects.
func (j judged) spared(claim *corev1.PersistentVolumeClaim) string {
	owners := j.e.ownersOf(claim.Name)
	if len(owners) != 1 || owners[0].Name != j.s.Name || owners[0].Autoscaler > 0 || claim.Annotations[annotations.Keep] != "" ||
		j.r.Act.Flag("pvc") != "delete" && j.r.Act.Flag("pvc") != "retain-volume" {
		return ""
	}
	ordinal, _ := claimOf(owners[0], claim.Name)
	if ordinal < start(j.before) || ordinal >= start(j.before)+replicas(j.before) || j.w.wants(j.s.Name, ordinal) || !j.w.has(claim) {
		return ""
	}
	return "claim " + claim.Name + " is still there, and was to be deleted"
}

// stale is a claim in whose place a scale was to put a new one.
func (j judged) stale(claim *corev1.PersistentVolumeClaim) string {
	owners := j.e.ownersOf(claim.Name)
	if len(owners) != 1 || owners[0].Name != j.s.Name || j.r.Act.Flag("pvc") != "fresh" || without(j.before, annotations.Scale) != "" {
		return ""
	}
	ordinal, _ := claimOf(owners[0], claim.Name)
	if ordinal < start(j.before)+replicas(j.before) || !j.w.wants(j.s.Name, ordinal) || !j.w.has(claim) {
		return ""
	}
	return "claim " + claim.Name + " is still there, and a new one was to take its place"
}

// lost is a claim of the set that is gone, and was to be kept.
func (j judged) lost(claim *corev1.PersistentVolumeClaim) string {
	for _, s := range j.e.ownersOf(claim.Name) {
		now := j.w.claims[claim.Name]
		gone := s.Name == j.s.Name && claim.DeletionTimestamp == nil && (now == nil || now.UID != claim.UID)
		if what, _ := j.e.told(claim.Name, j.r, j.r.lastWrite()); gone && what == "" {
			return "claim " + claim.Name + " is gone, and was to be kept"
		}
	}
	return ""
}

// has reports whether the very same claim is there, and not on its way out.
func (w world) has(claim *corev1.PersistentVolumeClaim) bool {
	now := w.claims[claim.Name]
	return now != nil && now.UID == claim.UID && now.DeletionTimestamp == nil
}

// pruneDone says which claim is there that nothing has wanted for as long as the
// run went on.
func pruneDone(e *Evidence, r Run, w world) string {
	for _, claim := range e.at(r.From).claims {
		owners := e.ownersOf(claim.Name)
		if len(owners) != 1 || r.Act.Set() != "" && r.Act.Set() != owners[0].Name || !w.has(claim) {
			continue
		}
		if e.always(r.From, r.To+1, func(w world) bool { return w.spurns(owners[0], claim.Name, r) }) {
			return "claim " + claim.Name + " is still there, and nothing wants it"
		}
	}
	return ""
}

// spurns reports whether nothing wants a claim of a set: the set is there and at
// rest, or is gone and the command is about that as well.
func (w world) spurns(of schedule.Set, name string, r Run) bool {
	claim, s := w.claims[name], w.sets[of.Name]
	ordinal, _ := claimOf(of, name)
	switch {
	case claim == nil || claim.Annotations[annotations.Keep] != "" || len(claim.OwnerReferences) > 0 || w.named(name):
		return false
	case of.Autoscaler > 0 && !r.Act.Has("ignore-hpa"):
		return false
	case s == nil:
		return false // all that is known has to say that a set made it
	}
	return s.DeletionTimestamp == nil && replicas(s) > 0 && without(s, annotations.Scale) == "" && !w.wants(of.Name, ordinal)
}

// named reports whether a pod names a claim, whatever becomes of the pod.
func (w world) named(claim string) bool {
	for _, p := range w.pods {
		for _, v := range p.Spec.Volumes {
			if v.PersistentVolumeClaim != nil && v.PersistentVolumeClaim.ClaimName == claim {
				return true
			}
		}
	}
	return false
}

// restoreDone says which of the claims that a run names is not there, or has no
// volume: it is told a claim, or a pod.
func restoreDone(e *Evidence, r Run, w world) string {
	name := r.Act.Set()
	if len(e.ownersOf(name)) == 0 {
		for _, s := range e.Schedule.Sets {
			if _, ok := ordinalOf(s.Name, name); ok && s.Template != "" {
				name = s.Template + "-" + name
				break
			}
		}
	}
	switch claim := w.claims[name]; {
	case claim == nil:
		return "claim " + name + " is not there"
	case claim.Spec.VolumeName == "" || claim.Status.Phase != corev1.ClaimBound:
		return "claim " + name + " is not bound"
	}
	return ""
}
