package advice_test

import (
	"errors"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// halfway is a rollout that has got to web-2.
func halfway(partition int32) func(*scene) {
	return func(s *scene) {
		s.set.Status.UpdateRevision = ststest.Update
		ststest.Partition(partition)(s.set)
		s.pods[2].Labels[appsv1.StatefulSetRevisionLabel] = ststest.Update
	}
}

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

// lost is a set that its recreate has left away.
func lost(unread error) func(*scene) {
	return func(s *scene) {
		s.away = &sts.Away{Started: ststest.Start, Changes: "serviceName a to b", Unread: unread}
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

func rolloutRows() []row {
	const two = `{"spec":{"updateStrategy":{"rollingUpdate":{"maxUnavailable":2}}}}`
	const half = "warning: the rollout of web has stopped half-way: 2 pods are on the old revision, and would come back there: " +
		"web-0, web-1"
	const notThere = "error: nothing replaces a pod of web that ends: its recreate has deleted the set and has not created it again"
	return []row{
		{"R12", "it is there", live, nil, nil},
		{"R12", "it is not there", live, changes{lost(nil)}, findings{notThere}},
		{"R12", "it is not there, and what was saved of it can't be read", live, changes{lost(errors.New("no"))}, findings{notThere}},
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
		{"R13", "every pod has its volumes", live, nil, nil},
		{"R13", "two pods lack one", live, changes{with(func(s *appsv1.StatefulSet) {
			s.Spec.VolumeClaimTemplates = append(s.Spec.VolumeClaimTemplates, claim("wal"))
		}), pod(0, func(p *corev1.Pod) {
			p.Spec.Volumes = append(p.Spec.Volumes, corev1.Volume{Name: "wal", VolumeSource: corev1.VolumeSource{
				PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "wal-web-0"},
			}})
		})}, findings{
			"error: the controller of web does nothing more: 2 pods lack the volume of claim template wal: web-1, web-2",
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
		{"R11", "a hold, which is meant to last", live, changes{func(s *scene) {
			s.set.Annotations = map[string]string{operation.HoldAnnotation: `{"version":1,"started":"2020-01-02T03:04:05Z"}`}
		}}, nil},
		{"R11", "a scale of last month", live, changes{func(s *scene) {
			s.set.Annotations = map[string]string{note.ScaleAnnotation: `{"version":1,"from":5,"to":3}`}
			s.set.ManagedFields = []metav1.ManagedFieldsEntry{{
				Manager: "sts-rollout", Operation: metav1.ManagedFieldsOperationUpdate, FieldsType: "FieldsV1",
				Time:     ptr.To(metav1.NewTime(ststest.In(-30 * 24 * time.Hour))),
				FieldsV1: metav1.NewFieldsV1(`{"f:metadata":{"f:annotations":{"f:` + note.ScaleAnnotation + `":{}}}}`),
			}}
		}}, findings{"warning: other verbs refuse web, and have for more than a week: a scale from 5 to 3 is not over"}},
		{"R11", "yesterday", live, changes{canary(ststest.In(-24 * time.Hour))}, nil},
		{"R11", "last month", live, changes{canary(ststest.In(-30 * 24 * time.Hour))}, findings{
			"warning: other verbs refuse web, and have for more than a week: a canary is in progress",
		}},
	}
}

func applied(manifest string) func(*scene) {
	return func(s *scene) { s.set.Annotations = map[string]string{corev1.LastAppliedConfigAnnotation: manifest} }
}
