package sts_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// troubleOf is what a snapshot makes of a pod's trouble.
func troubleOf(changes ...func(*corev1.Pod)) *sts.Trouble {
	s := ststest.Snapshot(ststest.Set(), []*corev1.Pod{ststest.Pod(0, changes...)})
	return s.Pods[0].Trouble
}

func TestHowLongAContainerMayWait(t *testing.T) {
	tests := []struct {
		reason string
		want   sts.Grace
	}{
		{"InvalidImageName", sts.AtOnce},
		{"ErrImageNeverPull", sts.AtOnce},
		{"CreateContainerConfigError", sts.AtOnce},
		{"ErrImagePull", sts.AfterPatience},
		{"ImagePullBackOff", sts.AfterPatience},
		{"CrashLoopBackOff", sts.AfterPatience},
		{"CreateContainerError", sts.AfterPatience},
		{"RunContainerError", sts.AfterPatience},
		{"ImageInspectError", sts.AtDeadline},
		{"SomethingOfTomorrow", sts.AtDeadline},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			require.Equal(t, &sts.Trouble{Reason: tt.reason, Message: "words", Container: "nginx", Grace: tt.want},
				troubleOf(ststest.Waiting(tt.reason, "words")))
		})
	}
}

func TestAContainerOnItsWayIsInNoTrouble(t *testing.T) {
	for _, reason := range []string{"", "ContainerCreating", "PodInitializing"} {
		t.Run(reason, func(t *testing.T) { require.Nil(t, troubleOf(ststest.Waiting(reason, "words"))) })
	}
}

// terminated is how a container ended.
func terminated(code int32, reason, message string) corev1.ContainerState {
	return corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: code, Reason: reason, Message: message}}
}

func TestTroubleOfContainers(t *testing.T) {
	// last is a container in a crash loop, after it ended like this.
	last := func(code int32, reason, message string) func(*corev1.Pod) {
		return func(p *corev1.Pod) {
			ststest.Waiting("CrashLoopBackOff", "back-off 40s restarting failed container")(p)
			p.Status.ContainerStatuses[0].LastTerminationState = terminated(code, reason, message)
			p.Status.ContainerStatuses[0].RestartCount = 3
		}
	}
	ended := func(code int32, reason, message string) func(*corev1.Pod) {
		return func(p *corev1.Pod) {
			ststest.Unready(p)
			p.Status.ContainerStatuses[0].State = terminated(code, reason, message)
		}
	}
	nginx := func(reason, message string) *sts.Trouble {
		return &sts.Trouble{Reason: reason, Message: message, Container: "nginx", Grace: sts.AfterPatience}
	}
	tests := []struct {
		name   string
		change func(*corev1.Pod)
		want   *sts.Trouble
	}{
		{
			"a crash loop says how the container ended, not how long the kubelet waits",
			last(1, "Error", " panic: no config\n"),
			nginx("CrashLoopBackOff", "exit code 1: panic: no config, 3 restarts"),
		},
		{
			"a crash loop of a container that ends well",
			last(0, "Completed", ""),
			nginx("CrashLoopBackOff", "exit code 0 (Completed), 3 restarts"),
		},
		{
			"a crash loop for want of memory is named after that",
			last(137, "OOMKilled", ""),
			nginx("OOMKilled", "exit code 137 (OOMKilled), no memory limit, 3 restarts"),
		},
		{
			"the limit that a container was killed for",
			func(p *corev1.Pod) {
				last(137, "OOMKilled", "")(p)
				p.Spec.Containers = []corev1.Container{{
					Name:      "nginx",
					Resources: corev1.ResourceRequirements{Limits: corev1.ResourceList{"memory": resource.MustParse("128Mi")}},
				}}
			},
			nginx("OOMKilled", "exit code 137 (OOMKilled), memory limit 128Mi, 3 restarts"),
		},
		{
			"how it ended before does not matter while an image is pulled",
			func(p *corev1.Pod) {
				last(137, "OOMKilled", "")(p)
				p.Status.ContainerStatuses[0].State.Waiting.Reason = "ImagePullBackOff"
			},
			nginx("ImagePullBackOff", "back-off 40s restarting failed container"),
		},
		{
			"a container that has just failed",
			ended(137, "OOMKilled", ""),
			nginx("OOMKilled", "exit code 137 (OOMKilled), no memory limit"),
		},
		{
			"a container that failed without a reason",
			ended(2, "", "no such file"),
			nginx("Error", "exit code 2: no such file"),
		},
		{"a container that has ended well", ended(0, "Completed", ""), nil},
		{"a container that runs and is not ready", ststest.Unready, nil},
		{
			"the least patient trouble counts, in whatever container",
			func(p *corev1.Pod) {
				ststest.Waiting("CrashLoopBackOff", "back-off")(p)
				p.Status.ContainerStatuses = append(p.Status.ContainerStatuses, corev1.ContainerStatus{
					Name:  "second",
					State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "InvalidImageName", Message: "NGINX"}},
				})
			},
			&sts.Trouble{Reason: "InvalidImageName", Message: "NGINX", Container: "second", Grace: sts.AtOnce},
		},
		{
			"among equals the first, and init containers come first",
			func(p *corev1.Pod) {
				ststest.Waiting("ImagePullBackOff", "back-off")(p)
				p.Status.InitContainerStatuses = []corev1.ContainerStatus{{Name: "setup", State: terminated(1, "Error", "")}}
			},
			&sts.Trouble{Reason: "Error", Message: "exit code 1", Container: "setup", Grace: sts.AfterPatience},
		},
		{
			"init containers that are through leave the others to speak",
			func(p *corev1.Pod) {
				ststest.Waiting("ImagePullBackOff", "back-off")(p)
				p.Status.InitContainerStatuses = []corev1.ContainerStatus{{Name: "setup", State: terminated(0, "Completed", "")}}
			},
			nginx("ImagePullBackOff", "back-off"),
		},
		{
			"a pod that the kubelet has given up",
			func(p *corev1.Pod) {
				ststest.Unready(p)
				p.Status.Phase, p.Status.Reason, p.Status.Message = corev1.PodFailed, "Evicted", "The node was low on resource: memory."
			},
			&sts.Trouble{Reason: "Evicted", Message: "The node was low on resource: memory.", Grace: sts.AtDeadline},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, troubleOf(tt.change)) })
	}
}

