package loop

import (
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/resourceversion"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// before reports whether a snapshot of the feed shows less than a look. The watch
// may be behind what was read, and what it shows then would undo the look. Versions
// that can't be compared say nothing: such a snapshot is taken.
func before(s, look sts.Snapshot) bool {
	if s.Set == nil || look.Set == nil || s.Set.UID != look.Set.UID {
		return false
	}
	if older(s.Set.ResourceVersion, look.Set.ResourceVersion) {
		return true
	}
	shown, looked := byUID(s.Pods), byUID(look.Pods)
	for _, p := range s.Pods {
		q, found := looked[p.UID]
		if found && older(p.Version, q.Version) {
			return true
		}
		if !found && olderThanOne(p, look.Pods) {
			return true // the look saw later changes, and that this pod is deleted
		}
	}
	if older(look.Set.ResourceVersion, s.Set.ResourceVersion) {
		return false
	}
	for _, q := range look.Pods {
		if _, found := shown[q.UID]; !found && !olderThanOne(q, s.Pods) {
			return true // not created yet; a deletion would show in the set's status
		}
	}
	return false
}

func byUID(pods []sts.Pod) map[types.UID]sts.Pod {
	out := make(map[types.UID]sts.Pod, len(pods))
	for _, p := range pods {
		out[p.UID] = p
	}
	return out
}

// olderThanOne reports whether one of the others changed after this pod did: a watch
// tells the changes of pods in their order.
func olderThanOne(p sts.Pod, others []sts.Pod) bool {
	for _, o := range others {
		if older(p.Version, o.Version) {
			return true
		}
	}
	return false
}

func older(a, b string) bool {
	order, err := resourceversion.CompareResourceVersion(a, b)
	return err == nil && order < 0
}
