package podtemplate_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// live is a set as the server has it: with defaults, bookkeeping and a status.
func live() *appsv1.StatefulSet {
	return ststest.Set(ststest.Partition(2), func(set *appsv1.StatefulSet) {
		set.Labels = map[string]string{"app.kubernetes.io/name": "web", "tier": "front"}
		set.Annotations = map[string]string{
			"kubectl.kubernetes.io/last-applied-configuration": "{}", "kubernetes.io/change-cause": "kubectl apply", "note": "hello",
		}
		set.Spec.ServiceName = "web"
		set.Spec.RevisionHistoryLimit = ptr.To[int32](10)
		set.Status.Replicas = 5
		set.Spec.VolumeClaimTemplates = []corev1.PersistentVolumeClaim{{
			TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "PersistentVolumeClaim"},
			ObjectMeta: metav1.ObjectMeta{Name: "data"},
			Spec: corev1.PersistentVolumeClaimSpec{
				AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
				VolumeMode:  ptr.To(corev1.PersistentVolumeFilesystem),
				Resources: corev1.VolumeResourceRequirements{
					Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Gi")},
				},
			},
			Status: corev1.PersistentVolumeClaimStatus{Phase: corev1.ClaimPending},
		}}
	})
}

func TestOtherChanges(t *testing.T) {
	tests := []struct {
		name     string
		metadata string
		spec     string
		want     []string
	}{
		{name: "fields that the manifest leaves out are no difference"},
		{
			name: "neither are those that it sets to what is there",
			spec: `, "replicas":5, "serviceName":"web", "updateStrategy":{"rollingUpdate":{"partition":2}},
				"selector":{"matchLabels":{"app":"web"}}`,
		},
		{
			name: "nor empty ones",
			spec: `, "volumeClaimTemplates":[], "updateStrategy":{}, "serviceName":"", "podManagementPolicy":""`, metadata: `, "labels":{}`,
		},
		{
			name: "nor what the server, kubectl and a rollout keep for themselves",
			metadata: `, "uid":"x", "resourceVersion":"1", "generation":7, "creationTimestamp":null, "annotations":{
				"kubectl.kubernetes.io/last-applied-configuration":"{...}","kubernetes.io/change-cause":"make"}`,
		},
		{name: "other replicas", spec: `, "replicas":3`, want: []string{"spec.replicas: 5 -> 3"}},
		{name: "no replicas", spec: `, "replicas":0`, want: []string{"spec.replicas: 5 -> 0"}},
		{
			name: "another partition", spec: `, "updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"partition":0}}`,
			want: []string{"spec.updateStrategy.rollingUpdate.partition: 2 -> 0"},
		},
		{
			name:     "other labels, by names with dots and without",
			metadata: `, "labels":{"app.kubernetes.io/name":"www","tier":"back","new":"x"}`,
			want: []string{
				"metadata.labels[app.kubernetes.io/name]: web -> www",
				"metadata.labels.new: set to x",
				"metadata.labels.tier: front -> back",
			},
		},
		{name: "another annotation", metadata: `, "annotations":{"note":"bye"}`, want: []string{"metadata.annotations.note: hello -> bye"}},
		{
			name: "a claim template whose size is spelled in another way",
			spec: `, "volumeClaimTemplates":[{"metadata":{"name":"data"},"spec":{"resources":{"requests":{"storage":"1024Mi"}}}}]`,
		},
		{
			name: "a claim template of another size",
			spec: `, "volumeClaimTemplates":[{"metadata":{"name":"data"},"spec":{"resources":{"requests":{"storage":"2Gi"}}}}]`,
			want: []string{"spec.volumeClaimTemplates[data].spec.resources.requests.storage: 1Gi -> 2Gi"},
		},
		{
			name: "a claim template of another name", spec: `, "volumeClaimTemplates":[{"metadata":{"name":"logs"}}]`,
			want: []string{`spec.volumeClaimTemplates[logs]: set to {"metadata":{"name":"logs"},"spec":{"resources":{}},"status":{}}`},
		},
		{
			name: "a claim template more", spec: `, "volumeClaimTemplates":[{"metadata":{"name":"data"}},{"metadata":{"name":"logs"}}]`,
			want: []string{
				`spec.volumeClaimTemplates: [{"apiVersion":"v1","kind":"PersistentVo…system"},"status":{"phase":"Pending"}}] -> ` +
					`[{"metadata":{"name":"data"},"spec":{"re…},"spec":{"resources":{}},"status":{}}]`,
			},
		},
		{
			name: "access modes, which have no names, as a whole",
			spec: `, "volumeClaimTemplates":[{"metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteMany"]}}]`,
			want: []string{`spec.volumeClaimTemplates[data].spec.accessModes: ["ReadWriteOnce"] -> ["ReadWriteMany"]`},
		},
		{
			name: "a field that is not set so far", spec: `, "persistentVolumeClaimRetentionPolicy":{"whenScaled":"Delete"}`,
			want: []string{`spec.persistentVolumeClaimRetentionPolicy: set to {"whenScaled":"Delete"}`},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := podtemplate.ParseManifest([]byte(`{"apiVersion":"apps/v1","kind":"StatefulSet","status":{"replicas":1},
				"metadata":{"name":"web"` + tt.metadata + `},
				"spec":{"template":{"spec":{"containers":[{"name":"nginx","image":"nginx:9"}]}}` + tt.spec + `}}`))
			require.NoError(t, err)

			got, err := m.OtherChanges(live())

			require.NoError(t, err)
			require.Equal(t, tt.want, got)
		})
	}
}
