package advice_test

import (
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

func with(change func(*appsv1.StatefulSet)) func(*scene) { return func(s *scene) { change(s.set) } }

func pod(ordinal int, all ...func(*corev1.Pod)) func(*scene) {
	return func(s *scene) {
		for _, change := range all {
			change(s.pods[ordinal])
		}
	}
}

func operated(s *scene) {
	s.set.OwnerReferences = []metav1.OwnerReference{{Kind: "Cluster", Name: "pg", UID: "1", Controller: ptr.To(true)}}
}

func unprobed(s *scene) { s.set.Spec.Template.Spec.Containers[0].ReadinessProbe = nil }

func podRows() []row {
	grace := func(n int64) func(*scene) {
		return with(func(s *appsv1.StatefulSet) { s.Spec.Template.Spec.TerminationGracePeriodSeconds = &n })
	}
	image := func(name string) func(*scene) {
		return with(func(s *appsv1.StatefulSet) { s.Spec.Template.Spec.Containers[0].Image = name })
	}
	group := func(policy *corev1.PodFSGroupChangePolicy) func(*scene) {
		return with(func(s *appsv1.StatefulSet) {
			s.Spec.Template.Spec.SecurityContext = &corev1.PodSecurityContext{FSGroup: ptr.To[int64](1), FSGroupChangePolicy: policy}
		})
	}
	builds := func(ids ...string) func(*scene) {
		return func(s *scene) {
			for i, id := range ids {
				s.pods[i].Status.ContainerStatuses[0].ImageID = id
			}
		}
	}
	floats := findings{"warning: pods of one revision of web can run different versions: container nginx has an image without a version"}
	return []row{
		{"P1", "the default", both, nil, nil},
		{"P1", "a second", both, changes{grace(1)}, nil},
		{"P1", "none", both, changes{grace(0)}, findings{
			"error: two pods of web with the same name and volume can run at once: a deleted one is replaced before it has stopped",
		}},
		{"P3", "a version", files, nil, nil},
		{"P3", "a port is no version", files, changes{image("registry:5000/nginx")}, floats},
		{"P3", "latest", files, changes{image("nginx:latest")}, floats},
		{"P3", "latest, as it was", files, changes{image("nginx:latest@sha256:1")}, nil},
		{"P3", "the same build everywhere", live, changes{image("nginx:latest")}, nil},
		{"P3", "two builds", live, changes{builds("docker.io/library/nginx@sha256:1", "docker.io/library/nginx@sha256:2")}, findings{
			"warning: web-0 and web-1 run different builds of nginx:1.21, though both are on one revision: its tag has been moved",
		}},
		{"P3", "two builds on two kinds of machines", live, changes{
			builds("docker.io/library/nginx@sha256:1", "docker.io/library/nginx@sha256:2", "docker.io/library/nginx@sha256:2"),
			func(s *scene) { s.nodes[0].Labels[corev1.LabelArchStable] = "amd64" },
		}, nil},
		{"P3", "two builds of two revisions", live, changes{
			builds("docker.io/library/nginx@sha256:1", "docker.io/library/nginx@sha256:1", "docker.io/library/nginx@sha256:2"), halfway(0),
		}, nil},
		{"P3", "IDs that name no build", live, changes{builds("sha256:1", "sha256:2")}, nil},
		{"P5", "no group", both, nil, nil},
		{"P5", "where it has changed", both, changes{group(ptr.To(corev1.FSGroupChangeOnRootMismatch))}, nil},
		{"P5", "always", both, changes{group(nil)}, findings{
			"info: the more files a volume of web has, the longer its pods take to start: the group of each is set every time",
		}},
		{"P5", "no volumes", both, changes{group(nil), func(s *scene) { s.set.Spec.VolumeClaimTemplates = nil }}, nil},
	}
}

func identityRows() []row {
	long := strings.Repeat("x", 53)
	return []row{
		{"I1", "headless", both, nil, nil},
		{"I1", "missing", live, changes{func(s *scene) { s.service = nil }}, findings{
			"warning: the pods of web have no DNS names: there is no Service web",
		}},
		{"I1", "missing, for one pod", both, changes{func(s *scene) { s.service = nil }, replicas(1)}, nil},
		{"I1", "not among the files", files, changes{func(s *scene) { s.service = nil }}, nil},
		{"I1", "not headless", both, changes{func(s *scene) { s.service.Spec.ClusterIP = "10.0.0.1" }}, findings{
			"warning: the pods of web have no DNS names of their own: Service web is not headless",
		}},
		{"I1", "not headless in a file", files, changes{func(s *scene) { s.service.Spec.ClusterIP = "" }}, findings{
			"warning: the pods of web have no DNS names of their own: Service web is not headless",
		}},
		{"I1", "of other pods", both, changes{func(s *scene) { s.service.Spec.Selector = map[string]string{"app": "db"} }}, findings{
			"warning: the pods of web have no DNS names: Service web does not select them",
		}},
		{"I1", "with endpoints that somebody else writes", both, changes{func(s *scene) { s.service.Spec.Selector = nil }}, nil},
		{"I4", "as long as it may be", both, changes{func(s *scene) { s.set.Name = long[:52] }, lonely}, nil},
		{"I4", "longer", both, changes{func(s *scene) { s.set.Name = long }, lonely}, findings{
			"error: the API server can refuse the pods of " + long + ": its name has 53 characters, and more than 52 do not fit " +
				"into the label of the revision",
		}},
		{"I5", "another set", both, changes{another("db", "data")}, nil},
		{"I5", "the same labels", both, changes{another("db", "data"), func(s *scene) {
			s.more[0].Spec.Selector, s.more[0].Spec.Template.Labels = s.set.Spec.Selector, s.set.Spec.Template.Labels
		}}, findings{
			"warning: Services and PodDisruptionBudgets of web can count the pods of db as its own: each selects the pods of all",
		}},
		{"I8", "its own pods", files, nil, nil},
		{"I8", "those of another", files, changes{with(func(s *appsv1.StatefulSet) {
			s.Spec.Template.Labels = map[string]string{"app": "db"}
		})}, findings{"error: the API server refuses this manifest of web: its selector does not select its own pods"}},
		{"I6", "the set's", live, nil, nil},
		{"I6", "those of another Service", live, changes{pod(2, func(p *corev1.Pod) { p.Spec.Subdomain = "old" })}, findings{
			"warning: 1 pod is not found by the names of Service web before they are restarted: web-2",
		}},
	}
}

// lonely takes away what goes by the set's name.
func lonely(s *scene) { s.pods, s.claims = nil, nil }
