package judge

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/test/annotations"
	"github.com/kubectl-sts/kubectl-sts/test/apiproxy"
	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
	"github.com/kubectl-sts/kubectl-sts/test/witness"
)

const inReplace = `{"run":"one","verb":"replace","claims":{"data-web-2":"claim-2"}}`

// replace is a set of three pods with a claim each, and a run that replaces some. What it
// does follows.
type replace struct{ *seen }

func replaced(args string) replace {
	s := began()
	s.Schedule.Sets = []schedule.Set{{Name: "web", Template: "data", Replicas: 3}}
	for o := range 3 {
		s.claim(fmt.Sprintf("data-web-%d", o), held(fmt.Sprintf("claim-%d", o)), false)
	}
	s.Began = uint64(len(s.Moments))
	s.Runs = []Run{{Act: schedule.Act{Args: strings.Fields(args)}, From: s.Began, Alone: true, Drawn: []string{"a record"}}}
	return replace{s}
}

// held is a claim that is bound to the volume of its uid.
func held(uid string) *corev1.PersistentVolumeClaim {
	c := &corev1.PersistentVolumeClaim{}
	c.UID, c.Spec.VolumeName, c.Status.Phase = types.UID(uid), "v-"+uid, corev1.ClaimBound
	return c
}

func (s replace) sends(verb, resource, name string, version uint64) {
	r := &s.Runs[len(s.Runs)-1]
	r.Requests = append(r.Requests, Request{
		Call: apiproxy.Call{Verb: verb, Resource: resource, Name: name}, Write: true, Arrived: true, Code: 200, Version: version,
	})
}

// begins is that the run writes its record.
func (s replace) begins() { s.sends("patch", "statefulsets", "web", s.set(0, inReplace)) }

// parts is that the run deletes a claim, which its pod still uses.
func (s replace) parts(ordinal int, uid string) {
	c := held(uid)
	c.DeletionTimestamp = &metav1.Time{}
	name := fmt.Sprintf("data-web-%d", ordinal)
	s.claim(name, c, false)
	s.sends("delete", "persistentvolumeclaims", name, uint64(len(s.Moments)))
}

// takes is that the run deletes a pod.
func (s replace) takes(ordinal int) {
	s.sends("delete", "pods", fmt.Sprintf("web-%d", ordinal), s.leaves(ordinal, fmt.Sprintf("old-%d", ordinal), "1"))
}

// returns is that a pod comes back with another claim.
func (s replace) returns(ordinal int, claim, pod string) {
	s.claim(fmt.Sprintf("data-web-%d", ordinal), held(claim), false)
	s.pod(ordinal, pod, "1", corev1.ConditionTrue)
}

func TestClaimsGoOnceAndOneAfterAnother(t *testing.T) {
	const of2, of12 = "replace web --ordinals=2", "replace web --ordinals=1-2"
	one := func(s replace) { s.begins(); s.parts(2, "claim-2"); s.takes(2) }
	for _, tt := range []struct {
		name, args string
		then       func(replace)
		want       string
	}{
		{"one", of2, one, ""},
		{"one after another", of12, func(s replace) {
			one(s)
			s.returns(2, "new-2", "new-2")
			s.parts(1, "claim-1")
			s.takes(1)
		}, ""},
		{"the new claim goes as well", of2, func(s replace) {
			one(s)
			s.returns(2, "new-2", "new-2")
			s.parts(2, "new-2")
		}, "has deleted claim data-web-2, which is a new one already"},
		{"the next goes while the pod is away", of12, func(s replace) {
			one(s)
			s.parts(1, "claim-1")
		}, "has deleted claim data-web-1 while web-2 was away"},
		{"the next goes while the pod is away, with --force", of12 + " --force", func(s replace) {
			one(s)
			s.parts(1, "claim-1")
		}, "has deleted claim data-web-1 while web-2 was away"},
		{"another pod was away all the time", of2, func(s replace) {
			s.pod(0, "old-0", "1", corev1.ConditionFalse)
			s.begins()
			s.parts(2, "claim-2")
		}, "has deleted claim data-web-2 while web-0 was away"},
		{"another pod was away all the time, with --force", of2 + " --force", func(s replace) {
			s.pod(0, "old-0", "1", corev1.ConditionFalse)
			s.begins()
			s.parts(2, "claim-2")
		}, ""},
		{"another pod was Ready when the run has written last", of2, func(s replace) {
			s.begins()
			s.pod(0, "old-0", "1", corev1.ConditionFalse)
			s.parts(2, "claim-2")
		}, ""},
		{"alone it may be away itself", of2, func(s replace) {
			s.pod(2, "old-2", "1", corev1.ConditionFalse)
			s.begins()
			s.parts(2, "claim-2")
		}, ""},
		{"of several it may not", of12, func(s replace) {
			s.pod(2, "old-2", "1", corev1.ConditionFalse)
			s.begins()
			s.parts(2, "claim-2")
		}, "has deleted claim data-web-2 while web-2 was away"},
		{"a pod whose claim stays", of2, func(s replace) { s.begins(); s.takes(2) }, "has deleted pod web-2, whose claim data-web-2 stays"},
		{"a pod of another ordinal", of2, func(s replace) { s.begins(); s.takes(1) }, "pod web-1, whose claims it was not told to replace"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := replaced(tt.args)
			tt.then(s)
			s.Runs[0].To = uint64(len(s.Moments))
			got := replaces(&s.Evidence)
			if tt.want == "" {
				require.Empty(t, got)
				return
			}
			require.Len(t, got, 1)
			require.Contains(t, got[0].What, tt.want)
		})
	}
}

