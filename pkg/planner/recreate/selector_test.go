package recreate_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/recreate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func selecting(labels map[string]string) func(*appsv1.StatefulSet) {
	return func(set *appsv1.StatefulSet) { set.Spec.Selector = &metav1.LabelSelector{MatchLabels: labels} }
}

func TestASelectorThatThePodTemplateDoesNotMatch(t *testing.T) {
	other := selecting(map[string]string{"app": "web", "tier": "db"})
	_, err := recreate.Merge(text(t, set()), text(t, set(other, func(set *appsv1.StatefulSet) {
		set.Spec.Template.Labels = map[string]string{"app": "web", "tier": "db"} // which nobody has rolled out
	})))
	var no *plan.Refusal
	require.ErrorAs(t, err, &no)
	require.Equal(t, "the selector is changed to app=web,tier=db, which the labels of the pods do not match: "+
		"the set would leave its pods behind", no.Why)
	require.Equal(t, hinttest.List(
		"first roll out a manifest with the selector of before and labels that match both: kubectl sts canary -f FILENAME",
		"then give this one again: kubectl sts recreate -f FILENAME",
	), no.Try)
}

// tiered is a set whose template has a second label, and what a manifest with that in its
// selector comes to.
func tiered(t *testing.T) (func(*appsv1.StatefulSet), recreate.New) {
	t.Helper()
	both := map[string]string{"app": "web", "tier": "db"}
	labelled := func(set *appsv1.StatefulSet) { set.Spec.Template.Labels = both }
	n := recreate.New{ID: "run", Live: text(t, set(labelled))}
	var err error
	n.Manifest, err = recreate.Merge(n.Live, text(t, set(labelled, selecting(both))))
	require.NoError(t, err)
	n.Default = n.Manifest
	return labelled, n
}

func TestAnotherSelector(t *testing.T) {
	labelled, n := tiered(t)
	snapshot := func(revision map[string]string, odd ...func(*corev1.Pod)) sts.Snapshot {
		pods := ststest.Pods(0, 4, ststest.Labelled("tier", "db"))
		odd = append([]func(*corev1.Pod){ststest.Labelled("tier", "db")}, odd...)
		s := ststest.Snapshot(set(labelled), pods, ststest.Pods(4, 5, odd...))
		for _, r := range s.Revisions {
			if r.Name == ststest.Stable {
				r.Labels = revision
			}
		}
		return s
	}
	both := map[string]string{"app": "web", "tier": "db"}
	p, err := plantest.Saved(recreate.Plan(recreate.Request{}, n, snapshot(both), ststest.Start))
	require.NoError(t, err)
	require.Equal(t, "recreate statefulset web around its pods: selector: app=web to app=web,tier=db", p.Title)
	require.Equal(t, []string{
		"selector: app=web to app=web,tier=db: every pod matches both; no pod restarts, and claims keep the labels that they have",
		"the set is deleted and created again around its 5 pods; none restarts for it",
		"1 revision of before can't be gone back to any more, and nobody deletes it: web-update",
		"it is saved in configmap kubectl-sts.web first; if the run is killed, resume with: kubectl sts recreate web",
	}, p.Details)
	require.Equal(t, []recreate.Field{{
		Name: "selector", Before: map[string]any{"matchLabels": map[string]any{"app": "web"}},
		After: map[string]any{"matchLabels": map[string]any{"app": "web", "tier": "db"}},
	}}, n.Fields())

	for name, test := range map[string]struct {
		s    sts.Snapshot
		want string
	}{
		"a pod without the label": {
			snapshot(both, ststest.Labelled("tier", "other")),
			"pod web-4 does not match the selector app=web,tier=db: somebody has changed its labels",
		},
		"a revision without the label": {
			snapshot(map[string]string{"app": "web"}),
			"controllerrevision web-stable does not match the selector app=web,tier=db: the new set would not find the revision " +
				"of its pods",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := plantest.Saved(recreate.Plan(recreate.Request{}, n, test.s, ststest.Start))
			var no *plan.Refusal
			require.ErrorAs(t, err, &no)
			require.Equal(t, test.want, no.Why)
		})
	}
}
