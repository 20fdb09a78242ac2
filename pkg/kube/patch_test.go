package kube_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload/workloadtest"
)

// pinned are the operations that every patch of the default set begins with.
const pinned = `{"op":"test","path":"/metadata/uid","value":"web-uid"},{"op":"test","path":"/metadata/generation","value":1}`

func noRollingUpdate(set *appsv1.StatefulSet) { set.Spec.UpdateStrategy.RollingUpdate = nil }

func noPartition(set *appsv1.StatefulSet) { set.Spec.UpdateStrategy.RollingUpdate.Partition = nil }

func TestPatchOfAnEdit(t *testing.T) {
	tests := []struct {
		name string
		edit plan.Edit
		seen []func(*appsv1.StatefulSet)
		want string
	}{
		{
			name: "the partition moves in the generation that was seen",
			edit: plan.Partition(3),
			seen: []func(*appsv1.StatefulSet){ststest.Generation(7)},
			want: `[{"op":"test","path":"/metadata/uid","value":"web-uid"},{"op":"test","path":"/metadata/generation","value":7},
				{"op":"add","path":"/spec/updateStrategy/rollingUpdate/partition","value":3}]`,
		},
		{
			name: "the record must still be the one that was seen; what others annotate may change",
			edit: plan.Partition(3),
			seen: []func(*appsv1.StatefulSet){ststest.Annotated("kubectl-sts.github.io/canary", "r"), ststest.Annotated("other", "x")},
			want: `[` + pinned + `,{"op":"test","path":"/metadata/annotations/kubectl-sts.github.io~1canary","value":"r"},
				{"op":"add","path":"/spec/updateStrategy/rollingUpdate/partition","value":3}]`,
		},
		{
			name: "partition 0 is a value, not an absence",
			edit: plan.Partition(0),
			want: `[` + pinned + `,{"op":"add","path":"/spec/updateStrategy/rollingUpdate/partition","value":0}]`,
		},
		{
			name: "a partition that is not set is added",
			edit: plan.Partition(2),
			seen: []func(*appsv1.StatefulSet){noPartition},
			want: `[` + pinned + `,{"op":"add","path":"/spec/updateStrategy/rollingUpdate/partition","value":2}]`,
		},
		{
			name: "without rollingUpdate the partition comes with it",
			edit: plan.Partition(2),
			seen: []func(*appsv1.StatefulSet){noRollingUpdate},
			want: `[` + pinned + `,{"op":"add","path":"/spec/updateStrategy/rollingUpdate","value":{"partition":2}}]`,
		},
		{
			name: "replicas are added, since they may be unset",
			edit: plan.Edit{Replicas: ptr.To(0)},
			want: `[` + pinned + `,{"op":"add","path":"/spec/replicas","value":0}]`,
		},
		{
			name: "the retention policy is set for scaling alone",
			edit: plan.Edit{Retention: ptr.To(appsv1.RetainPersistentVolumeClaimRetentionPolicyType)},
			want: `[` + pinned + `,{"op":"add","path":"/spec/persistentVolumeClaimRetentionPolicy/whenScaled","value":"Retain"}]`,
		},
		{
			name: "the template is replaced as it is, with fields of tomorrow",
			edit: plan.Edit{Template: podtemplate.Template(`{"spec":{"tomorrow":1,"containers":[]}}`)},
			want: `[` + pinned + `,{"op":"replace","path":"/spec/template","value":{"spec":{"tomorrow":1,"containers":[]}}}]`,
		},
		{
			name: "an annotation of a set that has none at all makes the map, if there is still none",
			edit: plan.Edit{Annotations: map[string]*string{"a": ptr.To("x")}},
			want: `[` + pinned + `,{"op":"test","path":"/metadata/annotations","value":null},
				{"op":"add","path":"/metadata/annotations","value":{}},{"op":"add","path":"/metadata/annotations/a","value":"x"}]`,
		},
		{
			name: "an annotation of a set with an empty map of them is added to it",
			edit: plan.Edit{Annotations: map[string]*string{"a": ptr.To("x")}},
			seen: []func(*appsv1.StatefulSet){func(set *appsv1.StatefulSet) { set.Annotations = map[string]string{} }},
			want: `[` + pinned + `,{"op":"test","path":"/metadata/annotations","value":null},
				{"op":"add","path":"/metadata/annotations","value":{}},{"op":"add","path":"/metadata/annotations/a","value":"x"}]`,
		},
		{
			name: "a new annotation beside others must still be new",
			edit: plan.Edit{Annotations: map[string]*string{"a": ptr.To("x")}},
			seen: []func(*appsv1.StatefulSet){ststest.Annotated("b", "y")},
			want: `[` + pinned + `,{"op":"test","path":"/metadata/annotations/a","value":null},
				{"op":"add","path":"/metadata/annotations/a","value":"x"}]`,
		},
		{
			name: "an annotation changes from the value that was seen",
			edit: plan.Edit{Annotations: map[string]*string{"a": ptr.To("")}},
			seen: []func(*appsv1.StatefulSet){ststest.Annotated("a", "old")},
			want: `[` + pinned + `,{"op":"test","path":"/metadata/annotations/a","value":"old"},
				{"op":"add","path":"/metadata/annotations/a","value":""}]`,
		},
		{
			name: "an annotation is removed when it has the value that was seen",
			edit: plan.Edit{Annotations: map[string]*string{"a": nil}},
			seen: []func(*appsv1.StatefulSet){ststest.Annotated("a", "old")},
			want: `[` + pinned + `,{"op":"test","path":"/metadata/annotations/a","value":"old"},
				{"op":"remove","path":"/metadata/annotations/a","value":null}]`,
		},
		{
			name: "an annotation that is not there is not removed, but must still be absent",
			edit: plan.Edit{Annotations: map[string]*string{"a": nil}},
			seen: []func(*appsv1.StatefulSet){ststest.Annotated("b", "y")},
			want: `[` + pinned + `,{"op":"test","path":"/metadata/annotations/a","value":null}]`,
		},
		{
			name: "slashes and tildes of a key are escaped",
			edit: plan.Edit{Annotations: map[string]*string{"kubernetes.io/a~b~1": ptr.To("x")}},
			seen: []func(*appsv1.StatefulSet){ststest.Annotated("kubernetes.io/a~b~1", "old")},
			want: `[` + pinned + `,{"op":"test","path":"/metadata/annotations/kubernetes.io~1a~0b~01","value":"old"},
				{"op":"add","path":"/metadata/annotations/kubernetes.io~1a~0b~01","value":"x"}]`,
		},
		{
			name: "everything goes in one patch, the annotations in the order of their keys",
			edit: plan.Edit{
				Template: podtemplate.Template(`{}`), Partition: ptr.To(5), Replicas: ptr.To(6),
				Annotations: map[string]*string{"b": nil, "a": ptr.To("x")},
			},
			seen: []func(*appsv1.StatefulSet){ststest.Annotated("b", "y")},
			want: `[` + pinned + `,{"op":"test","path":"/metadata/annotations/a","value":null},
				{"op":"add","path":"/metadata/annotations/a","value":"x"},
				{"op":"test","path":"/metadata/annotations/b","value":"y"},
				{"op":"remove","path":"/metadata/annotations/b","value":null},
				{"op":"replace","path":"/spec/template","value":{}},
				{"op":"add","path":"/spec/updateStrategy/rollingUpdate/partition","value":5},
				{"op":"add","path":"/spec/replicas","value":6}]`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			seen := ststest.Snapshot(ststest.Set(test.seen...))
			server := kubetest.NewServer(t)
			t.Cleanup(server.Close)
			server.On(http.MethodPatch, kubetest.SetPath, kubetest.Object(ststest.Set()))

			_, err := server.Client().Apply(t.Context(), test.edit, seen)

			require.NoError(t, err)
			asked := server.Requests()
			require.Len(t, asked, 1)
			require.JSONEq(t, test.want, asked[0].Body)
		})
	}
}

