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

func TestLastWriter(t *testing.T) {
	tests := []struct {
		name string
		path []string
		want fieldmanager.Writer
		ok   bool
	}{
		{
			"the latest of those that own a field, wherever it stands in the list",
			[]string{"spec", "updateStrategy", "rollingUpdate", "partition"},
			fieldmanager.Writer{Manager: "kubectl-sts", Time: minute(5)},
			true,
		},
		{
			"an owner of a field below",
			[]string{"spec", "template"},
			fieldmanager.Writer{Manager: "kubectl-client-side-apply", Time: minute(1)},
			true,
		},
		{
			"an annotation, whose name has dots and a slash",
			[]string{"metadata", "annotations", "kubectl-sts.github.io/canary"},
			fieldmanager.Writer{Manager: "kubectl-sts", Time: minute(5)},
			true,
		},
		{
			"who wrote through the scale subresource counts, not who left no time, or no fields",
			[]string{"spec", "replicas"},
			fieldmanager.Writer{Manager: "kube-controller-manager", Time: minute(8)},
			true,
		},
		{"nobody owns the field", []string{"spec", "minReadySeconds"}, fieldmanager.Writer{}, false},
		{"nothing is below a field that has no more", []string{"spec", "replicas", "more"}, fieldmanager.Writer{}, false},
		{"the status is the controller's", []string{"status", "replicas"}, fieldmanager.Writer{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := fieldmanager.LastWriter(managed(), tt.path...)
			require.Equal(t, tt.want, got)
			require.Equal(t, tt.ok, ok)
		})
	}
	_, ok := fieldmanager.LastWriter(nil, "spec")
	require.False(t, ok, "managedFields may have been stripped")
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
