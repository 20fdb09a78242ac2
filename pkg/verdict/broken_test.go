package verdict_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/verdict"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

func TestAllBroken(t *testing.T) {
	update := ststest.Revision(ststest.Update)
	pull := ststest.Waiting("ImagePullBackOff", "no such image")
	pulls := sts.Trouble{Reason: "ImagePullBackOff", Message: "no such image", Container: "nginx", Grace: sts.AfterPatience}
	updating := ststest.Set(ststest.Updating("nginx:1.22"))
	tests := []struct {
		name string
		s    sts.Snapshot
		want []verdict.Broken
	}{
		{name: "no pod of a healthy set", s: ststest.Snapshot(ststest.Set(), ststest.Pods(0, 5))},
		{name: "no pod of a set without any", s: ststest.Snapshot(ststest.Set(ststest.Replicas(0)))},
		{name: "no pod that is there no more, when there is no set either", s: ststest.Snapshot(nil)},
		{
			name: "the pods in trouble, with their revisions",
			s:    ststest.Snapshot(updating, ststest.Pods(0, 3), ststest.Pods(3, 4, pull), ststest.Pods(4, 5, update, pull)),
			want: []verdict.Broken{{"web-3", 3, ststest.Stable, pulls}, {"web-4", 4, ststest.Update, pulls}},
		},
		{
			name: "not one whose trouble is too young",
			s:    ststest.Snapshot(updating, ststest.Pods(0, 4), ststest.Pods(4, 5, update, pull, aged(29*time.Second))),
		},
		{
			name: "also one that the spec does not want any more, and that holds up the others",
			s:    ststest.Snapshot(ststest.Set(), ststest.Pods(0, 4), ststest.Pods(4, 5, update, pull)),
			want: []verdict.Broken{{"web-4", 4, ststest.Update, pulls}},
		},
		{
			name: "one that holds up the others although nothing is known against it",
			s:    ststest.Snapshot(ststest.Set(), ststest.Pods(0, 4), ststest.Pods(4, 5, update, ststest.Unready, aged(time.Minute))),
			want: []verdict.Broken{{"web-4", 4, ststest.Update, sts.Trouble{
				Reason:  sts.ReasonBlocked,
				Message: "not Ready, on another revision than wanted; the controller waits for it before it replaces any pod",
			}}},
		},
		{
			name: "not with OnDelete, where no pod holds up another",
			s: ststest.Snapshot(ststest.Set(ststest.Strategy("OnDelete")), ststest.Pods(0, 4),
				ststest.Pods(4, 5, update, ststest.Unready, aged(time.Minute))),
		},
		{
			name: "one that should have been Ready long ago",
			s:    ststest.Snapshot(updating, ststest.Pods(0, 4), ststest.Pods(4, 5, update, ststest.Unready)),
			want: []verdict.Broken{{"web-4", 4, ststest.Update, sts.Trouble{
				Reason: sts.ReasonNotReady, Message: "running, not Ready", Grace: sts.AtDeadline,
			}}},
		},
		{
			name: "not one on its way out, however long that takes",
			s: ststest.Snapshot(updating, ststest.Pods(0, 4), ststest.Pods(4, 5, pull, ststest.Terminating, func(p *corev1.Pod) {
				p.DeletionTimestamp.Time = ststest.Start.Add(-time.Hour)
			})),
		},
		{
			name: "a pod beyond the replicas",
			s:    ststest.Snapshot(ststest.Set(ststest.Replicas(4)), ststest.Pods(0, 4), ststest.Pods(4, 5, pull)),
			want: []verdict.Broken{{"web-4", 4, ststest.Stable, pulls}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, verdict.AllBroken(tt.s, limits, ststest.Start))
		})
	}
}

func TestAPodThatCannotBeMadeIsBrokenAtTheRevisionThatItWouldGet(t *testing.T) {
	refused := sts.Trouble{Reason: "FailedCreate", Message: "exceeded quota", Grace: sts.AfterPatience}
	pull := ststest.Waiting("ImagePullBackOff", "no")
	gated := ststest.Set(ststest.Updating("nginx:1.22"), ststest.Partition(3))
	s := ststest.Snapshot(gated, ststest.Pods(0, 2), ststest.Pods(3, 4, pull))
	s.FailedCreates = map[string]sts.FailedCreate{
		"web-2": {Message: "exceeded quota"}, "web-4": {Message: "exceeded quota"}, "web-0": {Message: "of old"},
	}

	require.Equal(t, []verdict.Broken{
		{"web-2", 2, ststest.Stable, refused},
		{"web-3", 3, ststest.Stable, *s.Pods[2].Trouble},
		{"web-4", 4, ststest.Update, refused},
	}, verdict.AllBroken(s, limits, ststest.Start))

	ststest.Unseen(gated)
	s.Set = workload.FromApps(gated)
	require.Equal(t, []verdict.Broken{{"web-3", 3, ststest.Stable, *s.Pods[2].Trouble}},
		verdict.AllBroken(s, limits, ststest.Start), "the controller has not said yet which revision that is")
}
