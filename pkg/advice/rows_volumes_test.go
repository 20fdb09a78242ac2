package advice_test

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

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

// failing has what was tried fail, since the claim of web-1 waits.
func failing(s *scene) {
	c := &s.claims[1].Status
	failed := c.Conditions[0]
	failed.Type, failed.Message = corev1.PersistentVolumeClaimNodeResizeError, "the file system is damaged"
	c.Conditions = append(c.Conditions, failed)
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

func annotated(text string) func(*scene) {
	return func(s *scene) { s.set.Annotations = map[string]string{"kubectl-sts.github.io/ignore": text} }
}

func volumeRows() []row {
	return []row{
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
		{"D10", "failed a moment ago", live, changes{asks(1, "2Gi"), resizing(ststest.In(-time.Minute)), failing}, nil},
		{"D10", "fails on the node, whose filesystem waits", live, changes{
			asks(1, "2Gi"), resizing(ststest.In(-time.Hour)), failing,
		}, findings{
			"warning: claim data-web-1 does not get its 2Gi: its driver tries and fails, and it stays at 1Gi",
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
