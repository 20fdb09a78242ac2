package e2e

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
)

// moment is one version of the set or of one of its pods. Resource versions of
// both come out of one counter, which puts moments of the two watches in order.
type moment struct {
	version uint64
	set     *appsv1.StatefulSet
	pod     *corev1.Pod
	gone    bool
	there   bool // already when the record began
}

// timeline is what happened to one set, in order. It begins with what was
// there.
type timeline []moment

func (t timeline) sort() {
	slices.SortStableFunc(t, func(a, b moment) int {
		if by := cmp.Compare(a.version, b.version); by != 0 || (a.set != nil) == (b.set != nil) {
			return by
		}
		if a.set != nil {
			return -1
		}
		return 1
	})
}

// partitions are those that the set was given.
func (t timeline) partitions() []int {
	return t.given(partition)
}

// given is a number that the set was given, each time that it was another one.
// The one that it had is not among them.
func (t timeline) given(number func(*appsv1.StatefulSet) int) []int {
	var out []int
	last, known := 0, false
	for _, m := range t {
		if m.set == nil || m.gone {
			continue
		}
		if n := number(m.set); !known || n != last {
			if known {
				out = append(out, n)
			}
			last, known = n, true
		}
	}
	return out
}

// touched are the pods whose deletion was asked for, in order. One that was
// replaced twice is there twice.
func (t timeline) touched() []string {
	var out []string
	said := map[types.UID]bool{}
	for _, m := range t {
		if m.pod == nil || !m.leaves() || said[m.pod.UID] {
			continue
		}
		said[m.pod.UID] = true
		if !m.there {
			out = append(out, m.pod.Name)
		}
	}
	return out
}

// leaves reports whether the pod is gone or on its way out.
func (m moment) leaves() bool { return m.gone || m.pod.DeletionTimestamp != nil }

// breaches are the moments in which a pod below the gate was deleted although
// it was on the stable revision, or made anew at another one. Stable is what
// the set ran when the record began.
func (t timeline) breaches() []string {
	var out []string
	gate, stable := 0, ""
	known, leaving := map[types.UID]bool{}, map[types.UID]bool{}
	for _, m := range t {
		if m.set != nil {
			gate = firstOrdinal(m.set) + partition(m.set)
			if m.there {
				stable = m.set.Status.CurrentRevision
			}
			continue
		}
		revision, uid := m.pod.Labels[appsv1.StatefulSetRevisionLabel], m.pod.UID
		what := ""
		switch {
		case m.there:
		case m.leaves() && !leaving[uid] && revision == stable:
			what = "deleted"
		case !m.leaves() && !known[uid] && revision != stable:
			what = "made at revision " + revision
		}
		if what != "" && ordinalOf(m.pod) < gate {
			out = append(out, fmt.Sprintf("%s was %s at version %d, when the gate was at ordinal %d", m.pod.Name, what, m.version, gate))
		}
		known[uid], leaving[uid] = true, leaving[uid] || m.leaves()
	}
	return out
}

// crowded are the moments in which a pod that was Ready was deleted while
// another one of the set was not.
func (t timeline) crowded() []string {
	var out []string
	ready := map[string]bool{}
	leaving := map[types.UID]bool{}
	var set *appsv1.StatefulSet
	for _, m := range t {
		if m.set != nil {
			set = m.set
			continue
		}
		pod := m.pod
		if m.leaves() && !m.there && !leaving[pod.UID] && ready[pod.Name] {
			for o := range wantedOrdinals(set) {
				if name := fmt.Sprintf("%s-%d", set.Name, o+firstOrdinal(set)); name != pod.Name && !ready[name] {
					out = append(out, fmt.Sprintf("%s was deleted at version %d, when %s was not Ready", pod.Name, m.version, name))
				}
			}
		}
		leaving[pod.UID] = leaving[pod.UID] || m.leaves()
		ready[pod.Name] = !leaving[pod.UID] && isReady(pod)
	}
	return out
}

func wantedOrdinals(set *appsv1.StatefulSet) int {
	if set == nil {
		return 0
	}
	return int(ptr.Deref(set.Spec.Replicas, 1))
}

func isReady(pod *corev1.Pod) bool {
	return slices.ContainsFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
	})
}

func partition(set *appsv1.StatefulSet) int {
	if set.Spec.UpdateStrategy.RollingUpdate == nil {
		return 0
	}
	return int(ptr.Deref(set.Spec.UpdateStrategy.RollingUpdate.Partition, 0))
}

func firstOrdinal(set *appsv1.StatefulSet) int {
	if set.Spec.Ordinals == nil {
		return 0
	}
	return int(set.Spec.Ordinals.Start)
}

func ordinalOf(pod *corev1.Pod) int {
	n, err := strconv.Atoi(pod.Name[strings.LastIndexByte(pod.Name, '-')+1:])
	if err != nil {
		return -1
	}
	return n
}