// A restart of the API server costs moments: the claim that was made to go, or the record.
func TestWhatOfAReplaceWasNotSeenIsNotJudged(t *testing.T) {
	s := replaced("replace web --ordinals=2")
	s.begins()
	s.takes(2)
	require.NotEmpty(t, replaces(&s.Evidence))
	s.Missed = []witness.Span{{From: s.Began, To: uint64(len(s.Moments))}}
	require.Empty(t, replaces(&s.Evidence))

	s = replaced("replace web --ordinals=2")
	s.parts(2, "claim-2")
	require.NotEmpty(t, claims(&s.Evidence))
	s.Missed = []witness.Span{{From: s.Began, To: s.Began + 1}}
	require.Empty(t, claims(&s.Evidence))
}

// What a run may delete the command says that has begun what is in progress, whatever its
// own flags or those of one that was refused.
func TestWhatAReplaceIsTold(t *testing.T) {
	for _, tt := range []struct {
		name, begun, then string
		claim             string
		over              bool // before the second one began
		want              string
	}{
		{"the ordinal", "replace web --ordinals=2", "", "data-web-2", false, retains},
		{"another ordinal", "replace web --ordinals=2", "", "data-web-1", false, ""},
		{"of a range", "replace web --ordinals=0,1-2", "", "data-web-1", false, retains},
		{"all", "replace web --all", "", "data-web-0", false, retains},
		{"all that the set has", "replace web --all", "", "data-web-3", false, ""},
		{"another claim template", "replace web --all --claim-templates=wal", "", "data-web-0", false, ""},
		{"the volume may go", "replace web --all --pvc=delete", "", "data-web-0", false, loses},
		{"gone on with", "replace web --ordinals=2", "replace web --yes", "data-web-2", false, retains},
		{"gone on with, of another ordinal", "replace web --ordinals=2", "replace web --ordinals=1", "data-web-1", false, ""},
		{"gone on with, and the volume stays", "replace web --ordinals=2", "replace web --pvc=delete", "data-web-2", false, retains},
		{"after it is over", "replace web --ordinals=2", "replace web --yes", "data-web-2", true, ""},
		{"by another verb", "replace web --ordinals=2", "restart web --yes", "data-web-2", false, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := replaced(tt.begun)
			s.begins()
			s.Runs[0].To = uint64(len(s.Moments))
			if tt.over {
				s.set(0, "")
			}
			r := s.Runs[0]
			if tt.then != "" {
				r = Run{Number: 1, Act: schedule.Act{Args: strings.Fields(tt.then)}, From: uint64(len(s.Moments))}
				s.Runs = append(s.Runs, r)
			}
			got, _ := s.told(tt.claim, r, uint64(len(s.Moments))+1)
			require.Equal(t, tt.want, got)
		})
	}
}

// The pod that gets the new claim uses the old one until it goes; no other does.
func TestAClaimThatIsReplacedIsUsedByItsOwnPodAlone(t *testing.T) {
	for _, tt := range []struct {
		user   int
		missed []witness.Span
		want   string
	}{
		{2, nil, ""},
		{1, nil, "has deleted claim data-web-2, which a pod has used all the time"},
		{1, []witness.Span{{From: 0, To: 1000}}, ""}, // whether it went in between nobody knows
	} {
		s := replaced("replace web --ordinals=2")
		s.Missed = tt.missed
		p := pod(tt.user, fmt.Sprintf("old-%d", tt.user), "1", corev1.ConditionTrue)
		p.Spec.Volumes = []corev1.Volume{{VolumeSource: corev1.VolumeSource{
			PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "data-web-2"},
		}}}
		s.Runs[0].From = s.note(witness.Moment{Pod: p})
		s.begins()
		s.parts(2, "claim-2")
		got := claims(&s.Evidence)
		if tt.want == "" {
			require.Empty(t, got)
			continue
		}
		require.Len(t, got, 1)
		require.Contains(t, got[0].What, tt.want)
	}
}

