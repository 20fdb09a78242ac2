package engine_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/saved"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

const newUID types.UID = "new"

// comes makes the set the new one, with the mark of the run.
func comes(set *appsv1.StatefulSet) {
	set.UID, set.Generation, set.Status.ObservedGeneration = newUID, 1, 1
	ststest.Annotated(saved.Annotation, "ours")(set)
}

// newSet is a snapshot of it with the pods of the old one, which it has adopted.
func newSet(changes ...func(*appsv1.StatefulSet)) sts.Snapshot {
	set := ststest.Set(append([]func(*appsv1.StatefulSet){comes}, changes...)...)
	return ststest.Snapshot(set, ststest.Pods(0, 5, func(pod *corev1.Pod) {
		for i := range pod.OwnerReferences {
			pod.OwnerReferences[i].UID = set.UID
		}
	}))
}

// oldGoes is the old set while the garbage collector orphans its pods.
func oldGoes() sts.Snapshot {
	return ststest.Snapshot(ststest.Set(ststest.Deleted), ststest.Pods(0, 5))
}

// recreating is a plan that deletes the set and creates it again.
func recreating() plan.Plan {
	manifest, err := json.Marshal(ststest.Set())
	if err != nil {
		panic(err)
	}
	old := ststest.Set()
	return plan.Plan{
		Verb: "recreate", Namespace: "default", Name: "web", UID: old.UID, Record: saved.Annotation,
		Patience: 30 * time.Second, StepTimeout: 10 * time.Minute, Resume: hint.Plugin("", "recreate", "web"), Success: "recreated",
		Steps: []plan.Step{
			{
				Title: "delete", Number: 1, Of: 2, Change: plan.DeleteSet{Name: "web", UID: old.UID, Before: json.RawMessage(`{}`)},
				Until: plan.SetGone{UID: old.UID},
			},
			{
				Title: "create", Number: 2, Of: 2, Change: plan.CreateSet{Name: "web", Was: old.UID, Mark: "ours", Manifest: manifest},
				Until: plan.Adopted{Revision: ststest.Stable, Pods: []string{"web-0", "web-4"}},
			},
		},
	}
}

// gone is a walk that has deleted the set.
func gone(t *testing.T) *walk {
	t.Helper()
	w := newWalk(t, recreating(), ststest.Settled())
	d := w.see(ststest.Settled())
	require.Equal(t, w.plan.Steps[0].Change, d.Do)
	w.state = w.state.Applied(d.Do, nil, w.now)
	return w
}

func TestASetIsDeletedAndCreatedAgain(t *testing.T) {
	w := gone(t)
	for _, s := range []sts.Snapshot{ststest.Settled(), oldGoes()} {
		d := w.see(s)
		require.Nil(t, d.Do, "it is still there")
		require.Nil(t, d.End)
	}
	_, open := w.state.Gap(w.plan)
	require.True(t, open)
	d := w.see(sts.Snapshot{})
	require.Equal(t, w.plan.Steps[1].Change, d.Do)

	w.after(300 * time.Millisecond)
	w.state = w.state.Applied(d.Do, newSet().Set, w.now)
	_, open = w.state.Gap(w.plan)
	require.False(t, open)
	for _, s := range []sts.Snapshot{{}, oldGoes()} {
		require.True(t, w.state.Stale(s), "the watch lags behind")
		require.Nil(t, w.see(s).End)
	}
	d = w.see(ststest.Snapshot(ststest.Set(comes), ststest.Pods(0, 5)))
	require.Nil(t, d.End, "the pods have their old owner")
	d = w.see(newSet())
	require.Equal(t, &engine.Outcome{Result: engine.Done, Message: "recreated; the set did not exist for 300ms"}, d.End)
}

func TestThereIsNoWayBackInTheGap(t *testing.T) {
	w := gone(t)
	w.plan.Abort = hint.Plugin("", "recreate", "web").With("--cancel")
	w.see(sts.Snapshot{})
	w.after(11 * time.Minute)
	d := w.see(sts.Snapshot{})
	require.NotNil(t, d.End)
	require.Equal(t, engine.Halted, d.End.Result)
	require.Equal(t, [][]string{{"web"}}, argsOf(d.End.Try), "it is gone on with, and not cancelled")
}

func argsOf(all []hint.Hint) [][]string {
	var out [][]string
	for i := range all {
		out = append(out, all[i].Args)
	}
	return out
}

func TestAnAnswerThatIsLostInTheGap(t *testing.T) {
	w := newWalk(t, recreating(), ststest.Settled())
	w.state = w.state.Unsure(w.see(ststest.Settled()).Do)
	require.Nil(t, w.see(oldGoes()).End, "it may be the run's own deletion")
	d := w.see(sts.Snapshot{})
	require.Equal(t, w.plan.Steps[1].Change, d.Do)

	w.state = w.state.Unsure(d.Do)
	require.Equal(t, engine.Done, w.see(newSet()).End.Result, "it was created")
}

