package fieldmanager_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/fieldmanager"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// entry is an entry of managedFields, written some minutes after the start.
func entry(manager string, minutes int, fields string) metav1.ManagedFieldsEntry {
	return metav1.ManagedFieldsEntry{
		Manager: manager, Operation: metav1.ManagedFieldsOperationUpdate, APIVersion: "apps/v1", FieldsType: "FieldsV1",
		Time: ptr.To(metav1.NewTime(minute(minutes))), FieldsV1: metav1.NewFieldsV1(fields),
	}
}

func minute(n int) time.Time { return ststest.Start.Add(time.Duration(n) * time.Minute) }

// managed is what an API server kept of a set that kubectl applied, helm
// patched, kubectl-sts is taking through a canary and an autoscaler scaled.
func managed() []metav1.ManagedFieldsEntry {
	controller := entry("kube-controller-manager", 9, `{"f:status":{"f:replicas":{},"f:updateRevision":{}}}`)
	controller.Subresource = "status"
	scaler := entry("kube-controller-manager", 8, `{"f:spec":{"f:replicas":{}}}`)
	scaler.Subresource = "scale"
	stripped := entry("ancient", 7, "")
	stripped.FieldsV1 = nil
	undated := entry("undated", 7, `{"f:spec":{"f:replicas":{}}}`)
	undated.Time = nil
	return []metav1.ManagedFieldsEntry{
		entry("kubectl-client-side-apply", 1, `{
			"f:metadata":{"f:annotations":{".":{},"f:kubectl.kubernetes.io/last-applied-configuration":{}}},
			"f:spec":{
				"f:replicas":{},
				"f:template":{"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{
					"f:containers":{"k:{\"name\":\"nginx\"}":{".":{},"f:image":{},"f:name":{}}}
				}},
				"f:updateStrategy":{"f:rollingUpdate":{".":{},"f:partition":{}},"f:type":{}}
			}}`),
		entry("helm", 2, `{"f:spec":{"f:updateStrategy":{"f:rollingUpdate":{"f:partition":{}}}}}`),
		entry("kubectl-sts", 5, `{"f:metadata":{"f:annotations":{"f:kubectl-sts.github.io/canary":{}}},
			"f:spec":{"f:updateStrategy":{"f:rollingUpdate":{"f:partition":{}}}}}`),
		entry("kubectl-edit", 4, `{"f:spec":{"f:updateStrategy":{"f:rollingUpdate":{"f:partition":{}}}}}`),
		entry("garbage", 6, `[]`),
		stripped, undated, scaler, controller,
	}
}

// pathed is a kind whose template is at these paths.
type pathed struct {
	workload.Kind
	paths [][]string
}

func (p pathed) Paths(workload.Field) [][]string { return p.paths }

func TestWhoWroteAFieldLast(t *testing.T) {
	partition := []string{"spec", "updateStrategy", "rollingUpdate", "partition"}
	tests := []struct {
		name  string
		paths [][]string
		want  fieldmanager.Writer
		ok    bool
	}{
		{
			"the latest of those that own a field, wherever it stands in the list",
			[][]string{partition},
			fieldmanager.Writer{Manager: "kubectl-sts", Time: minute(5)},
			true,
		},
		{
			"an owner of a field below",
			[][]string{{"spec", "template"}},
			fieldmanager.Writer{Manager: "kubectl-client-side-apply", Time: minute(1)},
			true,
		},
		{
			"the latest of all paths",
			[][]string{{"spec", "template"}, partition, {"spec", "minReadySeconds"}},
			fieldmanager.Writer{Manager: "kubectl-sts", Time: minute(5)},
			true,
		},
		{
			"who wrote through the scale subresource counts, not who left no time, or no fields",
			[][]string{{"spec", "replicas"}},
			fieldmanager.Writer{Manager: "kube-controller-manager", Time: minute(8)},
			true,
		},
		{"nobody owns the field", [][]string{{"spec", "minReadySeconds"}}, fieldmanager.Writer{}, false},
		{"nothing is below a field that has no more", [][]string{{"spec", "replicas", "more"}}, fieldmanager.Writer{}, false},
		{"the status is the controller's", [][]string{{"status", "replicas"}}, fieldmanager.Writer{}, false},
		{"a field that the kind does not have", nil, fieldmanager.Writer{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			set := &workload.Set{ObjectMeta: metav1.ObjectMeta{ManagedFields: managed()}, Kind: pathed{paths: tt.paths}}
			got, ok := fieldmanager.WriterOf(set, workload.FieldTemplate)
			require.Equal(t, tt.want, got)
			require.Equal(t, tt.ok, ok)
		})
	}
	_, ok := fieldmanager.WriterOf(&workload.Set{Kind: workload.Apps{}}, workload.FieldReplicas)
	require.False(t, ok, "managedFields may have been stripped")
}

