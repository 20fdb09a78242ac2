package sts_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

func TestAPodBelongsToTheSetWhenItsWholeNameSaysSo(t *testing.T) {
	tests := []struct {
		name string
		pod  string
		want []int
	}{
		{"the set's name, a dash and an ordinal", "web-0", []int{0}},
		{"an ordinal of several digits", "web-120", []int{120}},
		{"a pod of set web-1 is not one of web", "web-1-0", nil},
		{"a pod of another set", "data-web-0", nil},
		{"another name that begins alike", "website-0", nil},
		{"an ordinal with a leading zero", "web-01", nil},
		{"an ordinal with a sign", "web-+1", nil},
		{"a negative ordinal", "web--1", nil},
		{"no ordinal", "web-", nil},
		{"no dash", "web", nil},
		{"a word for an ordinal", "web-a", nil},
		{"an ordinal that no integer holds", "web-99999999999999999999", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			pod := ststest.Pod(0, func(p *corev1.Pod) { p.Name = tt.pod })
			s := sts.Observe(workload.FromApps(ststest.Set()), []*corev1.Pod{pod}, nil, nil)

			var got []int
			for _, p := range s.Pods {
				got = append(got, p.Ordinal)
			}
			require.Equal(t, tt.want, got)
		})
	}
}

func TestObserveLeavesStrangersOut(t *testing.T) {
	adopted := func(p *corev1.Pod) { p.OwnerReferences[0].UID = "another-uid" }
	orphaned := func(p *corev1.Pod) { p.OwnerReferences = nil }
	onlyOwned := func(p *corev1.Pod) { p.OwnerReferences[0].Controller = nil }
	stranger := ststest.ControllerRevision("stranger", "nginx:1.20", 1)
	stranger.OwnerReferences[0].UID = "another-uid"

	s := sts.Observe(workload.FromApps(ststest.Set()),
		[]*corev1.Pod{ststest.Pod(0), ststest.Pod(1, adopted), ststest.Pod(2, orphaned), ststest.Pod(3, onlyOwned), ststest.Pod(4)},
		[]*appsv1.ControllerRevision{stranger, ststest.ControllerRevision(ststest.Stable, "nginx:1.21", 1)}, nil)

	require.Equal(t, []string{"web-0", "web-4"}, podNames(s))
	require.Equal(t, []string{ststest.Stable}, revisionNames(s))
}

func TestObserveSorts(t *testing.T) {
	s := sts.Observe(workload.FromApps(ststest.Set()),
		[]*corev1.Pod{ststest.Pod(10), ststest.Pod(9), ststest.Pod(0), ststest.Pod(2)},
		[]*appsv1.ControllerRevision{
			ststest.ControllerRevision("b", "nginx:1.22", 2),
			ststest.ControllerRevision("c", "nginx:1.23", 1),
			ststest.ControllerRevision("a", "nginx:1.24", 2),
		}, nil)

	require.Equal(t, []string{"web-0", "web-2", "web-9", "web-10"}, podNames(s), "by ordinal, not by name")
	require.Equal(t, []string{"c", "a", "b"}, revisionNames(s), "oldest first, then by name")
}

func TestASnapshotWithoutASetHoldsNothing(t *testing.T) {
	words := map[string]sts.FailedCreate{"web-0": {Message: "no"}}
	s := sts.Observe(nil, ststest.Pods(0, 3), []*appsv1.ControllerRevision{ststest.ControllerRevision("a", "nginx", 1)}, words)

	require.Equal(t, sts.Snapshot{FailedCreates: words}, s)
	require.False(t, s.Exists())
	require.False(t, s.Observed())
	require.False(t, s.Ordered())
	require.Empty(t, s.Name())
	require.Empty(t, s.UID())
	require.Zero(t, s.Replicas())
	require.Zero(t, s.Ordinals().Len())
	require.Empty(t, s.UpdateRevision())
	require.Empty(t, s.CurrentRevision())
	require.Zero(t, s.MinReady())
	_, ok := s.Annotation("any")
	require.False(t, ok)
}

