package reconciler_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice/reconciler"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/writeback"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// change is a canary's plan: another image behind a closed gate, which is open at the end.
func change(changes ...func(*plan.Plan)) *plan.Plan {
	p := &plan.Plan{Verb: "canary", Name: "web", Steps: []plan.Step{
		{Change: plan.Edit{Template: ststest.Raw("nginx:1.22"), Partition: ptr.To(5)}},
		{Change: plan.Partition(4)},
		{Change: plan.Partition(0)},
	}}
	for _, f := range changes {
		f(p)
	}
	return p
}

// replicas is a scale's plan.
func replicas(n int) *plan.Plan {
	return &plan.Plan{Verb: "scale", Name: "web", Scales: true, Steps: []plan.Step{{Change: plan.Edit{Replicas: ptr.To(n)}}}}
}

// marks are what somebody has left on a set.
type marks = []func(*appsv1.StatefulSet)

// facts are those about a plan on a set.
func facts(p *plan.Plan, set ...func(*appsv1.StatefulSet)) reconciler.Facts {
	s := ststest.Snapshot(ststest.Set(set...), ststest.Pods(0, 5))
	s.Raw = ststest.Raw("nginx:1.21")
	return reconciler.Facts{Set: s.Set, Writes: reconciler.Writes(p, s)}
}

// owned has a manager own these fields.
func owned(manager string, operation metav1.ManagedFieldsOperationType, fields string) func(*appsv1.StatefulSet) {
	return func(set *appsv1.StatefulSet) {
		set.ManagedFields = append(set.ManagedFields, metav1.ManagedFieldsEntry{
			Manager: manager, Operation: operation, Time: ptr.To(metav1.NewTime(ststest.Start)), FieldsV1: metav1.NewFieldsV1(fields),
		})
	}
}

func labelled(key, value string) func(*appsv1.StatefulSet) {
	return func(set *appsv1.StatefulSet) { metav1.SetMetaDataLabel(&set.ObjectMeta, key, value) }
}

func controlledBy(apiVersion, kind, name string) func(*appsv1.StatefulSet) {
	return func(set *appsv1.StatefulSet) {
		set.OwnerReferences = []metav1.OwnerReference{{APIVersion: apiVersion, Kind: kind, Name: name, Controller: ptr.To(true)}}
	}
}

// What is owned: the image of the only container, and the partition as well.
const (
	image     = `"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"nginx\"}":{".":{},"f:image":{},"f:name":{}}}}}`
	withImage = `{"f:spec":{` + image + `}}`
	withGate  = `{"f:spec":{` + image + `,"f:updateStrategy":{"f:rollingUpdate":{"f:partition":{}}}}}`
	noImage   = `{"f:spec":{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"nginx\"}":{".":{},"f:name":{}}}}}}}`
	ours      = `{"f:spec":{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"nginx\"}":{"f:image":{}}}}}}}`

	imagePath = "spec.template.spec.containers[name=nginx].image"
	gatePath  = "spec.updateStrategy.rollingUpdate.partition"
)

const (
	apply  = metav1.ManagedFieldsOperationApply
	update = metav1.ManagedFieldsOperationUpdate
)

// found are those that a rule finds, the plan saved in between as a run has it.
func found(t *testing.T, f reconciler.Facts) []writeback.Reconciler {
	t.Helper()
	all := reconciler.Find(f)
	saved, err := plan.Saved(plan.Plan{Reconcilers: all})
	require.NoError(t, err)
	require.Equal(t, all, saved.Reconcilers)
	return all
}

// lines are what a person is told.
func lines(t *testing.T, f reconciler.Facts) []string {
	t.Helper()
	caller := hint.NewCaller(hint.Flag{Name: "--context", Value: "prod"}).At("default")
	return reconciler.Lines(found(t, f), reconciler.Unread(f.Read), caller)
}

// reads is what became of the one object that the set names.
func reads(t *testing.T, f reconciler.Facts, o reconciler.Object) reconciler.Facts {
	t.Helper()
	refs := reconciler.Reads(f)
	require.Len(t, refs, 1)
	f.Read = map[reconciler.Ref]reconciler.Object{refs[0]: o}
	return f
}

// object is one with this spec.
func object(spec map[string]any) reconciler.Object {
	return reconciler.Object{Content: map[string]any{"spec": spec}}
}