func TestWhoWroteAnAnnotationLast(t *testing.T) {
	set := &workload.Set{ObjectMeta: metav1.ObjectMeta{ManagedFields: managed()}}
	got, ok := fieldmanager.AnnotationWriter(set, "kubectl-sts.github.io/canary")
	require.True(t, ok, "its name has dots and a slash")
	require.Equal(t, fieldmanager.Writer{Manager: "kubectl-sts", Time: minute(5)}, got)
	_, ok = fieldmanager.AnnotationWriter(set, "example.com/none")
	require.False(t, ok)
}

// A kind may have a field at several paths: who wrote one of them has written it.
func TestWhoElseWroteAField(t *testing.T) {
	partition := []string{"spec", "updateStrategy", "rollingUpdate", "partition"}
	edit := fieldmanager.Writer{Manager: "kubectl-edit", Time: minute(4)}
	for _, test := range []struct {
		name     string
		paths    [][]string
		managers []string
		since    int
		want     fieldmanager.Writer
		ok       bool
	}{
		{"not the plugin", [][]string{partition}, nil, 0, edit, true},
		{"at the second of two paths", [][]string{{"spec", "template"}, partition}, nil, 3, edit, true},
		{
			"nor under another of its names",
			[][]string{partition},
			[]string{"kubectl-edit"},
			0,
			fieldmanager.Writer{Manager: "helm", Time: minute(2)},
			true,
		},
		{"before that time", [][]string{partition}, nil, 5, edit, false},
		{"in the second of that time", [][]string{partition}, nil, 4, edit, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			set := &workload.Set{ObjectMeta: metav1.ObjectMeta{ManagedFields: managed()}, Kind: pathed{paths: test.paths}}
			got, ok := fieldmanager.WrittenByOthers(set, workload.FieldTemplate, test.managers, minute(test.since))
			require.Equal(t, test.want, got)
			require.Equal(t, test.ok, ok)
		})
	}
}

func TestManagersAreThoseThatWroteTheObjectItself(t *testing.T) {
	require.Equal(t,
		[]string{"kubectl-client-side-apply", "helm", "kubectl-sts", "kubectl-edit", "garbage", "ancient", "undated"},
		fieldmanager.Managers(managed()))
	require.Empty(t, fieldmanager.Managers(nil))
}

// Flux takes over what such managers own, and drops what Git does not have: in
// the middle of a canary that would open its gate.
func TestNoManagerOfOursBeginsWithKubectl(t *testing.T) {
	require.False(t, strings.HasPrefix(fieldmanager.Ours, "kubectl"), fieldmanager.Ours)
}

func TestOwn(t *testing.T) {
	require.True(t, fieldmanager.Own("sts-rollout"))
	require.True(t, fieldmanager.Own("kubectl-sts"), "an earlier version's entries are still there")
	require.False(t, fieldmanager.Own("kubectl"))
	require.False(t, fieldmanager.Own(""))
}