func TestObserveCopiesWhatMattersOfAPod(t *testing.T) {
	sidecar := corev1.Container{Name: "proxy", RestartPolicy: ptr.To(corev1.ContainerRestartPolicyAlways)}
	onFailure := corev1.Container{Name: "retry", RestartPolicy: ptr.To(corev1.ContainerRestartPolicyOnFailure)}
	hour := ststest.Start.Add(-time.Hour)
	fresh := sts.Pod{
		Name: "web-3", UID: "web-3-uid", Ordinal: 3, Revision: ststest.Stable, Phase: corev1.PodRunning,
		Labels: map[string]string{"app": "web", appsv1.StatefulSetRevisionLabel: ststest.Stable},
		Ready:  true, ReadySince: hour, ReadyCount: 1, Containers: 1, Node: "node-1", Created: hour,
	}
	unready := func(p *sts.Pod) { p.Ready, p.ReadySince, p.UnreadySince = false, time.Time{}, hour }
	tests := []struct {
		name   string
		change func(*corev1.Pod)
		want   func(*sts.Pod)
	}{
		{"a pod that is Ready", func(*corev1.Pod) {}, func(*sts.Pod) {}},
		{"a pod that is not Ready", ststest.Unready, func(p *sts.Pod) { unready(p); p.ReadyCount = 0 }},
		{
			"a pod that has not been Ready for a minute",
			func(p *corev1.Pod) { ststest.Unready(p); ststest.ReadySince(ststest.Start.Add(-time.Minute))(p) },
			func(p *sts.Pod) { unready(p); p.ReadyCount, p.UnreadySince = 0, ststest.Start.Add(-time.Minute) },
		},
		{
			"Ready is not believed of a pod that has failed",
			func(p *corev1.Pod) { p.Status.Phase = corev1.PodFailed },
			func(p *sts.Pod) {
				unready(p)
				p.Phase = corev1.PodFailed
				p.Trouble = &sts.Trouble{Reason: "Failed", Grace: sts.AtDeadline}
			},
		},
		{
			"init containers count when they are sidecars, restarts of all count",
			func(p *corev1.Pod) {
				p.Spec.InitContainers = []corev1.Container{{Name: "setup"}, sidecar, onFailure}
				p.Status.InitContainerStatuses = []corev1.ContainerStatus{
					{Name: "setup", Ready: true, RestartCount: 1},
					{Name: "proxy", Ready: true, RestartCount: 2},
					{Name: "retry", Ready: true},
				}
				p.Status.ContainerStatuses[0].RestartCount = 4
			},
			func(p *sts.Pod) { p.Containers, p.ReadyCount, p.Restarts = 2, 2, 7 },
		},
		{
			"a sidecar that is not ready",
			func(p *corev1.Pod) {
				p.Spec.InitContainers = []corev1.Container{sidecar}
				p.Status.InitContainerStatuses = []corev1.ContainerStatus{{Name: "proxy"}}
			},
			func(p *sts.Pod) { p.Containers = 2 },
		},
		{
			"containers that have no status yet",
			func(p *corev1.Pod) {
				p.Spec.Containers = append(p.Spec.Containers, corev1.Container{Name: "second"})
				p.Status = corev1.PodStatus{Phase: corev1.PodPending}
			},
			func(p *sts.Pod) {
				unready(p)
				p.Phase, p.ReadyCount, p.Containers = corev1.PodPending, 0, 2
			},
		},
		{
			"its deletion is dated back by its grace period",
			func(p *corev1.Pod) {
				p.DeletionTimestamp = ptr.To(metav1.NewTime(ststest.Start.Add(30 * time.Second)))
				p.DeletionGracePeriodSeconds = ptr.To[int64](30)
			},
			func(p *sts.Pod) {
				p.Terminating, p.Deleted, p.Due = true, ststest.Start, ststest.Start.Add(30*time.Second)
			},
		},
		{
			"trouble of a pod on its way out is no trouble",
			func(p *corev1.Pod) { ststest.Waiting("CrashLoopBackOff", "back-off")(p); ststest.Terminating(p) },
			func(p *sts.Pod) {
				unready(p)
				p.ReadyCount, p.Terminating, p.Deleted, p.Due = 0, true, ststest.Start, ststest.Start
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want, pod := fresh, ststest.Pod(3, tt.change)
			tt.want(&want)
			want.Images = podtemplate.SpecImages(&pod.Spec)
			s := ststest.Snapshot(ststest.Set(), []*corev1.Pod{pod})
			require.Equal(t, []sts.Pod{want}, s.Pods)
		})
	}
}

func podNames(s sts.Snapshot) []string {
	var names []string
	for _, p := range s.Pods {
		names = append(names, p.Name)
	}
	return names
}

func revisionNames(s sts.Snapshot) []string {
	var names []string
	for _, r := range s.Revisions {
		names = append(names, r.Name)
	}
	return names
}
