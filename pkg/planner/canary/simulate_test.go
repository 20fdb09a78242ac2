package canary_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// world is a cluster in which the controller does at once what it would do:
// just enough to see where plans lead that are cut short and made again. The
// scripts of test/e2e have the real one.
type world struct {
	t         *testing.T
	set       *appsv1.StatefulSet
	pods      map[int]*corev1.Pod
	revisions []*appsv1.ControllerRevision
	bad       string // the revision whose pods never get Ready
	budgets   []*policyv1.PodDisruptionBudget
	now       time.Time
	made      int
	writes    int
	gone      []string // the pods that went, in order
}

// newWorld has nginx:1.21, 1.22 and 1.23 for revisions; its pods run these.
func newWorld(t *testing.T, set *appsv1.StatefulSet, pods ...string) *world {
	w := &world{t: t, set: set.DeepCopy(), pods: map[int]*corev1.Pod{}, now: ststest.Start, bad: "none"}
	s := on(set, "", pods...)
	w.revisions = s.Revisions
	for o, revision := range pods {
		o += s.Start()
		w.pods[o] = ststest.Pod(o, ststest.Revision(revision))
	}
	return w
}

func (w *world) see() sts.Snapshot {
	var pods []*corev1.Pod
	for _, pod := range w.pods {
		pods = append(pods, pod)
	}
	return sts.Observe(w.set, pods, w.revisions, nil).WithBudgets(w.budgets)
}

// apply takes a write, and lets the controller see it.
func (w *world) apply(c plan.Change) {
	w.writes++
	w.set = w.set.DeepCopy()
	switch c := c.(type) {
	case plan.Edit:
		ststest.Generation(w.set.Generation + 1)(w.set)
		if c.Partition != nil {
			w.set.Spec.UpdateStrategy.RollingUpdate.Partition = ptr.To(int32(*c.Partition))
		}
		if c.Template != nil {
			typed, err := c.Template.Typed()
			require.NoError(w.t, err)
			w.set.Spec.Template = *typed
		}
		for key, value := range c.Annotations {
			ststest.Annotated(key, ptr.Deref(value, ""))(w.set)
			if value == nil {
				delete(w.set.Annotations, key)
			}
		}
	case plan.DeletePod:
		for o, pod := range w.pods {
			if pod.UID == c.UID {
				w.replace(o)
			}
		}
	}
	gone := len(w.gone)
	w.control()
	if _, more := w.set.Annotations[sts.RolloutAnnotation]; !more {
		require.Len(w.t, w.gone, gone, "nobody watches what the last write of a run sets off")
	}
}

// replace deletes the pod and makes it anew, at the revision that it is to have.
func (w *world) replace(o int) {
	if pod := w.pods[o]; pod != nil {
		w.gone = append(w.gone, pod.Name)
	}
	w.made++
	w.pods[o] = ststest.Pod(o, ststest.Revision(w.see().Wanted(o)), ststest.ReadySince(w.now), func(pod *corev1.Pod) {
		pod.UID, pod.Namespace = types.UID(fmt.Sprintf("made-%d", w.made)), w.set.Namespace
		pod.OwnerReferences[0].UID = w.set.UID
		if pod.Labels[appsv1.StatefulSetRevisionLabel] == w.bad {
			ststest.Unready(pod)
		}
	})
}

// control is the StatefulSet controller: highest ordinal first, down to the
// partition, up to maxUnavailable at once. Of an ordered set any pod that is not
// Ready stops it; of a Parallel one as many as maxUnavailable, as on 1.35.0 to
// 1.35.3 (later servers count those out that they would replace).
func (w *world) control() {
	i := slices.IndexFunc(w.revisions, func(r *appsv1.ControllerRevision) bool {
		template, err := sts.RevisionTemplate(r)
		return err == nil && template.Is(w.set)
	})
	if i < 0 {
		i = len(w.revisions)
		image := w.set.Spec.Template.Spec.Containers[0].Image + w.set.Spec.Template.Annotations[canary.RestartedAt]
		w.revisions = append(w.revisions, ststest.ControllerRevision(fmt.Sprintf("web-%d", i), image, int64(i)+1))
		typed := w.set.Spec.Template
		w.revisions[i].Data.Raw = templateOf(w.t, typed)
	}
	w.set.Status.UpdateRevision = w.revisions[i].Name
	for next := w.next(); len(next) > 0; next = w.next() {
		for _, o := range next {
			w.replace(o)
		}
	}
	if s := w.see(); !s.OnDelete() && !w.unready() && !slices.ContainsFunc(s.Pods, func(p sts.Pod) bool {
		return p.Revision != s.UpdateRevision()
	}) {
		w.set.Status.CurrentRevision = s.UpdateRevision()
	}
}

// next are the ordinals that the controller replaces at once.
func (w *world) next() []int {
	s := w.see()
	budget := s.MaxUnavailable()
	for _, pod := range s.Pods {
		if !pod.Ready {
			budget--
		}
	}
	var out []int
	for o := s.End() - 1; o >= s.Start() && !s.OnDelete() && (!s.Ordered() || !w.unready()) && len(out) < budget; o-- {
		if pod, _ := s.Pod(o); !s.Gated(o) && pod.Revision != s.UpdateRevision() {
			out = append(out, o)
		}
	}
	return out
}

func (w *world) unready() bool {
	return slices.ContainsFunc(w.see().Pods, func(p sts.Pod) bool { return !p.Ready })
}

// run runs a plan until it ends, or is killed before it sends another than
// these writes.
func (w *world) run(p *plan.Plan, writes int) engine.Result {
	st := engine.NewState(w.see(), w.now)
	for range 200 {
		var d engine.Decision
		st, d = engine.Next(*p, st, w.see(), w.now)
		switch {
		case d.End != nil:
			return d.End.Result
		case d.Do != nil && writes == 0:
			return engine.Interrupted
		case d.Do != nil:
			writes--
			w.apply(d.Do)
			st = st.Applied(d.Do, w.set, w.now)
		case d.WakeAt.IsZero():
			require.Fail(w.t, "nothing will ever happen", "%+v", w.see())
		default:
			w.now = d.WakeAt
		}
	}
	require.Fail(w.t, "it never ends")
	return ""
}

// ends is the set as a run left it, but for what tells one run from another.
type ends struct {
	Image       string
	Partition   int
	Annotations map[string]string
	Revisions   []string
	Ready       bool
}

func (w *world) ends() ends {
	s := w.see()
	e := ends{
		Image: w.set.Spec.Template.Spec.Containers[0].Image, Partition: s.Partition(),
		Annotations: w.set.Annotations, Ready: !w.unready(),
	}
	for _, pod := range s.Pods {
		e.Revisions = append(e.Revisions, pod.Revision)
	}
	return e
}
