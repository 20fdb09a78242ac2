package judge

import (
	"fmt"
	"strconv"
	"strings"
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

func TestWhatACommandSaysAboutAClaim(t *testing.T) {
	e := Evidence{Schedule: schedule.Schedule{Sets: []schedule.Set{
		{Name: "web-x", Template: "data", Start: 2}, {Name: "x", Template: "data-web"}, {Name: "web", Template: "data"},
	}}}
	for _, tt := range []struct {
		args  []string
		claim string
		want  string
	}{
		{[]string{"scale", "web", "--replicas=1", "--pvc=delete"}, "data-web-1", loses},
		{[]string{"scale", "web", "--replicas=1", "--pvc=delete"}, "data-web-0", ""},
		{[]string{"scale", "web", "--replicas=1", "--pvc=retain-volume"}, "data-web-1", retains},
		{[]string{"scale", "web", "--replicas=1", "--pvc=keep"}, "data-web-1", ""},
		{[]string{"scale", "web", "--replicas=3", "--pvc=fresh"}, "data-web-2", loses},
		{[]string{"scale", "web", "--replicas=3", "--pvc=fresh"}, "data-web-3", ""},
		{[]string{"scale", "web", "--replicas=1", "--pvc=delete"}, "data-web-x-3", ""},
		{[]string{"scale", "web-x", "--replicas=1", "--pvc=delete"}, "data-web-x-3", loses},
		{[]string{"scale", "web-x", "--replicas=1", "--pvc=delete"}, "data-web-x-2", ""},
		{[]string{"prune-pvc", "--yes"}, "data-web-1", loses},
		{[]string{"prune-pvc", "--yes", "--retain-volumes"}, "data-web-1", retains},
		{[]string{"prune-pvc", "web", "--yes"}, "data-web-1", loses},
		{[]string{"prune-pvc", "web-x", "--yes"}, "data-web-1", ""},
		{[]string{"canary", "web"}, "data-web-1", ""},
		{[]string{"prune-pvc", "--yes"}, "other-web-1", ""},
	} {
		require.Equal(t, tt.want, e.tells(schedule.Act{Args: tt.args}, tt.claim), "%v %s", tt.args, tt.claim)
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

// What an earlier command was told is no excuse, unless it is the scale that goes on.
func TestOnlyAScaleInProgressIsGoneOnWith(t *testing.T) {
	const claim = "data-web-2"
	for _, tt := range []struct {
		name  string
		first string
		then  string
		open  bool // the first one's record is on the set until then
		want  string
	}{
		{"after a prune", "prune-pvc --yes", "scale web --replicas=2 --retry", true, ""},
		{"after a scale that is over", "scale web --replicas=2 --pvc=delete", "scale web --replicas=2 --retry", false, ""},
		{"after a scale that is not over", "scale web --replicas=2 --pvc=delete", "scale web --replicas=2 --retry", true, loses},
		{"after one that retains", "scale web --replicas=2 --pvc=retain-volume", "scale web --replicas=2", true, retains},
		{"by a scale that keeps", "scale web --replicas=2 --pvc=delete", "scale web --replicas=2 --pvc=keep", true, ""},
		{"by a scale to elsewhere", "scale web --replicas=2 --pvc=delete", "scale web --replicas=1", true, ""},
		{"by another verb", "scale web --replicas=2 --pvc=delete", "restart web", true, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := began()
			s.Schedule.Sets = []schedule.Set{{Name: "web", Template: "data", Replicas: 3}}
			at := s.set(0, "")
			if tt.open {
				s.Moments[at-1].Set.Annotations = map[string]string{annotations.Scale: "{}"}
			}
			s.Runs = []Run{
				{Act: schedule.Act{Args: strings.Fields(tt.first)}, From: s.Began, To: at},
				{Number: 1, Act: schedule.Act{Args: strings.Fields(tt.then)}, From: at, To: at + 1},
			}

			got, _ := s.told(claim, s.Runs[1], at+1)

			require.Equal(t, tt.want, got)
		})
	}
}

// One more command is needed where somebody else has set a template that does not run.
func TestOneCommandEndsWhatIsLeft(t *testing.T) {
	way := func(code int) Run {
		return Run{Act: schedule.Act{Args: []string{"abort", "web"}}, Why: WayOut, Code: code}
	}
	for _, tt := range []struct {
		name   string
		ways   []Run
		edit   string
		breach bool
	}{
		{"none", nil, "", false},
		{"one", []Run{way(0)}, "", false},
		{"one that fails", []Run{way(4)}, "", true},
		{"two", []Run{way(0), way(0)}, "", true},
		{"two after a template that runs", []Run{way(0), way(0)}, "app:v9", true},
		{"two after a template that does not run", []Run{way(0), way(0)}, "app:bad-9", false},
		{"three after a template that does not run", []Run{way(0), way(0), way(0)}, "app:bad-9", true},
		{"two of which one was disturbed", []Run{{Act: way(0).Act, Why: WayOut, Code: 1, Disturbed: true}, way(0)}, "", false},
	} {
		s := began()
		s.Schedule.Sets = []schedule.Set{{Name: "web", Replicas: 3}}
		if tt.edit != "" {
			s.Edits = []Edit{{Edit: schedule.Edit{Does: schedule.Template, Set: "web", Text: tt.edit}}}
		}
		s.Runs = tt.ways
		got := wayOut(&s.Evidence)
		require.Equal(t, tt.breach, len(got) > 0, "%s: %v", tt.name, got)
	}
}
