// Package witness sees what happens in the cluster, past the plugin and whatever
// stands between it and the API server: every version of every object, and every
// request in the audit log.
package witness

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Moment is one version of one object. Versions of all kinds come out of one
// counter, which puts the moments of all watches in order. One of the five is set.
type Moment struct {
	Version uint64
	At      time.Time
	Gone    bool
	There   bool // already when the witness began

	Set    *appsv1.StatefulSet
	Pod    *corev1.Pod
	Claim  *corev1.PersistentVolumeClaim
	Volume *corev1.PersistentVolume
	Config *corev1.ConfigMap
}

// Object is the one that is set.
func (m Moment) Object() metav1.Object {
	switch {
	case m.Set != nil:
		return m.Set
	case m.Pod != nil:
		return m.Pod
	case m.Claim != nil:
		return m.Claim
	case m.Config != nil:
		return m.Config
	default:
		return m.Volume
	}
}

// The kinds.
const (
	Sets    = "statefulsets"
	Pods    = "pods"
	Claims  = "persistentvolumeclaims"
	Volumes = "persistentvolumes"
	Configs = "configmaps"
)

// Kind is the resource of the object.
func (m Moment) Kind() string {
	switch {
	case m.Set != nil:
		return Sets
	case m.Pod != nil:
		return Pods
	case m.Claim != nil:
		return Claims
	case m.Config != nil:
		return Configs
	default:
		return Volumes
	}
}

// momentOf is that of an object, and where it belongs. A volume belongs to the
// namespace of its claim.
func momentOf(object any, gone bool) (m Moment, namespace string) {
	m = Moment{At: time.Now(), Gone: gone}
	switch o := object.(type) {
	case *appsv1.StatefulSet:
		m.Set, namespace = o, o.Namespace
	case *corev1.Pod:
		m.Pod, namespace = o, o.Namespace
	case *corev1.PersistentVolumeClaim:
		m.Claim, namespace = o, o.Namespace
	case *corev1.ConfigMap:
		m.Config, namespace = o, o.Namespace
	case *corev1.PersistentVolume:
		m.Volume = o
		if o.Spec.ClaimRef != nil {
			namespace = o.Spec.ClaimRef.Namespace
		}
	default:
		return m, ""
	}
	m.Version = Number(m.Object().GetResourceVersion())
	return m, namespace
}

// Number is a resource version as a number, 0 where it is none.
func Number(version string) uint64 {
	n, err := strconv.ParseUint(version, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// inOrder sorts moments. A deletion bears the version of when it happened.
func inOrder(moments []Moment) []Moment {
	out := slices.Clone(moments)
	slices.SortStableFunc(out, func(a, b Moment) int { return cmp.Compare(a.Version, b.Version) })
	return out
}
