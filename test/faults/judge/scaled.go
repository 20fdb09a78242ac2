package judge

import (
	"fmt"
	"slices"
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
)

func scaleDone(e *Evidence, r Run, w world, s *appsv1.StatefulSet) string {
	if want := r.Act.Flag("replicas"); strconv.Itoa(replicas(s)) != want {
		return fmt.Sprintf("there are %d replicas", replicas(s))
	}
	if what := first(without(s, scaleRecord), w.allReady(s)); what != "" && !r.Act.Has("force") {
		return what
	}
	was := e.at(r.From)
	for name, claim := range was.claims {
		if what := e.spared(r, w, s.Name, claim); what != "" {
			return what
		}
		if told := e.told(name, r.Number); slices.ContainsFunc(e.ownersOf(name), isNamed(s.Name)) && len(told) == 0 &&
			claim.DeletionTimestamp == nil && w.claims[name] == nil {
			return "claim " + name + " is gone, and was to be kept"
		}
	}
	return ""
}

// spared is a claim that a scale was told to delete, of a pod that is gone, and
// that nothing protects.
func (e *Evidence) spared(r Run, w world, set string, claim *corev1.PersistentVolumeClaim) string {
	owners := e.ownersOf(claim.Name)
	if len(owners) != 1 || owners[0].Name != set || owners[0].Autoscaler > 0 || claim.Annotations[keepClaim] != "" ||
		r.Act.Flag("pvc") != "delete" && r.Act.Flag("pvc") != "retain-volume" {
		return ""
	}
	ordinal, _ := claimOf(owners[0], claim.Name)
	before, now := e.at(r.From).sets[set], w.claims[claim.Name]
	if before == nil || ordinal < start(before) || ordinal >= start(before)+replicas(before) || w.wants(set, ordinal) ||
		now == nil || now.UID != claim.UID || now.DeletionTimestamp != nil {
		return ""
	}
	return "claim " + claim.Name + " is still there, and was to be deleted"
}
