package verbtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/rolling"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// World is a cluster in which the controller does at once what it would do:
// just enough to see where plans lead that are cut short and made again. The
// scripts of test/e2e have the real one.
type World struct {
	T   *testing.T
	Set *workload.Set
	// Takes is how the server takes an edit, nil for the usual one.
	Takes     func(set *workload.Set, e plan.Edit) *workload.Set
	Pods      map[int]*corev1.Pod
	Revisions []*appsv1.ControllerRevision
	Bad       string // the revision whose pods never get Ready
	Budgets   []*policyv1.PodDisruptionBudget
	Now       time.Time
	made      int
	Writes    int
	Gone      []string // the pods that went, in order
}

// NewWorld has nginx:1.21, 1.22 and 1.23 for revisions; its pods run these.
func NewWorld(t *testing.T, set *appsv1.StatefulSet, pods ...string) *World {
	w := &World{T: t, Set: workload.FromApps(set), Pods: map[int]*corev1.Pod{}, Now: ststest.Start, Bad: "none"}
	s := On(set, "", pods...)
	w.Revisions = s.Revisions
	for o, revision := range pods {
		o = s.Ordinals().At(o)
		w.Pods[o] = ststest.Pod(o, ststest.Revision(revision))
	}
	return w
}

// See is what an observer sees.
func (w *World) See() sts.Snapshot {
	var pods []*corev1.Pod
	for _, pod := range w.Pods {
		pods = append(pods, pod)
	}
	return sts.Observe(w.Set, pods, w.Revisions, nil).WithBudgets(w.Budgets)
}

// apply takes a write, and lets the controller see it.
func (w *World) apply(c plan.Change) {
	w.Writes++
	w.Set = w.Set.DeepCopy()
	switch c := c.(type) {
	case plan.Edit:
		takes := enginetest.Taken
		if w.Takes != nil {
			takes = w.Takes
		}
		w.Set = takes(w.Set, c)
		w.Set.Status.ObservedGeneration = w.Set.Generation
	case plan.DeletePod:
		for o, pod := range w.Pods {
			if pod.UID == c.UID {
				w.replace(o)
			}
		}
	}
	gone := len(w.Gone)
	w.control()
	if _, more := w.Set.Annotations[note.RolloutAnnotation]; !more {
		require.Len(w.T, w.Gone, gone, "nobody watches what the last write of a run sets off")
	}
}

// replace deletes the pod and recreates it, at the revision that it is to have.
func (w *World) replace(o int) {
	if pod := w.Pods[o]; pod != nil {
		w.Gone = append(w.Gone, pod.Name)
	}
	w.made++
	w.Pods[o] = ststest.Pod(o, ststest.Revision(w.See().Wanted(o)), ststest.ReadySince(w.Now), func(pod *corev1.Pod) {
		pod.UID, pod.Namespace = types.UID(fmt.Sprintf("made-%d", w.made)), w.Set.Namespace
		pod.OwnerReferences[0].UID = w.Set.UID
		if pod.Labels[appsv1.StatefulSetRevisionLabel] == w.Bad {
			ststest.Unready(pod)
		}
	})
}

// control is the StatefulSet controller: highest ordinal first, down to the
// partition, up to maxUnavailable at once. Of an ordered set any pod that is not
// Ready stops it; of a Parallel one as many as maxUnavailable, as on 1.35.0 to
// 1.35.3 (later servers count those out that they would replace).
func (w *World) control() {
	i := slices.IndexFunc(w.Revisions, func(r *appsv1.ControllerRevision) bool {
		template, err := podtemplate.RevisionTemplate(r)
		return err == nil && template.Is(w.Set)
	})
	if i < 0 {
		i = len(w.Revisions)
		image := w.Set.Spec.Template.Spec.Containers[0].Image + w.Set.Spec.Template.Annotations[rolling.RestartedAt]
		w.Revisions = append(w.Revisions, ststest.ControllerRevision(fmt.Sprintf("web-%d", i), image, int64(i)+1))
		typed := w.Set.Spec.Template
		w.Revisions[i].Data.Raw = templateOf(w.T, typed)
	}
	w.Set.Status.UpdateRevision = w.Revisions[i].Name
	for next := w.next(); len(next) > 0; next = w.next() {
		for _, o := range next {
			w.replace(o)
		}
	}
	if s := w.See(); !s.OnDelete() && !w.Unready() && !slices.ContainsFunc(s.Pods, func(p sts.Pod) bool {
		return p.Revision != s.UpdateRevision()
	}) {
		w.Set.Status.CurrentRevision = s.UpdateRevision()
	}
}

// next are the ordinals that the controller replaces at once.
func (w *World) next() []int {
	s := w.See()
	budget := s.MaxUnavailable()
	for _, pod := range s.Pods {
		if !pod.Ready {
			budget--
		}
	}
	var out []int
	if s.OnDelete() || s.Ordered() && w.Unready() {
		return nil
	}
	for o := range s.Ordinals().Backward() {
		if len(out) >= budget {
			break
		}
		if pod, _ := s.Pod(o); !s.Gated(o) && pod.Revision != s.UpdateRevision() {
			out = append(out, o)
		}
	}
	return out
}

// Unready reports whether a pod is not Ready.
func (w *World) Unready() bool {
	return slices.ContainsFunc(w.See().Pods, func(p sts.Pod) bool { return !p.Ready })
}

// Run runs a plan until it ends, or is killed before it sends another than
// these writes. What is run is the plan as it is read after it was written, and it
// decides and tells the same as the one that was made.
func (w *World) Run(p *plan.Plan, writes int) engine.Result {
	made, saved := plan.Identify(*p), plantest.Same(*p)
	st := engine.NewState(w.See(), w.Now)
	for range 200 {
		s := w.See()
		_, same := engine.Next(made, st, s, w.Now)
		var d engine.Decision
		st, d = engine.Next(saved, st, s, w.Now)
		require.Equal(w.T, same, d)
		switch {
		case d.End != nil:
			return d.End.Result
		case d.Do != nil && writes == 0:
			return engine.Interrupted
		case d.Do != nil:
			writes--
			w.apply(d.Do)
			st = st.Applied(d.Do, w.Set, w.Now)
		case d.WakeAt.IsZero():
			require.Fail(w.T, "nothing will ever happen", "%+v", w.See())
		default:
			w.Now = d.WakeAt
		}
	}
	require.Fail(w.T, "it never ends")
	return ""
}

// Ends is the set as a run left it, but for what tells one run from another.
type Ends struct {
	Image       string
	Partition   int
	Annotations map[string]string
	Revisions   []string
	Ready       bool
}

// Ends is how the set is left.
func (w *World) Ends() Ends {
	s := w.See()
	e := Ends{
		Image: w.Set.Spec.Template.Spec.Containers[0].Image, Partition: s.Partition(),
		Annotations: w.Set.Annotations, Ready: !w.Unready(),
	}
	for _, pod := range s.Pods {
		e.Revisions = append(e.Revisions, pod.Revision)
	}
	return e
}

// templateOf is what a ControllerRevision of this template holds.
func templateOf(t *testing.T, template corev1.PodTemplateSpec) []byte {
	t.Helper()
	data, err := json.Marshal(map[string]any{"spec": map[string]any{"template": template}})
	require.NoError(t, err)
	return data
}
