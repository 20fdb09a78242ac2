package sts_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestAPodIsAvailableOnceItHasBeenReadyForMinReady(t *testing.T) {
	ready := sts.Pod{Ready: true, ReadySince: ststest.Start}
	tests := []struct {
		name     string
		pod      sts.Pod
		minReady time.Duration
		after    time.Duration
		want     bool
	}{
		{"at once when nothing is asked for", ready, 0, 0, true},
		{"even by a clock that is behind", ready, 0, -time.Second, true},
		{"not a moment before", ready, 10 * time.Second, 10*time.Second - 1, false},
		{"at the very moment, as the controller counts", ready, 10 * time.Second, 10 * time.Second, true},
		{"from then on", ready, 10 * time.Second, time.Hour, true},
		{"never while it is not Ready", sts.Pod{ReadySince: ststest.Start}, 0, time.Hour, false},
		{"never on its way out", sts.Pod{Ready: true, ReadySince: ststest.Start, Terminating: true}, 0, time.Hour, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, tt.pod.Available(tt.minReady, ststest.Start.Add(tt.after)))
		})
	}
}

func TestPodProgress(t *testing.T) {
	created := ststest.Start.Add(-time.Hour)
	crash := &sts.Trouble{Reason: "CrashLoopBackOff", Message: "back-off", Container: "nginx", Grace: sts.AfterPatience}
	phase := func(phase corev1.PodPhase) func(*corev1.Pod) {
		return func(p *corev1.Pod) { ststest.Unready(p); p.Status.Phase = phase }
	}
	tests := []struct {
		name string
		set  *appsv1.StatefulSet
		pod  *corev1.Pod
		want sts.PodProgress
		says string
	}{
		{
			name: "Available since it became Ready",
			pod:  ststest.Pod(3, ststest.ReadySince(ststest.Start.Add(-time.Minute))),
			want: sts.PodProgress{State: sts.StateAvailable, Since: ststest.Start.Add(-time.Minute)},
			says: "Available",
		},
		{
			name: "Ready and soon Available",
			set:  ststest.Set(ststest.MinReady(10)),
			pod:  ststest.Pod(3, ststest.ReadySince(ststest.Start.Add(-4*time.Second))),
			want: sts.PodProgress{
				State: sts.StateReady, Since: ststest.Start.Add(-4 * time.Second), GoodAt: ststest.Start.Add(6 * time.Second),
			},
			says: "Ready, Available soon",
		},
		{
			name: "Available at the exact end of minReadySeconds",
			set:  ststest.Set(ststest.MinReady(10)),
			pod:  ststest.Pod(3, ststest.ReadySince(ststest.Start.Add(-10*time.Second))),
			want: sts.PodProgress{State: sts.StateAvailable, Since: ststest.Start.Add(-10 * time.Second)},
			says: "Available",
		},
		{
			name: "on another revision than wanted, however healthy",
			pod:  ststest.Pod(3, ststest.Revision(ststest.Update)),
			want: sts.PodProgress{State: sts.StateOld, Since: created},
			says: "on another revision than wanted",
		},
		{
			name: "on another revision and in trouble",
			pod:  ststest.Pod(3, ststest.Revision(ststest.Update), ststest.Waiting("CrashLoopBackOff", "back-off")),
			want: sts.PodProgress{State: sts.StateOld, Since: created, Trouble: crash},
			says: "nginx: CrashLoopBackOff: back-off",
		},
		{
			name: "running, not Ready",
			pod:  ststest.Pod(3, ststest.Unready),
			want: sts.PodProgress{State: sts.StateStarting, Since: created},
			says: "running, not Ready",
		},
		{
			name: "running and in trouble",
			pod:  ststest.Pod(3, ststest.Waiting("CrashLoopBackOff", "back-off")),
			want: sts.PodProgress{State: sts.StateStarting, Since: created, Trouble: crash},
			says: "nginx: CrashLoopBackOff: back-off",
		},
		{
			name: "pending",
			pod:  ststest.Pod(3, phase(corev1.PodPending)),
			want: sts.PodProgress{State: sts.StatePending, Since: created},
			says: "pending",
		},
		{
			name: "made, and no kubelet has said a word",
			pod:  ststest.Pod(3, phase("")),
			want: sts.PodProgress{State: sts.StatePending, Since: created},
			says: "pending",
		},
		{
			name: "terminating since its deletion, on whatever revision",
			pod:  ststest.Pod(3, ststest.Revision(ststest.Update), ststest.Terminating),
			want: sts.PodProgress{State: sts.StateTerminating, Since: ststest.Start},
			says: "terminating",
		},
		{
			name: "missing",
			want: sts.PodProgress{State: sts.StateMissing},
			says: "not created yet",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			set := tt.set
			if set == nil {
				set = ststest.Set()
			}
			var pods []*corev1.Pod
			if tt.pod != nil {
				pods = append(pods, tt.pod)
			}
			tt.want.Ordinal, tt.want.Pod = 3, "web-3"

			got := ststest.Snapshot(set, pods).PodProgress(3, ststest.Stable, ststest.Start)

			require.Equal(t, tt.want, got)
			require.Equal(t, tt.says, got.Says())
			require.Equal(t, tt.want.State == sts.StateAvailable, got.Good())
		})
	}
}

