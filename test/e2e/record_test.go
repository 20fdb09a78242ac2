package e2e

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/test/witness"
)

// recorder watches one set and its pods from the moment it is made.
type recorder struct {
	namespace string
	set       string
	witness   *witness.Witness
	stop      context.CancelFunc
}

func newRecorder(w *world, set string) (*recorder, error) {
	ctx, cancel := context.WithCancel(context.Background())
	seen, err := witness.Watch(ctx, w.apps, w.core, witness.Scope{
		Namespace: w.namespace, Prefix: w.namespace, Kinds: []string{witness.Sets, witness.Pods},
	})
	if err != nil {
		cancel()
		return nil, err
	}
	return &recorder{w.namespace, set, seen, cancel}, nil
}

func (r *recorder) owns(pod *corev1.Pod) bool {
	owner := metav1.GetControllerOf(pod)
	return owner != nil && owner.Kind == "StatefulSet" && owner.Name == r.set
}

// timeline is what happened up to now.
func (r *recorder) timeline() (timeline, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	seen, err := r.witness.Moments(ctx, r.namespace)
	var out timeline
	for _, m := range seen {
		if m.Set != nil && m.Set.Name == r.set || m.Pod != nil && r.owns(m.Pod) {
			out = append(out, moment{version: m.Version, set: m.Set, pod: m.Pod, gone: m.Gone, there: m.There})
		}
	}
	out.sort()
	return out, err
}