func TestTheVolumeOfAReplacedClaimStays(t *testing.T) {
	volume := func(policy corev1.PersistentVolumeReclaimPolicy, claim types.UID) *corev1.PersistentVolume {
		v := &corev1.PersistentVolume{}
		v.Name, v.Spec.PersistentVolumeReclaimPolicy = "v-claim-2", policy
		v.Spec.ClaimRef = &corev1.ObjectReference{Name: "data-web-2", UID: claim}
		return v
	}
	kept := volume(corev1.PersistentVolumeReclaimRetain, "claim-2")
	for _, tt := range []struct {
		name, args string
		before     *corev1.PersistentVolume
		then       func(replace)
		want       string
	}{
		{"it stays", "", kept, func(replace) {}, ""},
		{"its policy is another one", "", volume("Delete", "claim-2"), func(replace) {}, "before its volume v-claim-2 was to be retained"},
		{"it was to go", " --pvc=delete", volume("Delete", "claim-2"), func(replace) {}, ""},
		{"there is no record", "", kept, func(s replace) { s.Runs[0].Drawn = nil }, "no record was written"},
		{
			"it is gone later", "", kept,
			func(s replace) { s.note(witness.Moment{Volume: kept.DeepCopy(), Gone: true}) }, "which was to stay",
		},
		{"it is gone with another claim", "", kept, func(s replace) {
			s.note(witness.Moment{Volume: volume("Delete", "restored")})
			s.note(witness.Moment{Volume: volume("Delete", "restored"), Gone: true})
		}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := replaced("replace web --ordinals=2" + tt.args)
			s.note(witness.Moment{Volume: tt.before.DeepCopy()})
			s.begins()
			s.parts(2, "claim-2")
			tt.then(s)
			got := retained(&s.Evidence)
			if tt.want == "" {
				require.Empty(t, got)
				return
			}
			require.Len(t, got, 1)
			require.Contains(t, got[0].What, tt.want)
		})
	}
}

func TestWhatAReplaceMeansThatHasEndedWithZero(t *testing.T) {
	for _, tt := range []struct {
		name, args string
		goesOn     bool // with the record of one that was begun
		then       func(replace)
		want       string
	}{
		{"done", "replace web --ordinals=2", false, func(s replace) { s.returns(2, "new-2", "new-2") }, ""},
		{"gone on with", "replace web", true, func(s replace) { s.returns(2, "new-2", "new-2"); s.set(0, "") }, ""},
		{
			"the record stays", "replace web", true,
			func(s replace) { s.returns(2, "new-2", "new-2") }, "the annotation " + annotations.Rollout,
		},
		{"nothing", "replace web --ordinals=2", false, func(replace) {}, "claim data-web-2 is still the same one"},
		{"the old claim is on its way", "replace web --ordinals=2", false, func(s replace) { s.parts(2, "claim-2") }, "is still the same"},
		{"a new claim is on its way", "replace web --ordinals=2", false, func(s replace) { s.parts(2, "new") }, "and on its way out"},
		{"not all of them", "replace web --all", false, func(s replace) {
			s.returns(2, "new-2", "new-2")
			s.returns(0, "new-0", "new-0")
		}, "claim data-web-1 is still the same one"},
		{"the pod is away", "replace web --ordinals=2", false, func(s replace) {
			s.returns(2, "new-2", "new-2")
			s.leaves(2, "new-2", "1")
		}, "web-2 is not Ready"},
		{"another pod is away", "replace web --ordinals=2", false, func(s replace) {
			s.returns(2, "new-2", "new-2")
			s.leaves(0, "old-0", "1")
		}, "web-0 is not Ready"},
		{"another pod is away, with --force", "replace web --ordinals=2 --force", false, func(s replace) {
			s.returns(2, "new-2", "new-2")
			s.leaves(0, "old-0", "1")
		}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := replaced(tt.args)
			if tt.goesOn {
				s.begins()
				s.Runs[0].From = uint64(len(s.Moments))
			}
			tt.then(s)
			got := onSet(replaceDone)(&s.Evidence, s.Runs[0], s.end())
			if tt.want == "" {
				require.Empty(t, got)
				return
			}
			require.Contains(t, got, tt.want)
		})
	}
}

// A claim can't be restored before the new one of its name has gone, for which the set has to
// go as well: what becomes of these then breaks no rule.
func TestWhatComesAfterTheEndIsJudgedByItsOwnRunsAlone(t *testing.T) {
	s := began()
	s.Schedule.Sets = []schedule.Set{{Name: "web", Replicas: 3}}
	s.Ended = uint64(len(s.Moments))
	s.note(witness.Moment{Set: s.Moments[0].Set.DeepCopy(), Gone: true})
	s.leaves(0, "old-0", "1")
	s.Runs = []Run{{Why: Restores, Act: schedule.Act{Args: []string{"restore-pvc", "data-web-2"}}, From: s.Ended, To: s.Ended + 2}}
	require.Empty(t, Judge(&s.Evidence))
	s.Runs[0].Code = 7
	require.Len(t, Judge(&s.Evidence), 1)
}