// What the controller of nodes leaves of a pod whose node has gone silent, and what looks
// like it and is the kubelet's own word.
func TestAPodWhoseNodeDoesNotReport(t *testing.T) {
	lost := &sts.Trouble{
		Reason: sts.ReasonNodeLost, Message: "node node-1 does not report any more; the containers were ready when it last did",
		Grace: sts.AtDeadline,
	}
	conditions := func(containers corev1.ConditionStatus, gate string) func(*corev1.Pod) {
		return func(p *corev1.Pod) {
			p.Spec.NodeName = "node-1"
			p.Status.Conditions = []corev1.PodCondition{
				{Type: corev1.PodReady, Status: corev1.ConditionFalse}, {Type: corev1.ContainersReady, Status: containers},
			}
			if gate != "" {
				p.Spec.ReadinessGates = []corev1.PodReadinessGate{{ConditionType: "example.com/gate"}}
				p.Status.Conditions = append(p.Status.Conditions,
					corev1.PodCondition{Type: "example.com/gate", Status: corev1.ConditionStatus(gate)})
			}
		}
	}
	require.Equal(t, lost, troubleOf(conditions(corev1.ConditionTrue, "")))
	require.Equal(t, lost, troubleOf(conditions(corev1.ConditionTrue, "True")))
	require.Nil(t, troubleOf(conditions(corev1.ConditionFalse, "")), "a probe fails")
	require.Nil(t, troubleOf(conditions(corev1.ConditionTrue, "False")), "a gate is closed")
	require.Nil(t, troubleOf(conditions(corev1.ConditionTrue, ""), func(p *corev1.Pod) { p.Status.Phase = corev1.PodPending }))
}

func TestTroubleInOneLine(t *testing.T) {
	require.Equal(t, "Unschedulable", sts.Trouble{Reason: "Unschedulable"}.String())
	require.Equal(t, "Evicted: low on memory", sts.Trouble{Reason: "Evicted", Message: "low on memory"}.String())
	require.Equal(t, "nginx: OOMKilled: exit code 137",
		sts.Trouble{Reason: "OOMKilled", Message: "exit code 137", Container: "nginx", Grace: sts.AtOnce}.String())
}
