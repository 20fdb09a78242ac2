package judge

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/test/annotations"
	"github.com/kubectl-sts/kubectl-sts/test/apiproxy"
	"github.com/kubectl-sts/kubectl-sts/test/auditlog"
	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
	"github.com/kubectl-sts/kubectl-sts/test/witness"
)

// owned is a pod of revision 1 of the set with a uid.
func owned(ordinal int, set types.UID) *corev1.Pod {
	p := pod(ordinal, fmt.Sprintf("old-%d", ordinal), "1", corev1.ConditionTrue)
	p.OwnerReferences = []metav1.OwnerReference{{Name: "web", UID: set, Controller: ptr.To(true)}}
	return p
}

// anew is that a run has deleted the set and created it again, with its pods adopted.
func (s *seen) anew() {
	for ordinal := range 3 {
		s.note(witness.Moment{Pod: owned(ordinal, "web")})
	}
	s.Began = uint64(len(s.Moments))
	s.note(witness.Moment{Config: writtenDown("web")})
	old := s.Moments[0].Set.DeepCopy()
	old.DeletionTimestamp = &metav1.Time{}
	deleted := s.note(witness.Moment{Set: old})
	s.note(witness.Moment{Set: old.DeepCopy(), Gone: true})
	fresh := s.Moments[0].Set.DeepCopy()
	fresh.UID = "new"
	created := s.note(witness.Moment{Set: fresh})
	for ordinal := range 3 {
		s.note(witness.Moment{Pod: owned(ordinal, "new")})
	}
	s.Runs = []Run{{
		Act: schedule.Act{Args: []string{"recreate", "web"}}, From: s.Began, To: uint64(len(s.Moments)),
		Requests: []Request{
			{
				Call:  apiproxy.Call{Verb: "delete", Resource: "statefulsets", Name: "web"},
				Write: true, Arrived: true, Code: 200, Version: deleted, UID: "web",
			},
			{
				Call:  apiproxy.Call{Verb: "create", Resource: "statefulsets"},
				Write: true, Arrived: true, Code: 201, Version: created, UID: "new",
			},
		},
	}}
}

func writtenDown(uid string) *corev1.ConfigMap {
	const set = `{"metadata":{"name":"web"},"spec":{"replicas":3,"podManagementPolicy":%q,` +
		`"updateStrategy":{"rollingUpdate":{"partition":0}}}}`
	return &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: annotations.Saved + "web", UID: "config"},
		Data: map[string]string{
			"record.json": fmt.Sprintf(`{"uid":%q}`, uid), "before.json": fmt.Sprintf(set, "OrderedReady"),
			"statefulset.json": fmt.Sprintf(set, "Parallel"),
		},
	}
}

func TestARecreateTakesNoPodAway(t *testing.T) {
	const collector, controller = "x/generic-garbage-collector", "x/statefulset-controller"
	for _, tt := range []struct {
		name  string
		by    string
		of    types.UID // the owner of the pod that goes
		also  func(*seen)
		wrong string
	}{
		{"nothing goes", "", "", func(*seen) {}, ""},
		{"a pod goes with the old set", collector, "web", func(*seen) {}, "pod web-2 went with it"},
		{"the new set wants another pod", controller, "new", func(*seen) {}, "its controller has deleted pod web-2, of revision 1"},
		{"somebody deletes the pod", "kubectl", "new", func(*seen) {}, ""},
		{"somebody has deleted the old set", collector, "web", func(s *seen) {
			s.Edits = []Edit{{Edit: schedule.Edit{Does: schedule.DeleteSet, Set: "web"}, From: s.Began, To: s.Began + 2}}
		}, ""},
		{"somebody wants another template", controller, "new", func(s *seen) {
			s.Edits = []Edit{{Edit: schedule.Edit{Does: schedule.Template, Set: "web"}, From: s.Began + 4, To: s.Began + 5}}
		}, ""},
		{"somebody wanted another template before", controller, "new", func(s *seen) {
			s.Edits = []Edit{{Edit: schedule.Edit{Does: schedule.Template, Set: "web"}, From: 1, To: 2}}
		}, "its controller has deleted pod web-2"},
		{"another run restarts the pod", controller, "new", func(s *seen) {
			s.Runs = append(s.Runs, Run{Act: schedule.Act{Args: []string{"restart", "web"}}, Requests: []Request{{
				Call:  apiproxy.Call{Verb: "patch", Resource: "statefulsets", Name: "web"},
				Write: true, Arrived: true, Code: 200, Version: uint64(len(s.Moments)),
			}}})
		}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := began()
			s.anew()
			tt.also(s)
			if tt.by != "" {
				p := owned(2, tt.of)
				if tt.of == "web" {
					s.Moments = s.Moments[:len(s.Moments)-3] // none of them is adopted
				}
				s.note(witness.Moment{Pod: p, Gone: true})
				w := auditlog.Request{Verb: "delete", UserAgent: tt.by, Received: s.Moments[len(s.Moments)-1].At}
				w.ObjectRef.Resource, w.ObjectRef.Name = "pods", "web-2"
				s.Writes = []auditlog.Request{w}
			}

			got := recreates(&s.Evidence)

			if tt.wrong == "" {
				require.Empty(t, got)
				return
			}
			require.Len(t, got, 1)
			require.Contains(t, got[0].What, tt.wrong)
		})
	}
}

