package sts_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// The messages are the scheduler's own: it has one reason for everything.
func TestTroubleOfTheScheduler(t *testing.T) {
	const cpu = "0/3 nodes are available: 3 Insufficient cpu."
	const unbound = "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims."
	pending := func(reason, message string) func(*corev1.Pod) {
		return func(p *corev1.Pod) {
			p.Status = corev1.PodStatus{Phase: corev1.PodPending, Conditions: []corev1.PodCondition{
				{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: reason, Message: message},
			}}
		}
	}
	claims := func(names ...string) func(*corev1.Pod) {
		return func(p *corev1.Pod) {
			p.Spec.Volumes = []corev1.Volume{{Name: "scratch"}}
			for _, name := range names {
				p.Spec.Volumes = append(p.Spec.Volumes, corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{
					PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: name},
				}})
			}
		}
	}
	tests := []struct {
		name    string
		changes []func(*corev1.Pod)
		want    *sts.Trouble
	}{
		{
			"no node takes it",
			[]func(*corev1.Pod){pending("Unschedulable", cpu), claims("data-web-0")},
			&sts.Trouble{Reason: "Unschedulable", Message: cpu, Grace: sts.AfterPatience},
		},
		{
			"a reason of another scheduler",
			[]func(*corev1.Pod){pending("SchedulerError", "oops")},
			&sts.Trouble{Reason: "SchedulerError", Message: "oops", Grace: sts.AfterPatience},
		},
		{
			"no reason at all",
			[]func(*corev1.Pod){pending("", "")},
			&sts.Trouble{Reason: "Unschedulable", Grace: sts.AfterPatience},
		},
		{
			"a claim is not bound: its name is added, which the scheduler leaves out",
			[]func(*corev1.Pod){pending("Unschedulable", unbound), claims("data-web-0", "logs-web-0")},
			&sts.Trouble{
				Reason: "ClaimNotBound", Message: unbound + " (claims of this pod: data-web-0, logs-web-0)", Grace: sts.AfterPatience,
			},
		},
		{
			"a claim is not there",
			[]func(*corev1.Pod){pending("Unschedulable", `persistentvolumeclaim "data-web-0" not found`), claims("data-web-0")},
			&sts.Trouble{
				Reason:  "ClaimNotBound",
				Message: `persistentvolumeclaim "data-web-0" not found (claims of this pod: data-web-0)`, Grace: sts.AfterPatience,
			},
		},
		{
			"a claim is not bound, of a pod that shows none",
			[]func(*corev1.Pod){pending("Unschedulable", unbound)},
			&sts.Trouble{Reason: "ClaimNotBound", Message: unbound, Grace: sts.AfterPatience},
		},
		{"a pod that waits for its scheduling gates is in no trouble", []func(*corev1.Pod){pending("SchedulingGated", "")}, nil},
		{
			"a pod that has a node",
			[]func(*corev1.Pod){pending("", ""), func(p *corev1.Pod) { p.Status.Conditions[0].Status = corev1.ConditionTrue }},
			nil,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, troubleOf(tt.changes...)) })
	}
}

func TestWhatTheSchedulerSaysComesBeforeTheContainers(t *testing.T) {
	got := troubleOf(ststest.Waiting("InvalidImageName", "NGINX"), func(p *corev1.Pod) {
		p.Status.Conditions = append(p.Status.Conditions, corev1.PodCondition{
			Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: "Unschedulable", Message: "no node",
		})
	})
	require.Equal(t, &sts.Trouble{Reason: "Unschedulable", Message: "no node", Grace: sts.AfterPatience}, got)
}
