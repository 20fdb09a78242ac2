package advice_test

import (
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func with(change func(*appsv1.StatefulSet)) func(*scene) { return func(s *scene) { change(s.set) } }

func pod(ordinal int, all ...func(*corev1.Pod)) func(*scene) {
	return func(s *scene) {
		for _, change := range all {
			change(s.pods[ordinal])
		}
	}
}

// halfway is a rollout that has got to web-2.
func halfway(partition int32) func(*scene) {
	return func(s *scene) {
		s.set.Status.UpdateRevision = ststest.Update
		ststest.Partition(partition)(s.set)
		s.pods[2].Labels[appsv1.StatefulSetRevisionLabel] = ststest.Update
	}
}

func operated(s *scene) {
	s.set.OwnerReferences = []metav1.OwnerReference{{Kind: "Cluster", Name: "pg", UID: "1", Controller: ptr.To(true)}}
}

func unprobed(s *scene) { s.set.Spec.Template.Spec.Containers[0].ReadinessProbe = nil }

// canary is a record of one that was begun at this time.
func canary(began time.Time) func(*scene) {
	return func(s *scene) {
		halfway(2)(s)
		s.set.Annotations = map[string]string{
			ststest.CanaryRecord: `{"version":1,"run":"r","stable":"web-stable","started":"` + began.Format(time.RFC3339) +
				`","steps":["1","100%"],"soak":"1m0s"}`,
		}
	}
}

// before is what the cluster has of web.
func before(change func(*appsv1.StatefulSet)) func(*scene) {
	return func(s *scene) {
		have := s.set.DeepCopy()
		have.Spec.VolumeClaimTemplates[0].Spec.VolumeMode = ptr.To(corev1.PersistentVolumeFilesystem) // the server fills it in
		change(have)
		s.before = map[string]*appsv1.StatefulSet{"web": have}
	}
}

func budgeted(change func(*policyv1.PodDisruptionBudget)) func(*scene) {
	return func(s *scene) { change(s.budgets[0]) }
}

// healthy has the budget want all that there is.
func wantsAll(b *policyv1.PodDisruptionBudget) {
	b.Spec.MaxUnavailable = ptr.To(intstr.FromInt32(0))
	b.Status.DesiredHealthy, b.Status.DisruptionsAllowed = 3, 0
}

func leastAvailable(least string) func(*policyv1.PodDisruptionBudget) {
	return func(b *policyv1.PodDisruptionBudget) {
		b.Spec.MaxUnavailable, b.Spec.MinAvailable = nil, ptr.To(intstr.Parse(least))
		b.Status = policyv1.PodDisruptionBudgetStatus{}
	}
}

// one of the three is not healthy, and the budget wants the others to stay.
func exhausted(b *policyv1.PodDisruptionBudget) {
	b.Status.CurrentHealthy, b.Status.DisruptionsAllowed, b.Status.DesiredHealthy = 2, 0, 3
}

// crowd has these pods on one node.
func crowd(ordinals ...int) func(*scene) {
	return func(s *scene) {
		for _, o := range ordinals {
			s.pods[o].Spec.NodeName = "node-0"
		}
	}
}

// local binds the volume of web-1 to a node, and has the pod wait.
func local(node string) func(*scene) {
	return func(s *scene) {
		term := corev1.NodeSelectorTerm{MatchExpressions: []corev1.NodeSelectorRequirement{{
			Key: corev1.LabelHostname, Operator: corev1.NodeSelectorOpIn, Values: []string{node},
		}}}
		s.volumes[1].Spec.NodeAffinity = &corev1.VolumeNodeAffinity{
			Required: &corev1.NodeSelector{NodeSelectorTerms: []corev1.NodeSelectorTerm{term}},
		}
	}
}

// zoned binds the volume of web-1 to a zone.
func zoned(zone string) func(*scene) {
	return func(s *scene) {
		local(zone)(s)
		s.volumes[1].Spec.NodeAffinity.Required.NodeSelectorTerms[0].MatchExpressions[0].Key = corev1.LabelTopologyZone
	}
}

// waiting has web-1 wait for a node.
func waiting(s *scene) {
	pod(1, ststest.Pending)(s)
	s.pods[1].Spec.NodeName = ""
}

func rolloutRows() []row {
	const two = `{"spec":{"updateStrategy":{"rollingUpdate":{"maxUnavailable":2}}}}`
	const half = "warning: the rollout of web has stopped half-way: 2 pods are on the old revision, and would come back there: " +
		"web-0, web-1"
	return []row{
		{"R1", "no partition", live, nil, nil},
		{"R1", "one that holds back nothing yet", live, changes{with(ststest.Partition(2))}, findings{
			"info: the next change of web stops half-way: it does not reach ordinals below 2",
		}},
		{"R1", "one that holds back pods", live, changes{halfway(2)}, findings{half}},
		{"R1", "one of an operator", live, changes{halfway(2), operated}, nil},
		{"R1", "one of a canary", live, changes{canary(ststest.In(-time.Hour))}, nil},
		{"R2", "all pods up to date", live, changes{with(ststest.OnDelete)}, nil},
		{"R2", "pods that wait", live, changes{halfway(0), with(ststest.OnDelete)}, findings{
			"warning: the last change of web has not reached 2 pods, and does not before somebody deletes them: web-0, web-1",
		}},
		{"R2", "pods of an operator", live, changes{halfway(0), with(ststest.OnDelete), operated}, nil},
		{"R3", "a probe", both, nil, nil},
		{"R3", "one pod", both, changes{unprobed, replicas(1)}, nil},
		{"R3", "a gate instead", both, changes{unprobed, func(s *scene) {
			s.set.Spec.Template.Spec.ReadinessGates = []corev1.PodReadinessGate{{ConditionType: "ours"}}
		}}, nil},
		{"R3", "a startup probe, before which it is not Ready", both, changes{unprobed, with(func(s *appsv1.StatefulSet) {
			s.Spec.Template.Spec.Containers[0].StartupProbe = &corev1.Probe{}
		})}, nil},
		{"R3", "OnDelete, where nothing goes on by itself", both, changes{unprobed, with(ststest.OnDelete)}, nil},
		{"R3", "none", both, changes{unprobed}, findings{
			"warning: a rollout of web goes on to the next pod as soon as containers run, whether they work or not: none has a " +
				"readiness probe",
		}},
		{"R3", "none, but time", both, changes{unprobed, with(ststest.MinReady(5))}, findings{
			"info: a rollout of web goes on to the next pod as soon as containers run, whether they work or not: none has a " +
				"readiness probe",
		}},
		{"R5", "a pod that is not Ready, and where it should be", live, changes{pod(1, ststest.Unready)}, nil},
		{"R5", "a pod that is not Ready, and on another revision", live, changes{pod(1, ststest.Unready, func(p *corev1.Pod) {
			p.Labels[appsv1.StatefulSetRevisionLabel] = ststest.Update
		})}, findings{
			"error: web does not heal by itself: the controller waits for web-1, which is not Ready and on another revision than wanted",
		}},
		{"R6", "the default", both, nil, nil},
		{"R6", "some", both, changes{with(func(s *appsv1.StatefulSet) { s.Spec.RevisionHistoryLimit = ptr.To[int32](1) })}, nil},
		{"R6", "none", both, changes{with(func(s *appsv1.StatefulSet) { s.Spec.RevisionHistoryLimit = ptr.To[int32](0) })}, findings{
			"warning: a bad rollout of web can't be undone: no earlier revision is kept",
		}},
		{"R6", "all", both, changes{with(func(s *appsv1.StatefulSet) { s.Spec.RevisionHistoryLimit = ptr.To[int32](-1) })}, findings{
			"info: web keeps every revision that it ever had: the limit is negative",
		}},
		{"R7", "nobody asked for it", live, changes{applied(`{"spec":{}}`)}, nil},
		{"R7", "one at a time, which it is without", live, changes{
			applied(`{"spec":{"updateStrategy":{"rollingUpdate":{"maxUnavailable":1}}}}`),
		}, nil},
		{"R7", "the server has it", live, changes{
			applied(two), with(ststest.MaxUnavailable(intstr.FromInt32(2))),
		}, nil},
		{"R7", "the server has dropped it", live, changes{applied(two)}, findings{
			"warning: rollouts of web are slower than its manifest wants: the server has dropped maxUnavailable, and pods are " +
				"replaced one at a time",
		}},
		{"R9", "a new set", files, nil, nil},
		{"R9", "what may change", files, changes{before(func(s *appsv1.StatefulSet) {
			s.Spec.Replicas, s.Spec.Template.Spec.Containers[0].Image = ptr.To[int32](1), "nginx:1"
			s.Spec.VolumeClaimTemplates[0].Spec.Resources.Requests[corev1.ResourceStorage] = resource.MustParse("1024Mi")
		})}, nil},
		{"R9", "a claim template", files, changes{before(func(s *appsv1.StatefulSet) {
			s.Spec.VolumeClaimTemplates[0].Spec.Resources.Requests = corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("2Gi")}
		})}, findings{"error: the API server refuses this manifest of web: it changes a field that can't be changed"}},
		{"R9", "all of them", files, changes{before(func(s *appsv1.StatefulSet) {
			s.Spec.ServiceName, s.Spec.PodManagementPolicy = "other", appsv1.ParallelPodManagement
			s.Spec.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"app": "db"}}
			s.Spec.VolumeClaimTemplates = nil
		}), func(s *scene) { s.set.Spec.VolumeClaimTemplates = nil }}, findings{
			"error: the API server refuses this manifest of web: it changes 3 fields that can't be changed",
		}},
		{"R11", "yesterday", live, changes{canary(ststest.In(-24 * time.Hour))}, nil},
		{"R11", "last month", live, changes{canary(ststest.In(-30 * 24 * time.Hour))}, findings{
			"warning: web is neither old nor new, and other verbs refuse it: a canary is in progress",
		}},
	}
}