func TestASetThatARunHasDeletedHasToComeBack(t *testing.T) {
	s := began()
	s.anew()
	s.Moments = s.Moments[:len(s.Moments)-4] // it was never created
	require.Contains(t, s.Left("web"), "has deleted the set, which is not there")
	s.Edits = []Edit{{Edit: schedule.Edit{Does: schedule.ForgetSaved, Set: "web"}}}
	require.Contains(t, s.Left("web"), "the ConfigMap kubectl-sts.web is still there")
	s.note(witness.Moment{Config: writtenDown("web"), Gone: true})
	require.Empty(t, s.Left("web"))
}

func TestWhatARecreateMeansThatHasEndedWithZero(t *testing.T) {
	forgets := func(s *seen) { s.note(witness.Moment{Config: writtenDown("web"), Gone: true}) }
	parallel := func(s *seen) {
		fresh := s.Moments[0].Set.DeepCopy()
		fresh.UID, fresh.Spec.PodManagementPolicy = "new", appsv1.ParallelPodManagement
		s.note(witness.Moment{Set: fresh})
	}
	for _, tt := range []struct {
		name, args string
		then       func(*seen)
		want       string
	}{
		{"done", "recreate web", func(s *seen) { parallel(s); forgets(s) }, ""},
		{"not forgotten", "recreate web", parallel, "the ConfigMap kubectl-sts.web is still there"},
		{"as before", "recreate web", forgets, "and was to have {Policy:Parallel"},
		{"marked", "recreate web", func(s *seen) {
			forgets(s)
			set := s.Moments[0].Set.DeepCopy()
			set.UID, set.Annotations = "new", map[string]string{annotations.Recreate: "{}"}
			s.note(witness.Moment{Set: set})
		}, "the annotation kubectl-sts.github.io/recreate is still there"},
		{"its gate is closed", "recreate web", func(s *seen) {
			parallel(s)
			forgets(s)
			set := s.Moments[len(s.Moments)-2].Set.DeepCopy()
			set.Spec.UpdateStrategy.RollingUpdate.Partition = ptr.To(int32(closedPartition))
			s.note(witness.Moment{Set: set})
		}, "the partition is 2147483647, and was 0"},
		{"a pod is another one", "recreate web", func(s *seen) {
			parallel(s)
			forgets(s)
			p := owned(1, "new")
			p.UID = "other"
			s.note(witness.Moment{Pod: p})
		}, "web-1 is another pod"},
		{"a pod has no owner", "recreate web", func(s *seen) {
			parallel(s)
			forgets(s)
			s.note(witness.Moment{Pod: owned(1, "web")})
		}, "web-1 is not the set's"},
		{"cancelled, and yet another set", "recreate web --cancel", forgets, "the set is another one"},
		{"there is no set", "recreate web", func(s *seen) {
			s.note(witness.Moment{Set: s.Moments[0].Set.DeepCopy(), Gone: true})
		}, "the set is not there"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := began()
			s.anew()
			tt.then(s)
			r := Run{Act: schedule.Act{Args: strings.Fields(tt.args)}, From: s.Began + 1, To: uint64(len(s.Moments))}
			got := recreateDone(&s.Evidence, r, s.end())
			if tt.want == "" {
				require.Empty(t, got)
				return
			}
			require.Contains(t, got, tt.want)
		})
	}
}

