package sts

import (
	"cmp"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// Gathering makes the snapshots of many sets out of one list of pods. Of a
// pod only the small copy is kept, so the list can come page by page and never
// be in memory as a whole.
type Gathering struct {
	byNamespace map[string][]*Snapshot
	byUID       map[types.UID]*Snapshot
}

// Gather begins the snapshots of these sets. They have no revisions, and their
// pods no labels. A set that wants more pods than can be counted gets none, and
// does not hide the others.
func Gather(sets []*workload.Set) *Gathering {
	g := &Gathering{byNamespace: map[string][]*Snapshot{}, byUID: map[types.UID]*Snapshot{}}
	for _, set := range sets {
		s := &Snapshot{Set: set, Uncountable: Countable(set)}
		g.byNamespace[set.Namespace] = append(g.byNamespace[set.Namespace], s)
		if s.Uncountable == nil {
			g.byUID[set.UID] = s
		}
	}
	return g
}

// AddAway adds sets that are away. None of the pods is theirs.
func (g *Gathering) AddAway(sets []Snapshot) {
	for i := range sets {
		namespace := sets[i].Set.Namespace
		g.byNamespace[namespace] = append(g.byNamespace[namespace], &sets[i])
	}
}

// Add keeps what matters about a pod, when one of the sets controls it, and reports
// whether one does.
func (g *Gathering) Add(pod *corev1.Pod) bool {
	owner := metav1.GetControllerOfNoCopy(pod)
	if owner == nil {
		return false
	}
	s, ok := g.byUID[owner.UID]
	if !ok {
		return false
	}
	ordinal, ok := OrdinalOf(s.Set.Name, pod.Name)
	if !ok {
		return false
	}
	small := ObservePod(pod)
	small.Ordinal, small.Revision = ordinal, s.Set.Kind.Revision(pod)
	small.Labels = nil // for budgets, which these have none of
	small.Images = nil // which a list of sets does not show
	s.Pods = append(s.Pods, small)
	return true
}

// Take returns the sets of a namespace, by name, with the pods that have come, and
// lets go of them.
func (g *Gathering) Take(namespace string) []Snapshot {
	out := make([]Snapshot, 0, len(g.byNamespace[namespace]))
	for _, s := range g.byNamespace[namespace] {
		slices.SortFunc(s.Pods, func(a, b Pod) int { return a.Ordinal - b.Ordinal })
		out = append(out, *s)
		delete(g.byUID, s.Set.UID)
	}
	delete(g.byNamespace, namespace)
	slices.SortFunc(out, func(a, b Snapshot) int { return cmp.Compare(a.Set.Name, b.Set.Name) })
	return out
}
