package verbtest

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// Third is a revision after Update, with nginx:1.23.
const Third = "web-third"

// On is a snapshot whose pods run these revisions, lowest ordinal first; a "!"
// before one is a pod that is not Ready. Its revisions are of nginx:1.21, 1.22
// and 1.23, in this order but for one that is renumbered as the newest.
func On(set *appsv1.StatefulSet, newest string, pods ...string) sts.Snapshot {
	numbers := map[string]int64{ststest.Stable: 1, ststest.Update: 2, Third: 3}
	if newest != "" {
		numbers[newest] = 4
	}
	var all []*corev1.Pod
	for o, revision := range pods {
		if revision[0] == '!' {
			all = append(all, ststest.Pod(o, ststest.Revision(revision[1:]), ststest.Unready))
			continue
		}
		all = append(all, ststest.Pod(o, ststest.Revision(revision)))
	}
	return sts.Observe(workload.FromApps(set), all, []*appsv1.ControllerRevision{
		ststest.ControllerRevision(ststest.Stable, "nginx:1.21", numbers[ststest.Stable]),
		ststest.ControllerRevision(ststest.Update, "nginx:1.22", numbers[ststest.Update]),
		ststest.ControllerRevision(Third, "nginx:1.23", numbers[Third]),
	}, nil)
}

// Rolling is the set on its way from a revision to another.
func Rolling(from, to string, changes ...func(*appsv1.StatefulSet)) *appsv1.StatefulSet {
	images := map[string]string{ststest.Stable: "nginx:1.21", ststest.Update: "nginx:1.22", Third: "nginx:1.23"}
	return ststest.Set(append([]func(*appsv1.StatefulSet){func(set *appsv1.StatefulSet) {
		set.Spec.Template = ststest.Template(images[to])
		set.Status.CurrentRevision, set.Status.UpdateRevision = from, to
	}}, changes...)...)
}

// OnThird is the set at rest on its third revision.
func OnThird() sts.Snapshot { return On(Rolling(Third, Third), "", Third, Third, Third, Third, Third) }

// Within is the snapshot of a set with a disruption budget.
func Within(s sts.Snapshot, changes ...func(*policyv1.PodDisruptionBudget)) sts.Snapshot {
	return s.WithBudgets([]*policyv1.PodDisruptionBudget{ststest.Budget(changes...)})
}

// EveryPod is five pods of this revision.
func EveryPod(revision string) []string {
	return []string{revision, revision, revision, revision, revision}
}
