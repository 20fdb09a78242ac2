package advice_test

import (
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice/world"
	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
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

// runs has the set run an image, with these mounts and nothing else.
func runs(image string, mounts ...string) func(*scene) {
	return func(s *scene) {
		c := &s.set.Spec.Template.Spec.Containers[0]
		c.Image, c.VolumeMounts, s.set.Spec.VolumeClaimTemplates = image, nil, nil
		for _, m := range mounts {
			c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: m, MountPath: "/" + m})
		}
	}
}

func volume(name string, source corev1.VolumeSource) func(*scene) {
	return func(s *scene) {
		spec := &s.set.Spec.Template.Spec
		spec.Volumes = append(spec.Volumes, corev1.Volume{Name: name, VolumeSource: source})
	}
}

func hostPath(path string) corev1.VolumeSource {
	return corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: path}}
}

func replicas(n int32) func(*scene) { return func(s *scene) { s.set.Spec.Replicas = &n } }

// shares has all pods mount one claim with this access mode.
func shares(mode corev1.PersistentVolumeAccessMode) func(*scene) {
	return func(s *scene) {
		shared := claim("shared")
		shared.Spec.AccessModes = []corev1.PersistentVolumeAccessMode{mode}
		s.claims = append(s.claims, &shared)
		volume("shared", corev1.VolumeSource{
			PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "shared"},
		})(s)
	}
}

func resizing(since time.Time) func(*scene) {
	return func(s *scene) {
		s.claims[1].Status.Conditions = []corev1.PersistentVolumeClaimCondition{{
			Type: corev1.PersistentVolumeClaimFileSystemResizePending, Status: corev1.ConditionTrue,
			LastTransitionTime: metav1.NewTime(since),
		}}
	}
}

// infeasible has the driver say that the claim of web-0 can't get this size.
func infeasible(size string) func(*scene) {
	return func(s *scene) {
		s.claims[0].Status.AllocatedResources = corev1.ResourceList{corev1.ResourceStorage: resource.MustParse(size)}
		s.claims[0].Status.AllocatedResourceStatuses = map[corev1.ResourceName]corev1.ClaimResourceStatus{
			corev1.ResourceStorage: corev1.PersistentVolumeClaimControllerResizeInfeasible,
		}
	}
}

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
		{"D7", "another program", both, changes{runs("nginx:1")}, nil},
		{"D7", "a claim template", both, changes{runs("postgres:16", "data")}, nil},
		{"D7", "a shell in its place", both, changes{runs("postgres:16"), func(s *scene) {
			s.set.Spec.Template.Spec.Containers[0].Command = []string{"sleep"}
		}}, nil},
		{"D7", "one that comes and goes with the pod", both, changes{
			runs("docker.io/library/postgres:16", "scratch"),
			volume("scratch", corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}),
		}, findings{"warning: a pod of web that is deleted loses its data: container nginx mounts no persistent volume"}},
		{"D7", "the only copy", both, changes{runs("mysql"), replicas(1)}, findings{
			"error: a pod of web that is deleted loses its data: container nginx mounts no persistent volume",
		}},
		{"D8", "none", both, nil, nil},
		{"D8", "a folder of the system", both, changes{runs("x:1", "host"), volume("host", hostPath("/var/run/x"))}, nil},
		{"D8", "one that is only read", both, changes{runs("x:1"), volume("host", hostPath("/mnt/x"))}, nil},
		{"D8", "on a node that is named", both, changes{
			runs("x:1", "host"), volume("host", hostPath("/mnt/x")),
			func(s *scene) {
				s.set.Spec.Template.Spec.NodeSelector = map[string]string{corev1.LabelHostname: "node-1"}
			},
		}, nil},
		{"D8", "data", both, changes{runs("x:1", "host"), volume("host", hostPath("/mnt/x"))}, findings{
			"warning: a pod of web that comes to another node does not find its data: /mnt/x is a folder of the node",
		}},
		{"D9", "for many nodes", live, changes{shares(corev1.ReadWriteMany)}, nil},
		{"D9", "for one pod", live, changes{shares(corev1.ReadWriteOnce), replicas(1)}, nil},
		{"D9", "for one node", live, changes{shares(corev1.ReadWriteOnce)}, findings{
			"warning: the pods of web only run on one node: all mount claim shared, which one node may use",
		}},
		{"D9", "for one pod, with more", live, changes{shares(corev1.ReadWriteOncePod)}, findings{
			"error: only one pod of web can run: all mount claim shared, which one pod may use",
		}},
		{"D10", "a moment ago", live, changes{resizing(ststest.In(-time.Minute))}, nil},
		{"D10", "waits for the " +
			"node", live, changes{resizing(ststest.In(-time.Hour)), asks(1, "2Gi")}, findings{
			"warning: claim data-web-1 does not get its 2Gi before pod web-1 is restarted",
		}},
		{"D10", "waited for the node, and has its size", live, changes{resizing(ststest.In(-time.Hour))}, nil},
		{"D10", "can't be done", live, changes{asks(0, "2Gi"), infeasible("2Gi")}, findings{
			"warning: claim data-web-0 does not get its 2Gi: its driver says that it can't be done, and it stays at 1Gi",
		}},
		{"D10", "could not be done, and less was asked for since", live, changes{asks(0, "1536Mi"), infeasible("2Gi")}, nil},
		{"D14", "another set", both, changes{another("db", "data")}, nil},
		{"D14", "the same names", both, changes{called("data-a"), another("a-web", "data")}, findings{
			"error: web and a-web use the same volumes: both take the claims data-a-web-ORDINAL for theirs",
		}},
		{"D14", "the same names, in another namespace", both, changes{called("data-a"), another("a-web", "data"), func(s *scene) {
			s.more[0].Namespace = "other"
		}}, nil},
		{"S1", "no annotation", both, nil, nil},
		{"S1", "a reason", both, changes{annotated("D1, p5 a cache\nR3 it is a mirror")}, nil},
		{"S1", "no reason", both, changes{annotated("D1,P5")}, findings{
			"warning: a line of the annotation that silences rules silences nothing: it has no reason",
		}},
		{"S1", "no such rule", both, changes{annotated("D99 because")}, findings{
			`warning: a line of the annotation that silences rules silences nothing: there is no rule "D99"`,
		}},
		{"S1", "nothing", both, changes{annotated(" ")}, findings{
			"warning: a line of the annotation that silences rules silences nothing: it is empty",
		}},
	}
}

func annotated(text string) func(*scene) {
	return func(s *scene) { s.set.Annotations = map[string]string{"kubectl-sts.github.io/ignore": text} }
}
