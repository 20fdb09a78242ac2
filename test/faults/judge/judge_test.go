package judge

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/test/annotations"
	"github.com/kubectl-sts/kubectl-sts/test/apiproxy"
	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
	"github.com/kubectl-sts/kubectl-sts/test/witness"
)

// seen is evidence that is put together a moment at a time.
type seen struct{ Evidence }

func (s *seen) note(m witness.Moment) uint64 {
	m.Version = uint64(len(s.Moments)) + 1
	m.At = time.Unix(int64(m.Version), 0)
	m.Object().SetResourceVersion(strconv.FormatUint(m.Version, 10))
	s.Moments = append(s.Moments, m)
	return m.Version
}

// set is a set of three pods with a partition, and a record if there is a text.
func (s *seen) set(partition int32, record string) uint64 {
	set := &appsv1.StatefulSet{
		ObjectMeta: metav1.ObjectMeta{Name: "web", UID: "web"},
		Spec: appsv1.StatefulSetSpec{Replicas: ptr.To(int32(3)), UpdateStrategy: appsv1.StatefulSetUpdateStrategy{
			RollingUpdate: &appsv1.RollingUpdateStatefulSetStrategy{Partition: &partition},
		}},
	}
	if record != "" {
		set.Annotations = map[string]string{annotations.Rollout: record}
	}
	return s.note(witness.Moment{Set: set})
}

func (s *seen) pod(ordinal int, uid, revision string, is corev1.ConditionStatus) uint64 {
	return s.note(witness.Moment{Pod: pod(ordinal, uid, revision, is)})
}

func pod(ordinal int, uid, revision string, is corev1.ConditionStatus) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: fmt.Sprintf("web-%d", ordinal), UID: types.UID(uid), Labels: map[string]string{appsv1.StatefulSetRevisionLabel: revision},
			OwnerReferences: []metav1.OwnerReference{{Name: "web", UID: "web"}},
		},
		Status: corev1.PodStatus{Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: is}}},
	}
}

func (s *seen) leaves(ordinal int, uid, revision string) uint64 {
	p := pod(ordinal, uid, revision, corev1.ConditionTrue)
	p.DeletionTimestamp = &metav1.Time{}
	return s.note(witness.Moment{Pod: p})
}

// began is a set of three pods that are Ready at revision 1.
func began() *seen {
	s := &seen{}
	s.set(0, "")
	for ordinal := range 3 {
		s.pod(ordinal, fmt.Sprintf("old-%d", ordinal), "1", corev1.ConditionTrue)
	}
	s.Began = uint64(len(s.Moments))
	return s
}

func (s *seen) run(args []string, requests ...Request) *Evidence {
	s.Runs = []Run{{
		Act: schedule.Act{Args: args}, From: s.Began, To: uint64(len(s.Moments)), Requests: requests, Alone: true,
	}}
	return &s.Evidence
}

// deletes is the deletion of a pod that was taken at a version.
func deletes(ordinal int, version uint64) Request {
	return Request{
		Call:  apiproxy.Call{Verb: "delete", Resource: "pods", Name: fmt.Sprintf("web-%d", ordinal)},
		Write: true, Arrived: true, Code: 200, Version: version,
	}
}

func TestPodsAreAwayOneAtATime(t *testing.T) {
	tests := []struct {
		name   string
		seen   func() *Evidence
		breach bool
	}{
		{"each pod is back before the next goes", func() *Evidence {
			s := began()
			one := s.leaves(2, "old-2", "1")
			s.pod(2, "new-2", "1", corev1.ConditionTrue)
			two := s.leaves(1, "old-1", "1")
			return s.run([]string{"restart", "web"}, deletes(2, one), deletes(1, two))
		}, false},
		{"the next goes while the one before is on its way out", func() *Evidence {
			s := began()
			one, two := s.leaves(2, "old-2", "1"), s.leaves(1, "old-1", "1")
			return s.run([]string{"restart", "web"}, deletes(2, one), deletes(1, two))
		}, true},
		{"another pod was away all the time", func() *Evidence {
			s := began()
			s.pod(0, "old-0", "1", corev1.ConditionFalse)
			s.Began = uint64(len(s.Moments))
			one := s.leaves(2, "old-2", "1")
			return s.run([]string{"restart", "web"}, deletes(2, one))
		}, true},
		{"another pod was Ready when the run looked", func() *Evidence {
			s := began()
			s.pod(0, "old-0", "1", corev1.ConditionFalse)
			one := s.leaves(2, "old-2", "1")
			return s.run([]string{"restart", "web"}, deletes(2, one))
		}, false},
		{"a pod that is not Ready goes beside another", func() *Evidence {
			s := began()
			s.pod(0, "old-0", "1", corev1.ConditionFalse)
			s.pod(2, "old-2", "1", corev1.ConditionFalse)
			s.Began = uint64(len(s.Moments))
			one := s.leaves(2, "old-2", "1")
			return s.run([]string{"restart", "web"}, deletes(2, one))
		}, false},
		{"a deletion that was refused", func() *Evidence {
			s := began()
			one, two := s.leaves(2, "old-2", "1"), s.leaves(1, "old-1", "1")
			refused := deletes(1, two)
			refused.Code = 409
			return s.run([]string{"restart", "web"}, deletes(2, one), refused)
		}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := oneAtATime(tt.seen())
			require.Equal(t, tt.breach, len(got) > 0, got)
		})
	}
}