func TestAMissingPodStandsWithTheControllersWords(t *testing.T) {
	s := ststest.Snapshot(ststest.Set())
	s.FailedCreates = map[string]sts.FailedCreate{"web-3": {Message: "exceeded quota"}}

	require.Equal(t, sts.PodProgress{
		Ordinal: 3, Pod: "web-3", State: sts.StateMissing,
		Trouble: &sts.Trouble{Reason: "FailedCreate", Message: "exceeded quota", Grace: sts.AfterPatience},
	}, s.PodProgress(3, ststest.Stable, ststest.Start))
	require.Equal(t, sts.PodProgress{Ordinal: 4, Pod: "web-4", State: sts.StateMissing},
		s.PodProgress(4, ststest.Stable, ststest.Start), "words about web-3 say nothing of web-4")
}

func TestWordsAboutAPodThatIsThereAreOld(t *testing.T) {
	s := ststest.Snapshot(ststest.Set(), ststest.Pods(3, 4))
	s.FailedCreates = map[string]sts.FailedCreate{"web-3": {Message: "exceeded quota"}}

	require.Equal(t, sts.PodProgress{Ordinal: 3, Pod: "web-3", State: sts.StateAvailable, Since: ststest.Start.Add(-time.Hour)},
		s.PodProgress(3, ststest.Stable, ststest.Start))
}

func TestAnEmptyRevisionAcceptsAny(t *testing.T) {
	s := ststest.Snapshot(ststest.Set(), []*corev1.Pod{ststest.Pod(3, ststest.Revision("web-other"))})
	require.Equal(t, sts.StateAvailable, s.PodProgress(3, "", ststest.Start).State)
	require.Equal(t, sts.StateOld, s.PodProgress(3, ststest.Stable, ststest.Start).State)
}

func TestAStepThatIsOverduePutsAnyStateAsTrouble(t *testing.T) {
	for state, want := range map[sts.State]sts.Trouble{
		sts.StateOld:         {Reason: "OldRevision", Message: "on another revision than wanted", Grace: sts.AtDeadline},
		sts.StateTerminating: {Reason: "Terminating", Message: "terminating", Grace: sts.AtDeadline},
		sts.StateMissing:     {Reason: "NotCreated", Message: "not created yet", Grace: sts.AtDeadline},
		sts.StatePending:     {Reason: "Starting", Message: "pending", Grace: sts.AtDeadline},
		sts.StateStarting:    {Reason: "NotReady", Message: "running, not Ready", Grace: sts.AtDeadline},
		sts.StateReady:       {Reason: "NotAvailable", Message: "Ready, Available soon", Grace: sts.AtDeadline},
	} {
		t.Run(string(state), func(t *testing.T) {
			require.Equal(t, want, sts.PodProgress{State: state}.DeadlineTrouble())
		})
	}
}

func TestAStepThatIsOverdueNamesTheTroubleThatIsKnown(t *testing.T) {
	known := sts.Trouble{Reason: "CrashLoopBackOff", Grace: sts.AfterPatience}
	require.Equal(t, known, sts.PodProgress{State: sts.StateStarting, Trouble: &known}.DeadlineTrouble())
}
