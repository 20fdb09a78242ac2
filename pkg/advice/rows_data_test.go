package advice_test

import (
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice/world"
	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

func deletesData(s *scene) {
	for _, v := range s.volumes {
		v.Spec.PersistentVolumeReclaimPolicy = corev1.PersistentVolumeReclaimDelete
	}
}

func whenScaled(s *scene) {
	s.set.Spec.PersistentVolumeClaimRetentionPolicy = &appsv1.StatefulSetPersistentVolumeClaimRetentionPolicy{
		WhenScaled: appsv1.DeletePersistentVolumeClaimRetentionPolicyType,
	}
}

func whenDeleted(s *scene) {
	s.set.Spec.PersistentVolumeClaimRetentionPolicy = &appsv1.StatefulSetPersistentVolumeClaimRetentionPolicy{
		WhenDeleted: appsv1.DeletePersistentVolumeClaimRetentionPolicyType,
	}
}

func scaler(least, most int) func(*scene) {
	return func(s *scene) {
		s.scalers = []claims.Scaler{{
			Namespace: "default", Set: "web", Autoscaler: claims.Autoscaler{Name: "web", Min: least, Max: most},
		}}
	}
}

func asks(claim int, size string) func(*scene) {
	return func(s *scene) {
		s.claims[claim].Spec.Resources.Requests[corev1.ResourceStorage] = resource.MustParse(size)
	}
}

func template(size string) func(*scene) {
	return func(s *scene) {
		s.set.Spec.VolumeClaimTemplates[0].Spec.Resources.Requests = corev1.ResourceList{corev1.ResourceStorage: resource.MustParse(size)}
	}
}

func class(change func(*storagev1.StorageClass)) func(*scene) {
	return func(s *scene) { change(s.class) }
}

func deletes(c *storagev1.StorageClass) { c.ReclaimPolicy = nil } // which is Delete

// retains has the volume of an ordinal stay.
func retains(ordinal int) func(*scene) {
	return func(s *scene) {
		s.volumes[ordinal].Spec.PersistentVolumeReclaimPolicy = corev1.PersistentVolumeReclaimRetain
	}
}

// unlessRetained is what D2 says where it can't be sure.
func unlessRetained(most int) findings {
	return findings{fmt.Sprintf("warning: when HorizontalPodAutoscaler web (1 to %d replicas) scales web down, the data of the pods "+
		"that go is deleted, unless the volumes are retained", most)}
}

func fixed(c *storagev1.StorageClass) { c.AllowVolumeExpansion = nil }

func replicas(n int32) func(*scene) { return func(s *scene) { s.set.Spec.Replicas = &n } }

// another adds a set with this name and claim template.
func another(name, claimTemplate string) func(*scene) {
	return func(s *scene) {
		other := s.set.DeepCopy()
		other.Name, other.UID = name, "other-uid"
		other.Spec.VolumeClaimTemplates[0].Name = claimTemplate
		other.Spec.Selector.MatchLabels["app"], other.Spec.Template.Labels["app"] = name, name
		s.more = append(s.more, other)
	}
}

// called renames the claim template of web.
func called(claimTemplate string) func(*scene) {
	return func(s *scene) { s.set.Spec.VolumeClaimTemplates[0].Name = claimTemplate }
}

func dataRows() []row {
	return []row{
		{"D1", "volumes that are retained", live, nil, nil},
		{"D1", "volumes that go with their claims", live, changes{deletesData}, findings{
			"info: whoever deletes a claim of web deletes its data: the reclaim policy of 3 volumes is Delete",
		}},
		{"D1", "at a scale-down", live, changes{deletesData, whenScaled}, findings{
			"warning: a scale-down of web deletes the data of the pods that go: whenScaled is Delete, and so is the reclaim policy of " +
				"3 volumes",
		}},
		{"D1", "with the set", live, changes{deletesData, whenDeleted}, findings{
			"warning: deleting web deletes its data, and so does recreating it: whenDeleted is Delete, and so is the reclaim policy of " +
				"3 volumes",
		}},
		{"D1", "volumes that nobody has read", live, changes{deletesData, func(s *scene) { s.noVolume = true }}, nil},
		{"D2", "whoever scales decides", both, changes{whenScaled}, nil},
		{"D2", "volumes that are retained", live, changes{whenScaled, scaler(1, 3)}, nil},
		{"D2", "classes that retain", files, changes{whenScaled, scaler(1, 3)}, nil},
		{"D2", "an autoscaler that never scales down", both, changes{whenScaled, scaler(3, 3), deletesData}, nil},
		{"D2", "of volumes that go with their claims", live, changes{whenScaled, scaler(1, 3), deletesData}, findings{
			"error: when HorizontalPodAutoscaler web (1 to 3 replicas) scales web down, the data of the pods that go is deleted",
		}},
		{"D2", "of volumes of which one is retained", live, changes{whenScaled, scaler(1, 3), deletesData, retains(0)}, findings{
			"error: when HorizontalPodAutoscaler web (1 to 3 replicas) scales web down, the data of the pods that go is deleted",
		}},
		{"D2", "of volumes of which one is retained and the others were not read", live, changes{
			whenScaled, scaler(1, 3), func(s *scene) { s.volumes = s.volumes[:1] },
		}, unlessRetained(3)},
		{"D2", "of volumes that nobody has read, whatever the class says", live, changes{
			whenScaled, scaler(1, 3), class(deletes), func(s *scene) { s.noVolume = true },
		}, unlessRetained(3)},
		{"D2", "of claims that nobody has read", live, changes{
			whenScaled, scaler(1, 3), class(deletes), func(s *scene) {
				s.claims, s.unseen = nil, map[world.Part]string{world.PartClaims: "forbidden"}
			},
		}, unlessRetained(3)},
		{"D2", "of pods to come, as the class says", live, changes{whenScaled, scaler(1, 5), class(deletes)}, unlessRetained(5)},
		{"D2", "of pods to come, which the class retains", live, changes{whenScaled, scaler(1, 5)}, nil},
		{"D2", "of a class that deletes", files, changes{whenScaled, scaler(1, 3), class(deletes)}, findings{
			"error: when HorizontalPodAutoscaler web (1 to 3 replicas) scales web down, the data of the pods that go is deleted",
		}},
		{"D2", "of a class that nobody knows", files, changes{
			whenScaled, scaler(1, 3), func(s *scene) { s.class = nil },
		}, unlessRetained(3)},
		{"D3", "the same size in other words", live, changes{asks(0, "1024Mi")}, nil},
		{"D3", "expanded by hand", live, changes{asks(0, "2Gi"), asks(1, "2Gi"), asks(2, "2Gi")}, findings{
			"warning: the next pod that web gets has a volume of 1Gi, smaller than those of the others: 3 claims are larger than " +
				"their template",
		}},
		{"D3", "recreated with a larger template", live, changes{template("2Gi"), asks(2, "2Gi")}, findings{
			"warning: 2 claims are smaller than the 2Gi of their template, and the controller does not expand them: data-web-0, " +
				"data-web-1",
		}},
		{"D4", "a class that grows", both, nil, nil},
		{"D4", "local volumes", both, changes{class(func(c *storagev1.StorageClass) {
			c.AllowVolumeExpansion, c.Provisioner = nil, "kubernetes.io/no-provisioner"
		})}, nil},
		{"D4", "a class that does not", both, changes{class(fixed)}, findings{
			"info: a full volume of web can't be made larger: StorageClass fast does not allow it",
		}},
		{"D6", "no claim is left", live, nil, nil},
		{"D6", "claims of a scale-down", live, changes{func(s *scene) {
			s.unused = map[string][]claims.Verdict{"web": {
				{Claim: storage.Claim{Name: "data-web-3", Size: "1Gi"}}, {Claim: storage.Claim{Name: "data-web-4", Size: "2Gi"}},
			}}
		}}, findings{"info: 2 claims are not used any more, 3Gi in all"}},
	}
}
