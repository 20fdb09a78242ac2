package lane

import (
	"context"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/test/annotations"
	"github.com/kubectl-sts/kubectl-sts/test/faults/judge"
	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
)

// recreated ends a recreate that is in progress, as docs/recreate.md says. What has been
// written down may be gone, and the set another one by now.
func (l *lane) recreated(ctx context.Context, set *appsv1.StatefulSet, kept *judge.Written, e *judge.Evidence) error {
	goOn := []string{"recreate", set.Name, "--yes"}
	_, marked := set.Annotations[annotations.Recreate]
	switch {
	case kept != nil && set.UID == kept.UID && (l.schedule.Way == "abort" || e.Changed(set.Name) || !kept.SameAs(set)):
		return l.run(ctx, append(goOn, "--cancel"))
	case kept != nil && set.UID != kept.UID && !marked && !kept.Wants(set):
		return l.forgetSaved(ctx, set.Name) // somebody else's, which is right
	}
	l.mend(set)
	return l.run(ctx, goOn)
}

// mend puts the template right that somebody has changed while the gate was closed: back to
// that of the pods.
func (l *lane) mend(set *appsv1.StatefulSet) {
	live, _ := l.plane.witness.Live(l.namespace)
	for _, m := range live {
		if m.Pod == nil || !metav1.IsControlledBy(m.Pod, set) {
			continue
		}
		image := m.Pod.Spec.Containers[0].Image
		if image == set.Spec.Template.Spec.Containers[0].Image || !judge.Healthy(image) {
			return
		}
		l.edit(schedule.Edit{Does: schedule.Template, Set: set.Name, Text: image})
		return
	}
}
