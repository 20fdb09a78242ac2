package sts

import (
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
)

// Pod is what matters about one pod of a set. It is a small copy, so that a
// long watch over many pods stays small.
type Pod struct {
	Name         string
	UID          types.UID
	Ordinal      int
	Revision     string // as workload.Kind tells
	Labels       map[string]string
	Version      string // resourceVersion, to delete it as it was seen
	Phase        corev1.PodPhase
	Ready        bool
	ReadySince   time.Time // of the Ready condition, when Ready
	UnreadySince time.Time // of the Ready condition, when not Ready; its creation where there is none
	Terminating  bool
	Deleted      time.Time // when its deletion was asked for
	Due          time.Time // when its grace period ends, if it is terminating
	Restarts     int       // of all containers together
	RestartedAt  time.Time // the last of these, as far as the containers tell
	ReadyCount   int       // containers that are ready, restartable init containers included
	Containers   int       // containers that should be
	Node         string
	Images       []podtemplate.ContainerImage
	Zone         string // of its node, as the pod's own label tells; recent servers set it
	Created      time.Time
	Claims       []string // the names of those that it has as volumes
	Vertical     string   // the VerticalPodAutoscaler that has set its resources, as the pod says
	Trouble      *Trouble // what keeps it from being Ready, nil when nothing is known
}

// ObservePod copies what the pod itself tells. Its revision only the kind of its set can
// tell, and its ordinal only the set's name.
func ObservePod(p *corev1.Pod) Pod {
	pod := Pod{
		Name:    p.Name,
		UID:     p.UID,
		Labels:  p.Labels,
		Version: p.ResourceVersion,
		Phase:   p.Status.Phase,
		Node:    p.Spec.NodeName,
		Images:  podtemplate.SpecImages(&p.Spec),
		Zone:    p.Labels[corev1.LabelTopologyZone],
		Created: p.CreationTimestamp.Time,

		Vertical: verticalAutoscaler(p.Annotations["vpaUpdates"]),
	}
	for i := range p.Spec.Volumes {
		if claim := p.Spec.Volumes[i].PersistentVolumeClaim; claim != nil {
			pod.Claims = append(pod.Claims, claim.ClaimName)
		}
	}
	pod.readiness(p)
	if p.DeletionTimestamp != nil {
		// The timestamp is when the grace period ends, not when it began.
		pod.Terminating = true
		pod.Deleted, pod.Due = p.DeletionTimestamp.Time, p.DeletionTimestamp.Time
		if p.DeletionGracePeriodSeconds != nil {
			pod.Deleted = pod.Deleted.Add(-time.Duration(*p.DeletionGracePeriodSeconds) * time.Second)
		}
	}
	pod.countContainers(p)
	if !pod.Ready && !pod.Terminating {
		pod.Trouble = podTrouble(p)
	}
	return pod
}

func (pod *Pod) readiness(p *corev1.Pod) {
	pod.UnreadySince = pod.Created
	for _, c := range p.Status.Conditions {
		switch {
		case c.Type != corev1.PodReady:
		case c.Status == corev1.ConditionTrue && p.Status.Phase == corev1.PodRunning:
			pod.Ready, pod.ReadySince, pod.UnreadySince = true, c.LastTransitionTime.Time, time.Time{}
		case c.LastTransitionTime.After(pod.Created):
			pod.UnreadySince = c.LastTransitionTime.Time
		}
	}
}

func (pod *Pod) countContainers(p *corev1.Pod) {
	pod.Containers = len(p.Spec.Containers)
	for i := range p.Status.ContainerStatuses {
		pod.add(&p.Status.ContainerStatuses[i], true)
	}
	// An init container with restartPolicy Always is a sidecar: kubectl
	// counts it among the containers, and so does this.
	sidecars := map[string]bool{}
	for i := range p.Spec.InitContainers {
		if c := &p.Spec.InitContainers[i]; c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			sidecars[c.Name] = true
			pod.Containers++
		}
	}
	for i := range p.Status.InitContainerStatuses {
		status := &p.Status.InitContainerStatuses[i]
		pod.add(status, sidecars[status.Name])
	}
}

func (pod *Pod) add(c *corev1.ContainerStatus, counts bool) {
	pod.Restarts += int(c.RestartCount)
	if c.RestartCount > 0 {
		if t := c.LastTerminationState.Terminated; t != nil && t.FinishedAt.After(pod.RestartedAt) {
			pod.RestartedAt = t.FinishedAt.Time
		}
		if r := c.State.Running; r != nil && r.StartedAt.After(pod.RestartedAt) {
			pod.RestartedAt = r.StartedAt.Time
		}
	}
	if counts && c.Ready {
		pod.ReadyCount++
	}
}

// Available reports whether the pod has been Ready for minReady, as the
// controller counts it (IsPodAvailable in k8s.io/kubernetes/pkg/api/v1/pod).
func (pod Pod) Available(minReady time.Duration, now time.Time) bool {
	return pod.Ready && !pod.Terminating && !now.Before(pod.AvailableAt(minReady))
}

// AvailableAt is when a Ready pod becomes Available. It is meaningless for
// one that is not Ready.
func (pod Pod) AvailableAt(minReady time.Duration) time.Time {
	if minReady == 0 {
		return time.Time{}
	}
	return pod.ReadySince.Add(minReady)
}

// verticalAutoscaler reads the name out of the annotation that a VerticalPodAutoscaler's
// admission leaves on each pod that it changes.
func verticalAutoscaler(says string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(says, "Pod resources updated by "), ":")
	return name
}

// Vertical is the VerticalPodAutoscaler that sets the resources of the set's pods, "" for
// none.
func (s Snapshot) Vertical() string {
	for i := range s.Pods {
		if s.Pods[i].Vertical != "" {
			return s.Pods[i].Vertical
		}
	}
	return ""
}