func TestPodsBelowTheGateStay(t *testing.T) {
	const record = `{"stable":"1","steps":["1","100%"]}`
	tests := []struct {
		name   string
		then   func(*seen)
		edited int64 // the generation that somebody else has made, 0 for nobody
		breach bool
	}{
		{"a pod above the gate goes", func(s *seen) { s.leaves(2, "old-2", "1") }, 0, false},
		{"a pod below goes", func(s *seen) { s.leaves(1, "old-1", "1") }, 0, true},
		{"a pod below goes before the controller has seen an edit", func(s *seen) { s.leaves(1, "old-1", "1") }, 1, false},
		{"a pod below goes after the controller has seen an edit", func(s *seen) {
			set := s.Moments[len(s.Moments)-1].Set.DeepCopy()
			set.Status.ObservedGeneration = 1
			s.note(witness.Moment{Set: set})
			s.leaves(1, "old-1", "1")
		}, 1, true},
		{"a pod below is made at another revision", func(s *seen) {
			s.note(witness.Moment{Gone: true, Pod: pod(1, "old-1", "1", corev1.ConditionFalse)})
			s.pod(1, "new-1", "2", corev1.ConditionFalse)
		}, 0, true},
		{"a pod below that is not Ready goes", func(s *seen) {
			s.pod(1, "old-1", "1", corev1.ConditionFalse)
			s.leaves(1, "old-1", "1")
		}, 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := began()
			s.set(2, record)
			if tt.edited != 0 {
				from := uint64(len(s.Moments))
				to := s.set(2, record)
				s.Moments[to-1].Set.Generation = tt.edited
				s.Edits = []Edit{{Edit: schedule.Edit{Does: schedule.Partition, Set: "web"}, From: from, To: to}}
			}
			tt.then(s)
			got := gate(s.run([]string{"abort", "web"}))
			require.Equal(t, tt.breach, len(got) > 0, got)
		})
	}
}

func TestAMomentIsLookedFor(t *testing.T) {
	s := began()
	s.pod(0, "old-0", "1", corev1.ConditionFalse) // 5
	s.pod(0, "old-0", "1", corev1.ConditionTrue)  // 6
	away := func(w world) bool { return !ready(w.pods["web-0"]) }
	for _, tt := range []struct {
		from, to     uint64
		once, always bool
	}{
		{4, 5, false, false}, // what happens at the second version does not count
		{4, 6, true, false},
		{5, 6, true, true},
		{5, 7, true, false},
		{6, 9, false, false},
	} {
		require.Equal(t, tt.once, s.once(tt.from, tt.to, away), tt)
		require.Equal(t, tt.always, s.always(tt.from, tt.to, away), tt)
	}
}

func TestTheOutputOfARunIsJudged(t *testing.T) {
	fits := func([]byte) error { return nil }
	const outcome = `{"type":"outcome","exitCode":0}` + "\n"
	for _, tt := range []struct {
		name   string
		run    Run
		breach bool
	}{
		{"an outcome", Run{Stdout: outcome}, false},
		{"another exit code", Run{Stdout: outcome, Code: 4}, true},
		{"no outcome", Run{Stdout: `{"type":"step"}` + "\n"}, true},
		{"words", Run{Stdout: "done\n" + outcome}, true},
		{"half a line", Run{Stdout: outcome + `{"ty`}, true},
		{"half a line of one that was killed", Run{Stdout: outcome + `{"ty`, Signal: "killed", Sent: []string{"KILL"}, Code: -1}, false},
		{"words of one that was killed", Run{Stdout: "done\n", Signal: "killed", Sent: []string{"KILL"}, Code: -1}, true},
	} {
		tt.run.Act.Args = []string{"hold", "web", "-o", "json"}
		_, breach := tt.run.unlikeJSON(fits)
		require.Equal(t, tt.breach, breach, tt.name)
	}
}

// Nothing else need have happened in the cluster between a write and the edit.
func TestARunThatGoesOnAfterAnEditFights(t *testing.T) {
	patches := func(version uint64) Request {
		return Request{
			Call:  apiproxy.Call{Verb: "patch", Resource: "statefulsets", Name: "web"},
			Write: true, Arrived: true, Code: 200, Version: version,
		}
	}
	s := began()
	change := func(partition int32, generation int64) uint64 {
		version := s.set(partition, "")
		s.Moments[len(s.Moments)-1].Set.Generation = generation
		return version
	}
	one := change(2, 1)
	edited := change(1, 2)
	s.Edits = []Edit{{Edit: schedule.Edit{Does: schedule.Partition, Set: "web"}, From: one, To: edited}}
	two := change(0, 3)

	require.Len(t, fights(s.run([]string{"canary", "web"}, patches(one), patches(two))), 1)
	require.Len(t, fights(s.run([]string{"undo", "web"}, patches(one), patches(two))), 1)
	require.Empty(t, fights(s.run([]string{"canary", "web"}, patches(one))))
}
