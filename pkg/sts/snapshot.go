package sts

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// Snapshot is everything known about one StatefulSet at one moment.
type Snapshot struct {
	// Set is the StatefulSet itself, nil when there is none (any more).
	Set *workload.Set
	// Pods are the pods that the set controls, in ordinal order, also those
	// outside of its present range (a scale-down that is not over).
	Pods []Pod
	// Revisions are the set's ControllerRevisions, oldest first.
	Revisions []*appsv1.ControllerRevision
	// FailedCreates are the words of the newest FailedCreate event about a
	// pod, by pod name. The controller says nowhere else why it cannot make
	// a pod.
	FailedCreates map[string]FailedCreate
	// Budgets are the PodDisruptionBudgets that cover the set.
	Budgets []Budget
	// Claims are those that the set's templates have made or would take for
	// theirs, by name; only where a verb is about them.
	Claims []storage.Claim
	// Volumes are those that the snapshot was asked about, nil where nobody has read
	// them: only a plan that restores a claim does.
	Volumes []storage.Volume
	// Raw is the set's pod template as the server wrote it, nil where nobody has
	// read it like that: a watch and a list have it in this build's types alone.
	Raw podtemplate.Template
	// Nodes are those that hold pods which do not go, by name.
	Nodes map[string]Node
	// Away is set where there is no such set at the moment, and Set is what it is to
	// be again. Nothing else is known of it, and it counts as one without replicas.
	Away *Away
	// Uncountable is why the set's ordinals are not gone through, as [Countable]
	// says; nil for nearly every set. Then nothing else is known of it, and it
	// counts as one without replicas.
	Uncountable error
}

// Away is what is known of a set that a recreate has deleted and not created yet.
type Away struct {
	ID      string // of the recreate
	Started time.Time
	Changes string // each difference, for a person
	// Unread is why the set that was saved can't be read, nil where it can: of one that
	// can't, nothing but its name is known.
	Unread error
}

// Observe builds a snapshot out of what a client read. Pods and revisions
// that the set does not control are left out: a selector alone may match
// strangers. failed may be nil.
func Observe(set *workload.Set, pods []*corev1.Pod, revisions []*appsv1.ControllerRevision, failed map[string]FailedCreate) Snapshot {
	s := Snapshot{Set: set, FailedCreates: failed}
	if set == nil {
		return s
	}
	for _, p := range pods {
		if !metav1.IsControlledBy(p, set) {
			continue
		}
		if ordinal, ok := OrdinalOf(set.Name, p.Name); ok {
			pod := ObservePod(p)
			pod.Ordinal, pod.Revision = ordinal, set.Kind.Revision(p)
			s.Pods = append(s.Pods, pod)
		}
	}
	slices.SortFunc(s.Pods, func(a, b Pod) int { return a.Ordinal - b.Ordinal })
	for _, r := range revisions {
		if metav1.IsControlledBy(r, set) {
			s.Revisions = append(s.Revisions, r)
		}
	}
	slices.SortFunc(s.Revisions, func(a, b *appsv1.ControllerRevision) int {
		if a.Revision != b.Revision {
			return int(a.Revision - b.Revision)
		}
		return strings.Compare(a.Name, b.Name)
	})
	return s
}

// OrdinalOf reads the ordinal out of a pod's name, which is the set's whole
// name, a dash and digits: pod web-1-0 does not belong to set web.
func OrdinalOf(set, pod string) (int, bool) {
	digits, ok := strings.CutPrefix(pod, set+"-")
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(digits)
	if err != nil || n < 0 || strconv.Itoa(n) != digits {
		return 0, false
	}
	return n, true
}

// Unknown reports whether nothing is known of the set's pods: they have not been looked at.
func (s Snapshot) Unknown() bool { return s.Uncountable != nil || s.Away != nil }

// Exists reports whether there is such a set.
func (s Snapshot) Exists() bool { return s.Set != nil }

// Name is the set's name, or "" when there is no set.
func (s Snapshot) Name() string {
	if s.Set == nil {
		return ""
	}
	return s.Set.Name
}

// UID is the set's uid, or "" when there is no set.
func (s Snapshot) UID() types.UID {
	if s.Set == nil {
		return ""
	}
	return s.Set.UID
}

// Observed reports whether the controller has seen the newest spec. Until
// then the revisions in the status speak of the spec before.
func (s Snapshot) Observed() bool {
	return s.Set != nil && s.Set.Status.ObservedGeneration >= s.Set.Generation
}

// Kind is the kind of workload, apps/v1 where there is no set.
func (s Snapshot) Kind() workload.Kind {
	if s.Set == nil {
		return workload.Apps{}
	}
	return s.Set.Kind
}

// Replicas is the wanted number of pods.
func (s Snapshot) Replicas() int { return s.Ordinals().Len() }

// MostReplicas is how many pods a set may want and still be looked at ordinal
// by ordinal. No cluster has as many pods; a slip of the keyboard asks for more,
// and the API server takes it.
const MostReplicas = 100_000

