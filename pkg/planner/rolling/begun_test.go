package rolling_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/abort"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// The files in testdata/begun are sets of a real control plane with their pods and
// revisions, as earlier versions of the plugin left them when they were held, failed
// or were killed: those from before records named who drives, and those that do.

// begun is one such set.
type begun struct {
	Set       *appsv1.StatefulSet          `json:"set"`
	Pods      []*corev1.Pod                `json:"pods"`
	Revisions []*appsv1.ControllerRevision `json:"revisions"`
}

// world is the set in the cluster that goes on with it.
func (b begun) world(t *testing.T) *verbtest.World {
	w := &verbtest.World{T: t, Set: workload.FromApps(b.Set), Pods: map[int]*corev1.Pod{}, Revisions: b.Revisions, Bad: "none"}
	s := sts.Observe(workload.FromApps(b.Set), b.Pods, b.Revisions, nil)
	for _, pod := range s.Pods {
		i := slices.IndexFunc(b.Pods, func(p *corev1.Pod) bool { return p.Name == pod.Name })
		w.Pods[pod.Ordinal] = b.Pods[i].DeepCopy()
	}
	record, err := operation.FindRollout(s)
	require.NoError(t, err)
	w.Now = record.Started.Add(2 * time.Hour)
	return w
}

// heal has every pod get Ready.
func heal(w *verbtest.World) {
	for _, pod := range w.Pods {
		pod.Status.Phase = corev1.PodRunning
		for i := range pod.Status.Conditions {
			pod.Status.Conditions[i].Status = corev1.ConditionTrue
		}
		for i := range pod.Status.ContainerStatuses {
			pod.Status.ContainerStatuses[i].Ready = true
			pod.Status.ContainerStatuses[i].State = corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}
		}
	}
}

// end is how a set is left.
type end struct {
	image     string // of the pods; empty where the phase does not end so
	template  string
	partition int
}

// requireEnd requires that every pod is Ready and as it is to be, and nothing in progress.
func requireEnd(w *verbtest.World, want end) {
	w.T.Helper()
	s := w.See()
	require.Empty(w.T, operation.Find(s), "the record")
	require.Equal(w.T, want.template, w.Set.Spec.Template.Spec.Containers[0].Image)
	require.Equal(w.T, want.partition, s.Partition())
	require.False(w.T, w.Unready())
	for _, pod := range s.Pods {
		revision, ok := s.Revision(pod.Revision)
		require.True(w.T, ok)
		require.Contains(w.T, string(revision.Data.Raw), `"image":"`+want.image+`"`, pod.Name)
	}
}

func TestWhatAnEarlierVersionBeganIsGoneOnWithAndAborted(t *testing.T) {
	phases := []struct {
		name      string
		verb      operation.Verb
		on, abort end
	}{
		{"canary-held", operation.VerbCanary, end{"app:v2", "app:v2", 0}, end{"app:v1", "app:v1", 0}},
		{"canary-opened", operation.VerbCanary, end{"app:held", "app:held", 0}, end{"app:v1", "app:v1", 0}},
		{"canary-soaking", operation.VerbCanary, end{"app:v2", "app:v2", 0}, end{"app:v1", "app:v1", 0}},
		{"canary-failed", operation.VerbCanary, end{"app:bad", "app:bad", 0}, end{"app:v1", "app:v1", 0}},
		{"canary-aborting", operation.VerbCanary, end{}, end{"app:v1", "app:v1", 0}},
		{"canary-taken-up", operation.VerbCanary, end{"app:v2", "app:v2", 4}, end{"app:v1", "app:v2", 4}},
		{"canary-ondelete", operation.VerbCanary, end{"app:v2", "app:v2", 0}, end{"app:v1", "app:v1", 0}},
		{"undo", operation.VerbUndo, end{"app:v1", "app:v1", 0}, end{}}, // to abort it is refused: it would go forward
		{"restart", operation.VerbRestart, end{"app:v1", "app:v1", 0}, end{"app:v1", "app:v1", 0}},
		{"restart-pods", operation.VerbRestart, end{"app:v1", "app:v1", 0}, end{"app:v1", "app:v1", 0}},
	}
	for _, dir := range []string{"without-drivers", "with-drivers"} {
		for _, phase := range phases {
			load := func(t *testing.T) *verbtest.World {
				t.Helper()
				data, err := os.ReadFile(filepath.Join("testdata", "begun", dir, phase.name+".json"))
				require.NoError(t, err)
				var b begun
				require.NoError(t, json.Unmarshal(data, &b))
				return b.world(t)
			}
			r := verbtest.Ask(verbtest.Retry, func(r *verbtest.Request) {
				r.ID, r.Caller, r.Limits = "NEXT", hint.Caller{}, plan.Limits{Patience: time.Minute, StepTimeout: time.Hour}
			})
			if phase.on.image != "" {
				t.Run(dir+"/"+phase.name+" is gone on with", func(t *testing.T) {
					w := load(t)
					heal(w)
					p, err := verbtest.GoOn(phase.verb)(r, w.See(), w.Now)
					require.NoError(t, err)
					require.Equal(t, engine.Done, w.Run(p, -1))
					requireEnd(w, phase.on)
				})
			}
			if phase.abort.image != "" {
				t.Run(dir+"/"+phase.name+" is aborted", func(t *testing.T) {
					w := load(t)
					p, err := plantest.Saved(abort.Plan(r.Abort(), w.See()))
					require.NoError(t, err)
					require.Equal(t, engine.Done, w.Run(p, -1))
					requireEnd(w, phase.abort)
				})
			}
		}
	}
}
