package kinds

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload/workloadtest"
)

// ordinals are those of the set, and what each kind calls the partition that lets through
// only from there up.
var ordinals = []int{1, 2, 4, 5, 7}

// The kinds: one whose partition counts pods that stay, one whose partition is an ordinal.
var (
	counted   = workloadtest.Gapped{}
	byOrdinal = workloadtest.Gapped{ByOrdinal: true}
)

// server has one object of the kind, and takes edits of it.
type server struct {
	kind   workloadtest.Gapped
	object *workloadtest.Object
	wrote  []string // fields and values, but for the template
}

func newServer(kind workloadtest.Gapped, changes ...func(*workloadtest.Object)) *server {
	object := workloadtest.NewObject(ststest.Stable, ststest.Template("nginx:1.21"))
	for _, change := range changes {
		change(object)
	}
	return &server{kind: kind, object: object}
}

func (s *server) set() *workload.Set { return s.kind.Set(s.object) }

// take writes what the edit writes to where the kind has it. The status is the
// controller's, who tells it of the set.
func (s *server) take(set *workload.Set, e plan.Edit) *workload.Set {
	writes := e.Writes(set)
	for _, w := range writes {
		if _, isTemplate := w.Value.(podtemplate.Template); isTemplate {
			w.Value = "TEMPLATE"
		}
		s.wrote = append(s.wrote, fmt.Sprint(w.Path, " ", w.Value))
	}
	after, err := s.object.Written(writes, e.Annotations)
	if err != nil {
		panic(err)
	}
	s.object = after
	s.object.Status = set.Status
	return s.set()
}

// rolling is the object on its way to nginx:1.22, with a gate.
func rolling(keep int) func(*workloadtest.Object) {
	return func(o *workloadtest.Object) {
		o.Spec.Pod, o.Spec.Rollout.Keep = ststest.Template("nginx:1.22"), keep
		o.Status.UpdateRevision = ststest.Update
	}
}

// pods are those of the ordinals, the highest so many of them updated.
func pods(updated int, changes ...func(*corev1.Pod)) []*corev1.Pod {
	var out []*corev1.Pod
	for i, o := range ordinals {
		revision := ststest.Stable
		if i >= len(ordinals)-updated {
			revision = ststest.Update
		}
		out = append(out, ststest.Pod(o, append([]func(*corev1.Pod){ststest.Revision(revision)}, changes...)...))
	}
	return out
}

// world is a cluster with the object, whose controller goes the kind's way.
func (s *server) world(t *testing.T) *verbtest.World {
	w := &verbtest.World{
		T: t, Set: s.set(), Takes: s.take, Pods: map[int]*corev1.Pod{}, Bad: "none", Now: ststest.Start,
		Revisions: []*appsv1.ControllerRevision{
			ststest.ControllerRevision(ststest.Stable, "nginx:1.21", 1), ststest.ControllerRevision(ststest.Update, "nginx:1.22", 2),
		},
	}
	for i, pod := range pods(0) {
		w.Pods[ordinals[i]] = pod
	}
	return w
}

// see is the object with five pods.
func (s *server) see(updated int, changes ...func(*corev1.Pod)) sts.Snapshot {
	return ststest.SnapshotOf(s.set(), pods(updated, changes...))
}

func TestTheKindIsAsUnlikeAppsAsThisTestNeedsIt(t *testing.T) {
	s := newServer(counted, rolling(2)).see(3)
	require.Equal(t, ordinals, slices.Collect(s.Ordinals().All()))
	require.Equal(t, []int{4, 5, 7}, slices.Collect(s.Opened().All()))
	require.Equal(t, 2, s.PartitionFor(3))
	s = newServer(byOrdinal, rolling(4)).see(3)
	require.Equal(t, []int{4, 5, 7}, slices.Collect(s.Opened().All()))
	require.Equal(t, 4, s.PartitionFor(3))
}

// gates are the values of the gate that were written, in order.
func (s *server) gates() []string {
	var out []string
	for _, w := range s.wrote {
		if value, ok := strings.CutPrefix(w, "[spec rollout keep] "); ok {
			out = append(out, value)
		}
	}
	return out
}