// ErrUncountable is why a set is not looked at that wants more pods than can be.
var ErrUncountable = errors.New("no cluster has so many")

// Countable rejects a set that wants more than [MostReplicas]: to go through its
// ordinals would take the memory of the whole machine.
func Countable(set *workload.Set) error {
	if set == nil || set.Spec.Ordinals.Len() <= MostReplicas {
		return nil
	}
	return &hint.Error{
		Err: fmt.Errorf("statefulset %q wants %d replicas, and %w", set.Name, set.Spec.Ordinals.Len(), ErrUncountable),
		Hints: []hint.Hint{{
			Words: "set the number that is meant", Kind: hint.Kubectl, Verb: "scale",
			Args: []string{"statefulset", set.Name, "--replicas", "COUNT"}, Namespace: set.Namespace,
		}},
	}
}

// Ordinals are those that the set wants pods for.
func (s Snapshot) Ordinals() workload.Ordinals {
	switch {
	case s.Set == nil:
		return workload.Ordinals{}
	case s.Unknown():
		return s.Set.Spec.Ordinals.Resized(0)
	}
	return s.Set.Spec.Ordinals
}

// PodName is the name of the pod with this ordinal.
func (s Snapshot) PodName(ordinal int) string {
	return fmt.Sprintf("%s-%d", s.Name(), ordinal)
}

// Wants reports whether the set wants a pod of this name.
func (s Snapshot) Wants(name string) bool {
	for o := range s.Ordinals().All() {
		if s.PodName(o) == name {
			return true
		}
	}
	return false
}

// Pod finds the pod with this ordinal.
func (s Snapshot) Pod(ordinal int) (Pod, bool) {
	i, ok := slices.BinarySearchFunc(s.Pods, ordinal, func(p Pod, o int) int { return p.Ordinal - o })
	if !ok {
		return Pod{}, false
	}
	return s.Pods[i], true
}

// Strategy is the update strategy's type.
func (s Snapshot) Strategy() workload.Strategy {
	if s.Set == nil {
		return appsv1.RollingUpdateStatefulSetStrategyType
	}
	return s.Set.Spec.Strategy
}

// Updates is what the controller does about pods that are not up to date.
func (s Snapshot) Updates() workload.Updates { return s.Kind().Updates(s.Strategy()) }

// Rolls reports whether the controller replaces the pods that the partition lets through.
func (s Snapshot) Rolls() bool { return s.Updates() == workload.UpdatesRolling }

// UpdateRevision is the revision of the current template, once [Snapshot.Observed].
func (s Snapshot) UpdateRevision() string {
	if s.Set == nil {
		return ""
	}
	return s.Set.Status.UpdateRevision
}

// CurrentRevision is what the controller makes gated pods from.
func (s Snapshot) CurrentRevision() string {
	if s.Set == nil {
		return ""
	}
	return s.Set.Status.CurrentRevision
}

// OnDelete reports whether the controller replaces no pod by itself: one that
// is deleted comes back at the update revision, whatever its ordinal.
func (s Snapshot) OnDelete() bool { return s.Updates() == workload.UpdatesOnDelete }

// StableRevision is the revision that the pods come from. With OnDelete servers
// before 1.37 never move status.currentRevision on, and later ones when every pod
// is updated, so there it is what most of the pods run that are not on the update
// revision.
func (s Snapshot) StableRevision() string {
	if !s.OnDelete() {
		return s.CurrentRevision()
	}
	count := map[string]int{}
	best := s.UpdateRevision()
	for _, p := range s.Pods {
		if p.Revision == s.UpdateRevision() {
			continue
		}
		count[p.Revision]++
		if best == s.UpdateRevision() || count[p.Revision] > count[best] {
			best = p.Revision
		}
	}
	return best
}

// Wanted is the revision that the spec wants at this ordinal.
func (s Snapshot) Wanted(ordinal int) string {
	if s.Gated(ordinal) {
		return s.CurrentRevision()
	}
	return s.UpdateRevision()
}

// Ordered reports whether the controller makes pods one after another and
// waits for each (podManagementPolicy OrderedReady, the default).
func (s Snapshot) Ordered() bool {
	return s.Set != nil && s.Set.Spec.Ordered
}

// MinReady is how long a pod must stay Ready to count as Available.
func (s Snapshot) MinReady() time.Duration {
	if s.Set == nil {
		return 0
	}
	return time.Duration(s.Set.Spec.MinReadySeconds) * time.Second
}

// Revision finds a ControllerRevision by its name.
func (s Snapshot) Revision(name string) (*appsv1.ControllerRevision, bool) {
	for _, r := range s.Revisions {
		if r.Name == name {
			return r, true
		}
	}
	return nil, false
}

// Annotation reads an annotation of the set.
func (s Snapshot) Annotation(key string) (string, bool) {
	if s.Set == nil {
		return "", false
	}
	v, ok := s.Set.Annotations[key]
	return v, ok
}