// A patch goes to where the kind of the set has its fields.
func TestPatchOfAnotherKind(t *testing.T) {
	kind := workloadtest.Gapped{}
	object := workloadtest.NewObject(ststest.Stable, ststest.Template("nginx:1.21"))
	for name, test := range map[string]struct {
		edit plan.Edit
		want string
	}{
		"the partition": {
			plan.Partition(3),
			`{"op":"add","path":"/spec/rollout/keep","value":3},{"op":"add","path":"/spec/rollout/paused","value":false}`,
		},
		"closed": {plan.Partition(kind.Closed()), `{"op":"add","path":"/spec/rollout/paused","value":true}`},
		"all else": {
			plan.Edit{Template: podtemplate.Template(`{}`), Replicas: ptr.To(4), Retention: ptr.To[plan.Retention]("Delete")},
			`{"op":"replace","path":"/spec/pod","value":{}},{"op":"add","path":"/spec/pods","value":4},
				{"op":"add","path":"/spec/claims/onRemoval","value":"Delete"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := kubetest.NewServer(t)
			t.Cleanup(server.Close)
			server.On(http.MethodPatch, kubetest.SetPath, kubetest.Object(ststest.Set()))

			_, err := server.Client().Apply(t.Context(), test.edit, ststest.SnapshotOf(kind.Set(object)))

			require.NoError(t, err)
			require.JSONEq(t, `[`+pinned+`,`+test.want+`]`, server.Requests()[0].Body)
		})
	}
}