func sized(asks, has string) *corev1.PersistentVolumeClaim {
	c := &corev1.PersistentVolumeClaim{}
	c.Spec.Resources.Requests = corev1.ResourceList{corev1.ResourceStorage: resource.MustParse(asks)}
	c.Status.Capacity = corev1.ResourceList{corev1.ResourceStorage: resource.MustParse(has)}
	return c
}

func TestWhatAResizeMeansThatHasEndedWithZero(t *testing.T) {
	for _, tt := range []struct {
		args string
		is   *corev1.PersistentVolumeClaim // that of web-1
		want string
	}{
		{"resize web --size=2Gi --claims-only", sized("2Gi", "2Gi"), ""},
		{"resize web --size=2Gi --claims-only", sized("2Gi", "1Gi"), "claim data-web-1 has 1Gi, and was to have 2Gi"},
		{"resize web --size=2Gi --claims-only", sized("1Gi", "1Gi"), "claim data-web-1 asks for 1Gi, and was to ask for 2Gi"},
		{"resize web --size=2Gi --claims-only --ordinals=0", sized("1Gi", "1Gi"), ""},
		{"resize web --grow=50% --claims-only", sized("1536Mi", "1536Mi"), ""},
		{"resize web --grow=50% --claims-only", sized("1536Mi", "1Gi"), "claim data-web-1 has 1Gi, and was to have 1536Mi"},
		{"resize web --size=2Gi --template-only", sized("1Gi", "1Gi"), "the claim template asks for 1Gi, and was to ask for 2Gi"},
		{"resize web --size=2Gi", sized("2Gi", "2Gi"), "the claim template asks for 1Gi, and was to ask for 2Gi"},
	} {
		s := began()
		s.Schedule.Sets = []schedule.Set{{Name: "web", Template: "data", Replicas: 3}}
		s.Moments[0].Set.Spec.VolumeClaimTemplates = []corev1.PersistentVolumeClaim{*sized("1Gi", "1Gi")}
		s.claim("data-web-1", sized("1Gi", "1Gi"), false)
		r := Run{Act: schedule.Act{Args: strings.Fields(tt.args)}, From: uint64(len(s.Moments))}
		s.claim("data-web-1", tt.is, false)
		require.Equal(t, tt.want, resizeDone(&s.Evidence, r, s.end()), tt.args)
	}
}

func TestAResizeThatAsksAgainFights(t *testing.T) {
	for _, tt := range []struct {
		edit   string
		begun  bool // before the edit
		breach bool
	}{{"2Gi", true, true}, {"2Gi", false, false}, {"1Gi", true, false}} {
		s := began()
		s.Schedule.Sets = []schedule.Set{{Name: "web", Template: "data", Replicas: 3}}
		s.claim("data-web-2", sized("1Gi", "1Gi"), false)
		from := uint64(len(s.Moments))
		s.claim("data-web-2", sized(tt.edit, "1Gi"), false)
		to := uint64(len(s.Moments))
		s.Edits = []Edit{{Edit: schedule.Edit{Does: schedule.Claim, Set: "web", Number: 2, Text: tt.edit}, From: from, To: to}}
		s.claim("data-web-2", sized("3Gi", "1Gi"), false)
		r := Run{Act: schedule.Act{Args: []string{"resize", "web", "--size=3Gi"}}, From: to, Requests: []Request{{
			Call:  apiproxy.Call{Verb: "patch", Resource: "persistentvolumeclaims", Name: "data-web-2"},
			Write: true, Arrived: true, Code: 200, Version: uint64(len(s.Moments)),
		}}}
		if tt.begun {
			r.From = from
		}
		require.Equal(t, tt.breach, len(s.asksAgain(r)) > 0, tt)
	}
}

// An API server that was restarted has forgotten what its watches have not sent.
func TestWhatWasNotSeenIsNotJudged(t *testing.T) {
	s := began()
	s.anew()
	s.Runs[0].Alone = true
	require.NotEmpty(t, truth(&s.Evidence))
	s.Missed = []witness.Span{{From: 1, To: s.Began}}
	require.Empty(t, truth(&s.Evidence))
}
