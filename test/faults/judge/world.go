package judge

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/test/annotations"
	"github.com/kubectl-sts/kubectl-sts/test/witness"
)

// closedPartition is one that no set gets to.
const closedPartition = 1<<31 - 1

// world is what there is at one version.
type world struct {
	sets    map[string]*appsv1.StatefulSet
	pods    map[string]*corev1.Pod
	claims  map[string]*corev1.PersistentVolumeClaim
	volumes map[string]*corev1.PersistentVolume
	written map[string]*corev1.ConfigMap // by the set that is written down in it
}

func newWorld() world {
	return world{
		map[string]*appsv1.StatefulSet{},
		map[string]*corev1.Pod{},
		map[string]*corev1.PersistentVolumeClaim{},
		map[string]*corev1.PersistentVolume{},
		map[string]*corev1.ConfigMap{},
	}
}

// at is the world at a version.
func (e *Evidence) at(version uint64) world {
	w := newWorld()
	for _, m := range e.Moments {
		if m.Version > version {
			break
		}
		w.apply(m)
	}
	return w
}

// end is the world at the end.
func (e *Evidence) end() world { return e.at(^uint64(0)) }

func (w world) apply(m witness.Moment) {
	switch {
	case m.Set != nil:
		put(w.sets, m.Set.Name, m.Set, m.Gone)
	case m.Pod != nil:
		// A pod that is gone may have been followed by another of its name.
		if now := w.pods[m.Pod.Name]; m.Gone && now != nil && now.UID != m.Pod.UID {
			return
		}
		put(w.pods, m.Pod.Name, m.Pod, m.Gone)
	case m.Claim != nil:
		if now := w.claims[m.Claim.Name]; m.Gone && now != nil && now.UID != m.Claim.UID {
			return
		}
		put(w.claims, m.Claim.Name, m.Claim, m.Gone)
	case m.Config != nil:
		if set, ok := strings.CutPrefix(m.Config.Name, annotations.Saved); ok {
			put(w.written, set, m.Config, m.Gone)
		}
	case m.Volume != nil:
		put(w.volumes, m.Volume.Name, m.Volume, m.Gone)
	}
}

func put[T any](all map[string]*T, name string, one *T, gone bool) {
	if gone {
		delete(all, name)
		return
	}
	all[name] = one
}

func replicas(s *appsv1.StatefulSet) int { return int(ptr.Deref(s.Spec.Replicas, 1)) }

func start(s *appsv1.StatefulSet) int {
	if s.Spec.Ordinals == nil {
		return 0
	}
	return int(s.Spec.Ordinals.Start)
}

func partition(s *appsv1.StatefulSet) int {
	if s.Spec.UpdateStrategy.RollingUpdate == nil {
		return 0
	}
	return int(ptr.Deref(s.Spec.UpdateStrategy.RollingUpdate.Partition, 0))
}

func onDelete(s *appsv1.StatefulSet) bool {
	return s.Spec.UpdateStrategy.Type == appsv1.OnDeleteStatefulSetStrategyType
}

func podName(s *appsv1.StatefulSet, ordinal int) string { return fmt.Sprintf("%s-%d", s.Name, ordinal) }

// ordinalOf is a pod's, if it is one of the set's.
func ordinalOf(set, pod string) (int, bool) {
	rest, ok := strings.CutPrefix(pod, set+"-")
	n, err := strconv.Atoi(rest)
	return n, ok && err == nil && strconv.Itoa(n) == rest
}

func ready(p *corev1.Pod) bool {
	return p != nil && p.DeletionTimestamp == nil && slices.ContainsFunc(p.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
	})
}

// maturing reports whether a pod has not been Ready for the set's minReadySeconds.
// The time in a pod's condition is in whole seconds.
func (w world) maturing(s *appsv1.StatefulSet, now time.Time) bool {
	least := time.Duration(s.Spec.MinReadySeconds) * time.Second
	for o := start(s); o < start(s)+replicas(s) && least > 0; o++ {
		p := w.pods[podName(s, o)]
		if p == nil {
			continue
		}
		for _, c := range p.Status.Conditions {
			if c.Type == corev1.PodReady && !c.LastTransitionTime.Add(least).Before(now) {
				return true
			}
		}
	}
	return false
}

func revision(p *corev1.Pod) string { return p.Labels[appsv1.StatefulSetRevisionLabel] }

// unready are the pods that a set wants and that are not Ready.
func (w world) unready(s *appsv1.StatefulSet) []string {
	var out []string
	for o := start(s); o < start(s)+replicas(s); o++ {
		if name := podName(s, o); !ready(w.pods[name]) {
			out = append(out, name)
		}
	}
	return out
}

// beyond are the pods of a set that it does not want.
func (w world) beyond(s *appsv1.StatefulSet) []string {
	var out []string
	for name := range w.pods {
		if o, ok := ordinalOf(s.Name, name); ok && (o < start(s) || o >= start(s)+replicas(s)) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// revisions are those that the pods of a set have.
func (w world) revisions(s *appsv1.StatefulSet) []string {
	var out []string
	for o := start(s); o < start(s)+replicas(s); o++ {
		if p := w.pods[podName(s, o)]; p != nil && !slices.Contains(out, revision(p)) {
			out = append(out, revision(p))
		}
	}
	return out
}

// edited reports whether somebody else did anything to a set between two versions;
// an empty name is any set.
func (e *Evidence) edited(set string, from, to uint64) bool {
	return slices.ContainsFunc(e.Edits, func(d Edit) bool {
		return (set == "" || d.Set == set) && d.From <= to && d.To >= from
	})
}