// A network may send a request twice: the second meets what the first has left.
func TestADeletionThatMeetsItself(t *testing.T) {
	w := newWalk(t, recreating(), ststest.Settled())
	w.state = w.state.Conflicted(w.see(ststest.Settled()).Do)
	d := w.see(ststest.Settled())
	require.Equal(t, w.plan.Steps[0].Change, d.Do, "nothing has happened to it: it is tried again")
	require.Nil(t, w.see(oldGoes()).End)
	require.Equal(t, w.plan.Steps[1].Change, w.see(sts.Snapshot{}).Do)
}

func TestASetThatSomebodyElseCreatesIsTakenWhereItWantsTheSame(t *testing.T) {
	w := gone(t)
	w.state = w.state.Conflicted(w.see(sts.Snapshot{}).Do)
	unmarked := func(set *appsv1.StatefulSet) { set.Annotations = nil }
	require.Equal(t, engine.Done, w.see(newSet(unmarked)).End.Result)

	w = gone(t)
	d := w.see(newSet(unmarked, func(set *appsv1.StatefulSet) { set.Spec.Template = ststest.Template("nginx:9") }))
	require.Equal(t, engine.Drifted, d.End.Result)
	require.Equal(t, "statefulset web was created by somebody meanwhile, with other pods or claims than the saved ones; "+
		"nothing more is written", d.End.Message)
	require.Empty(t, d.End.Try)
}

func TestASetOfAnotherRevisionKeepsItsGateClosed(t *testing.T) {
	w := gone(t)
	w.state = w.state.Applied(w.see(sts.Snapshot{}).Do, newSet().Set, w.now)
	d := w.see(newSet(func(set *appsv1.StatefulSet) { set.Status.UpdateRevision = "web-other" }))
	require.Equal(t, engine.Halted, d.End.Result)
	require.Equal(t, "OtherRevision", d.End.Reason)
}

func TestASetThatIsDeletedByOthersIsDrift(t *testing.T) {
	w := newWalk(t, recreating(), ststest.Settled())
	w.see(ststest.Settled())
	d := w.see(oldGoes())
	require.Equal(t, "the StatefulSet is being deleted; nothing more is written", d.End.Message, "before the run's own deletion")

	w = gone(t)
	w.state = w.state.Applied(w.see(sts.Snapshot{}).Do, newSet().Set, w.now)
	w.see(newSet(func(set *appsv1.StatefulSet) { set.Status.ObservedGeneration = 0 }))
	require.Equal(t, "the StatefulSet was deleted; nothing more is written", w.see(sts.Snapshot{}).End.Message, "after it has come")
}

func TestManagersAreThoseOfBeforeAndThoseThatHaveComeSince(t *testing.T) {
	entry := func(manager, fields string) metav1.ManagedFieldsEntry {
		return metav1.ManagedFieldsEntry{Manager: manager, Operation: "Update", FieldsV1: metav1.NewFieldsV1(fields)}
	}
	before, err := json.Marshal([]metav1.ManagedFieldsEntry{entry("helm", `{"f:spec":{}}`)})
	require.NoError(t, err)
	s := newSet(func(set *appsv1.StatefulSet) {
		set.ManagedFields = []metav1.ManagedFieldsEntry{
			entry("sts-rollout", `{"f:spec":{}}`), entry("ci", `{"f:spec":{}}`), entry("hpa", `{"f:spec":{"f:replicas":{}}}`),
		}
	})
	restore := plan.RestoreManagers{Entries: before, Ours: []string{"ci"}}
	require.False(t, restore.Done(s))
	got, err := restore.Of(s)
	require.NoError(t, err)
	require.Equal(t, []string{"helm", "hpa"}, []string{got[0].Manager, got[1].Manager})
	s.Set.ManagedFields = got
	require.True(t, restore.Done(s))
}

func TestAClaimIsLeftByItsOwners(t *testing.T) {
	owned := ststest.Claim("data-web-1")
	owned.Owners = []metav1.OwnerReference{{Kind: "StatefulSet", Name: "web", UID: ststest.Set().UID}}
	s := ststest.Settled().WithClaims(nil)
	s.Claims = append(s.Claims, owned)
	s.Set.Spec.ClaimTemplates = []string{"data"}
	require.Equal(t, "the StatefulSet controller to remove statefulset web from the owners of claim data-web-1",
		plan.ClaimsUnowned{}.Check(s, ststest.Start).Waiting)
	disown := plan.DisownClaim{Name: "data-web-1", UID: owned.UID, Owner: ststest.Set().UID}
	require.False(t, disown.Done(s))
	s.Pods = s.Pods[2:]
	require.True(t, plan.ClaimsUnowned{}.Check(s, ststest.Start).Done, "the controller thinks of those of its pods alone")
	s.Claims[0].Owners = nil
	require.True(t, disown.Done(s))
}
