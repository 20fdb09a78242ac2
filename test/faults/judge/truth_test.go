package judge

import (
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
	"github.com/kubectl-sts/kubectl-sts/test/auditlog"
	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
	"github.com/kubectl-sts/kubectl-sts/test/witness"
)

const (
	canaryAtOne = `{"stable":"1","steps":["1","2","100%"]}`
	heldAtZero  = `{"partition":0}`
)

// is is a set of three pods at a revision each, whose template is at the last one.
func (s *seen) is(image string, partition int32, marks map[string]string, at ...string) {
	set := &appsv1.StatefulSet{
		ObjectMeta: metav1.ObjectMeta{Name: "web", UID: "web", Annotations: marks},
		Spec: appsv1.StatefulSetSpec{
			Replicas: ptr.To(int32(len(at))),
			UpdateStrategy: appsv1.StatefulSetUpdateStrategy{
				RollingUpdate: &appsv1.RollingUpdateStatefulSetStrategy{Partition: &partition},
			},
			Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{{Image: image}}}},
		},
		Status: appsv1.StatefulSetStatus{UpdateRevision: strings.TrimPrefix(image, "app:v")},
	}
	s.note(witness.Moment{Set: set})
	for ordinal, revision := range at {
		p := pod(ordinal, "pod-"+revision, revision, corev1.ConditionTrue)
		p.Spec.Containers = []corev1.Container{{Image: "app:v" + revision}}
		s.note(witness.Moment{Pod: p})
	}
}

func (s *seen) claim(name string, is *corev1.PersistentVolumeClaim, gone bool) {
	c := is.DeepCopy()
	c.Name = name
	if c.UID == "" {
		c.UID = types.UID(name)
	}
	s.note(witness.Moment{Claim: c, Gone: gone})
}