func applied(manifest string) func(*scene) {
	return func(s *scene) { s.set.Annotations = map[string]string{corev1.LastAppliedConfigAnnotation: manifest} }
}

func availabilityRows() []row {
	never := findings{"warning: a drain of a node with a pod of web waits for ever: PodDisruptionBudget web wants all of them healthy"}
	return []row{
		{"A1", "a budget", live, nil, nil},
		{"A1", "one pod", live, changes{replicas(1), unbudgeted}, nil},
		{"A1", "none", live, changes{unbudgeted}, findings{
			"info: drains of several nodes at a time can evict several pods of web at a time: no PodDisruptionBudget covers them",
		}},
		{"A2", "one at a time", both, nil, nil},
		{"A2", "none, as its controller counts", both, changes{budgeted(wantsAll)}, never},
		{"A2", "all, in percent", both, changes{budgeted(leastAvailable("100%"))}, never},
		{"A2", "as many as there are", both, changes{budgeted(leastAvailable("3"))}, never},
		{"A2", "fewer than an autoscaler can make", both, changes{budgeted(leastAvailable("3")), scaler(3, 5)}, nil},
		{"A2", "as many as the set has, of more", files, changes{budgeted(leastAvailable("3")), func(s *scene) {
			s.others = []map[string]string{{"app": "web"}}
		}}, nil},
		{"A2", "as many as there are so far", live, changes{budgeted(func(b *policyv1.PodDisruptionBudget) {
			leastAvailable("2")(b)
			b.Status = policyv1.PodDisruptionBudgetStatus{ExpectedPods: 2, DesiredHealthy: 2, CurrentHealthy: 2}
		})}, nil},
		{"A2", "for a set without pods", both, changes{budgeted(wantsAll), replicas(0)}, nil},
		{"A2", "one of an operator", both, changes{budgeted(func(b *policyv1.PodDisruptionBudget) {
			wantsAll(b)
			b.OwnerReferences = []metav1.OwnerReference{{Kind: "Cluster", Name: "pg", UID: "1", Controller: ptr.To(true)}}
		})}, findings{strings.Replace(never[0], "warning", "info", 1)}},
		{"A3", "one", both, nil, nil},
		{"A3", "two", both, changes{func(s *scene) { s.budgets = append(s.budgets, budget("other", 1)) }}, findings{
			"error: no pod of web can be evicted, and a drain of its node never ends: 2 PodDisruptionBudgets cover it, and the API " +
				"server takes only one",
		}},
		{"A4", "all healthy", live, nil, nil},
		{"A4", "one that is not", live, changes{budgeted(exhausted), pod(1, ststest.Unready)}, findings{
			"warning: a drain waits for ever for web-1 to get Ready: PodDisruptionBudget web lets no pod go while fewer than 3 are " +
				"healthy",
		}},
		{"A4", "one that may go all the " +
			"same", live, changes{budgeted(exhausted), pod(1, ststest.Unready), budgeted(ststest.AlwaysAllow)}, nil},
		{"A4", "one that has not begun", live, changes{budgeted(exhausted), pod(1, ststest.Pending)}, nil},
		{"A6", "one on each node", live, nil, nil},
		{"A6", "two on one", live, changes{crowd(0, 1)}, findings{"info: when node node-0 fails, 2 of the 3 pods of web go together"}},
		{"A6", "the only node", live, changes{crowd(0, 1, 2), func(s *scene) { s.nodes = s.nodes[:1] }}, nil},
		{"A9", "a volume for any node", live, changes{pod(1, ststest.Unready)}, nil},
		{"A9", "a volume of a node that is there", live, changes{local("node-1"), pod(1, ststest.Unready)}, nil},
		{"A9", "a node that is not there", live, changes{local("node-9"), waiting}, findings{
			"error: pod web-1 can't start anywhere: its volume pv-web-1 can only be used on nodes that are not there",
		}},
		{"A9", "a node that is cordoned", live, changes{local("node-1"), waiting, func(s *scene) {
			s.nodes[1].Spec.Unschedulable = true
		}}, findings{"warning: pod web-1 does not start before node node-1 is back: its volume pv-web-1 can only be used there"}},
		{"A9", "one that is on its node, and not Ready for another reason", live, changes{
			local("node-1"), pod(1, ststest.Unready), func(s *scene) { s.nodes[1].Spec.Unschedulable = true },
		}, nil},
		{"A9", "a zone without nodes, which may come", live, changes{zoned("b"), waiting}, findings{
			"warning: pod web-1 waits for a node with topology.kubernetes.io/zone In [b], where its volume pv-web-1 can be used: " +
				"there is none now",
		}},
		{"A9", "two nodes, of which one is only cordoned", live, changes{zoned("a"), waiting, func(s *scene) {
			s.nodes[0].Labels[corev1.LabelTopologyZone], s.nodes[1].Labels[corev1.LabelTopologyZone] = "a", "a"
			s.nodes[0].Status.Conditions[0].Status, s.nodes[1].Spec.Unschedulable = corev1.ConditionFalse, true
		}}, findings{"warning: pod web-1 does not start before node node-1 is back: its volume pv-web-1 can only be used on 2 nodes, " +
			"none of which takes pods"}},
		{"A9", "a pod that runs on it", live, changes{local("node-1"), func(s *scene) { s.nodes[1].Spec.Unschedulable = true }}, nil},
	}
}

func unbudgeted(s *scene) { s.budgets = nil }

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