func TestAnExitCodeOfZeroMeansThatItIsSo(t *testing.T) {
	canary := map[string]string{annotations.Rollout: canaryAtOne}
	held := map[string]string{annotations.Hold: heldAtZero}
	bound := &corev1.PersistentVolumeClaim{
		Spec: corev1.PersistentVolumeClaimSpec{VolumeName: "v"}, Status: corev1.PersistentVolumeClaimStatus{Phase: corev1.ClaimBound},
	}
	old := func(s *seen) { s.is("app:v1", 0, nil, "1", "1", "1") }
	updated := func(s *seen) { s.is("app:v2", 0, nil, "2", "2", "2") }
	atOne := func(s *seen) { s.is("app:v2", 2, canary, "1", "1", "2") }
	atTwo := func(s *seen) { s.is("app:v2", 1, canary, "1", "2", "2") }
	hold := func(s *seen) { s.is("app:v1", closedPartition, held, "1", "1", "1") }
	spare := func(s *seen) {
		old(s)
		s.claim("data-web-5", bound, false)
	}
	for _, tt := range []struct {
		name         string
		args         string
		before, then func(*seen)
		want         string // what is not so
	}{
		{"canary", "canary web --image=app=app:v2 --yes", old, updated, ""},
		{"canary that does nothing", "canary web --image=app=app:v2 --yes", old, old, "web-0 has image app:v1"},
		{"canary half-way", "canary web --image=app=app:v2 --yes", old, atOne, "the canary is still in progress"},
		{
			"canary that leaves its gate", "canary web --yes", old, func(s *seen) { s.is("app:v2", 1, nil, "2", "2", "2") },
			"the partition is 1, and was 0",
		},
		{"canary that holds", "canary web --image=app=app:v2 --hold", old, atOne, ""},
		{
			"canary that holds nowhere", "canary web --image=app=app:v2 --hold", old, func(s *seen) { s.is("app:v2", 3, canary, "1", "1", "1") }, //nolint:lll // one text
			"0 pods are let through, which is none of the steps [1 2 3]",
		},
		{
			"canary that holds too early", "canary web --image=app=app:v2 --hold", old, func(s *seen) { s.is("app:v2", 2, canary, "1", "1", "1") }, //nolint:lll // one text
			"web-2 is let through, and is at revision 1",
		},
		{"promote", "promote web", atOne, atTwo, ""},
		{"promote to the end", "promote web", atTwo, updated, ""},
		{"promote that stays", "promote web", atOne, atOne, "1 pods are let through, and 1 were before"},
		{"full promote", "promote web --full", atOne, updated, ""},
		{"full promote half-way", "promote web --full", atOne, atTwo, "the canary is still in progress"},
		{
			"full promote that forgets a pod", "promote web --full", atOne, func(s *seen) { s.is("app:v2", 0, nil, "1", "2", "2") },
			"web-0 is at revision 1, not 2",
		},
		{"abort", "abort web --yes", atOne, old, ""},
		{"abort of nothing", "abort web --yes", old, old, ""},
		{"abort that goes forward", "abort web --yes", atOne, updated, "web-0 is at revision 2, not 1"},
		{
			"abort that only forgets", "abort web --yes", atOne, func(s *seen) { s.is("app:v1", 0, nil, "1", "1", "2") },
			"web-2 is at revision 2, not 1",
		},
		{"undo of a canary", "undo web --yes", atOne, old, ""},
		{"undo of a canary that goes forward", "undo web --yes", atOne, updated, "web-0 is at revision 2, not 1"},
		{"undo", "undo web --yes", func(s *seen) { old(s); updated(s) }, old, ""},
		{"undo that does nothing", "undo web --yes", func(s *seen) { old(s); updated(s) }, updated, "web-0 has image app:v2, as before"},
		{"undo to a revision", "undo web --to-revision=1", updated, updated, "web-0 is at revision 2, not 1"},
		{"restart that does nothing", "restart web --yes", old, old, "web-0 is still the same pod"},
		{"hold", "hold web", old, hold, ""},
		{"hold that does nothing", "hold web", old, old, "there is no record of the hold"},
		{"hold with an open gate", "hold web", old, func(s *seen) { s.is("app:v1", 0, held, "1", "1", "1") }, "the partition is 0"},
		{"release", "release web", hold, old, ""},
		{
			"release that leaves the gate", "release web", hold, func(s *seen) { s.is("app:v1", closedPartition, nil, "1", "1", "1") },
			"the partition is 2147483647, and was to be 0",
		},
		{
			"release that does not wait", "release web", hold, func(s *seen) { s.is("app:v2", 0, nil, "1", "2", "2") },
			"web-0 is let through, and is at revision 1",
		},
		{"status", "status web", old, old, ""},
		{"status of all", "status", old, hold, "the annotation kubectl-sts.github.io/hold is still there"},
		{"status of a gate", "status web", old, func(s *seen) { s.is("app:v2", 2, nil, "1", "1", "2") }, "web-0 is at revision 1, not 2"},
		{"watch of a canary", "watch web", old, atOne, "the annotation kubectl-sts.github.io/canary is still there"},
		{"prune", "prune-pvc --yes", spare, func(s *seen) { s.claim("data-web-5", bound, true) }, ""},
		{"prune that does nothing", "prune-pvc --yes", spare, old, "claim data-web-5 is still there, and nothing wants it"},
		{"prune of another set", "prune-pvc x --yes", spare, old, ""},
		{"restore", "restore-pvc data-web-5", old, func(s *seen) { s.claim("data-web-5", bound, false) }, ""},
		{"restore of a pod", "restore-pvc web-5", old, old, "claim data-web-5 is not there"},
		{
			"restore that does not wait", "restore-pvc web-5", old, func(s *seen) { s.claim("data-web-5", &corev1.PersistentVolumeClaim{}, false) }, //nolint:lll // one text
			"claim data-web-5 is not bound",
		},
		{"scale", "scale web --replicas=3", old, old, ""},
		{"scale that keeps its record", "scale web --replicas=3", old, func(s *seen) {
			s.is("app:v1", 0, map[string]string{annotations.Scale: "{}"}, "1", "1", "1")
		}, "the annotation kubectl-sts.github.io/scale is still there"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &seen{}
			s.Schedule.Sets = []schedule.Set{{Name: "web", Template: "data", Replicas: 3}}
			tt.before(s)
			from := uint64(len(s.Moments))
			tt.then(s)
			to := uint64(len(s.Moments))
			s.Runs = []Run{{Act: schedule.Act{Args: strings.Fields(tt.args)}, From: from, To: to, Alone: true, Requests: []Request{{
				Write: true, Arrived: true, Code: 200, Version: to,
			}}}}

			got := truth(&s.Evidence)

			if tt.want == "" {
				require.Empty(t, got)
				return
			}
			require.Len(t, got, 1)
			require.Contains(t, got[0].What, "ended with 0, but "+tt.want)
		})
	}
}

// What nobody can read may be a record all the same, also where it is empty.
func TestALookEndsWithFiveForAReason(t *testing.T) {
	for _, tt := range []struct {
		name  string
		marks map[string]string
		code  int
		want  string
	}{
		{"without a record", nil, 5, "ended with 5, and all was well all the time"},
		{"without a record, in trouble", nil, 4, "ended with 4, and all was well all the time"},
		{"settled", nil, 0, ""},
		{"with an empty record", map[string]string{annotations.Rollout: ""}, 5, ""},
		{"with another annotation", map[string]string{annotations.Undone: "{}"}, 5, "ended with 5, and all was well all the time"},
	} {
		s := &seen{}
		s.is("app:v1", 0, tt.marks, "1", "1", "1")
		set := s.Moments[0].Set
		set.Status.CurrentRevision = set.Status.UpdateRevision
		r := Run{
			Act:  schedule.Act{Args: []string{"status", "web"}},
			From: uint64(len(s.Moments)),
			To:   uint64(len(s.Moments)),
			Code: tt.code,
		}
		require.Equal(t, tt.want, r.unlike(&s.Evidence, set), tt.name)
	}
}

// A pod that is Ready is not Available before the set's minReadySeconds have passed,
// and a look that says so is right.
func TestAPodThatIsNotReadyForLongEnoughIsOnItsWay(t *testing.T) {
	began := time.Date(2026, 1, 1, 0, 0, 10, int(600*time.Millisecond), time.UTC)
	for _, tt := range []struct {
		name  string
		ready time.Duration // before that second
		want  string
	}{
		{"in this second", 0, ""},
		{"a second before", time.Second, ""},
		{"two seconds before", 2 * time.Second, "ended with 5, and all was well all the time"},
	} {
		s := &seen{}
		s.is("app:v1", 0, nil, "1", "1")
		set := s.Moments[0].Set
		set.Spec.MinReadySeconds = 2
		set.Status.CurrentRevision = set.Status.UpdateRevision
		for i := range s.Moments[2].Pod.Status.Conditions {
			s.Moments[2].Pod.Status.Conditions[i].LastTransitionTime = metav1.NewTime(began.Truncate(time.Second).Add(-tt.ready))
		}
		last := uint64(len(s.Moments))
		r := Run{Act: schedule.Act{Args: []string{"status", "web"}}, From: last, To: last, Began: began, Code: 5}
		require.Equal(t, tt.want, r.unlike(&s.Evidence, set), tt.name)
	}
}

func TestEveryVerbOfASeedIsJudged(t *testing.T) {
	for seed := range uint64(400) {
		for _, a := range schedule.Generate(seed).Acts {
			require.Contains(t, done, a.Verb())
		}
	}
}

// What a pod owned that its set has given up goes because of who has seen to that.
func TestWhatTheGarbageCollectorDeletesIsPutDownToSomebody(t *testing.T) {
	lowers := func(args ...string) func(*seen, uint64) {
		return func(s *seen, at uint64) {
			s.Runs = []Run{
				{Act: schedule.Act{Args: args}, To: at, Requests: []Request{{Write: true, Arrived: true, Code: 200, Version: at}}},
			}
		}
	}
	for _, tt := range []struct {
		name string
		who  func(*seen, uint64)
		want string
	}{
		{"a scale that is to delete it", lowers("scale", "web", "--replicas=2", "--pvc=delete"), ""},
		{"a scale that is to keep it", lowers("scale", "web", "--replicas=2", "--pvc=keep"), "was not told to"},
		{"a prune before, and a scale that is to keep it", func(s *seen, at uint64) {
			lowers("scale", "web", "--replicas=2")(s, at)
			s.Runs = append([]Run{{Act: schedule.Act{Args: []string{"prune-pvc", "--yes"}}}}, s.Runs...)
		}, "was not told to"},
		{"somebody else", func(s *seen, at uint64) {
			s.Edits = []Edit{{Edit: schedule.Edit{Does: schedule.Replicas, Set: "web"}, From: at - 1, To: at}}
		}, ""},
		{"nobody", func(*seen, uint64) {}, "nobody known has had web-2 go"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &seen{}
			s.Schedule.Sets = []schedule.Set{{Name: "web", Template: "data", Replicas: 3, WhenScaled: "Delete"}}
			s.is("app:v1", 0, nil, "1", "1", "1")
			s.is("app:v1", 0, nil, "1", "1")
			lowered := uint64(len(s.Moments)) - 2
			owned := &corev1.PersistentVolumeClaim{}
			owned.OwnerReferences = []metav1.OwnerReference{{Kind: "Pod", Name: "web-2", UID: "pod-2"}}
			s.claim("data-web-2", owned, true)
			deletion := auditlog.Request{
				Verb:      "delete",
				UserAgent: "kube-controller-manager/generic-garbage-collector",
				Received:  time.Unix(1, 0),
			}
			deletion.ObjectRef.Resource, deletion.ObjectRef.Name = "persistentvolumeclaims", "data-web-2"
			s.Writes = []auditlog.Request{deletion}
			tt.who(s, lowered)

			got := claims(&s.Evidence)

			if tt.want == "" {
				require.Empty(t, got)
				return
			}
			require.Len(t, got, 1)
			require.Contains(t, got[0].What, tt.want)
		})
	}
}
