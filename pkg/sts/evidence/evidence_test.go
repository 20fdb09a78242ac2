package evidence_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/evidence"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// exited is a container that has ended, now or before its last restart.
func exited(code int32, reason string) corev1.ContainerState {
	state := ended(code, reason, "")
	state.Terminated.FinishedAt = metav1.NewTime(ststest.Start)
	return state
}

func crashLoop(p *corev1.Pod) {
	ststest.Waiting("CrashLoopBackOff", "back-off")(p)
	ststest.ReadySince(ststest.Start.Add(-time.Minute))(p)
	p.Status.ContainerStatuses[0].LastTerminationState = exited(1, "Error")
	p.Status.ContainerStatuses[0].RestartCount = 3
}

func probeFailed(message string, ago time.Duration) *corev1.Event {
	return &corev1.Event{
		Reason: "Unhealthy", Message: message, LastTimestamp: metav1.NewTime(ststest.Start.Add(-ago)),
		InvolvedObject: corev1.ObjectReference{Kind: "Pod", Name: "web-4", UID: "web-4-uid"},
	}
}

func TestEvidence(t *testing.T) {
	now, minute, hour := ststest.Start, ststest.Start.Add(-time.Minute), ststest.Start.Add(-time.Hour)
	other := probeFailed("of the pod before", 0)
	other.InvolvedObject.UID = "another"
	tests := []struct {
		name      string
		container string
		change    func(*corev1.Pod)
		events    []*corev1.Event
		want      evidence.Evidence
	}{
		{
			"a crash loop", "nginx", crashLoop, nil,
			evidence.Evidence{
				Container: "nginx", Image: "nginx:1.21", Node: "node-1", Since: &minute, Restarts: 3,
				Exit: &evidence.Exit{Code: 1, At: &now},
			},
		},
		{
			"a container without a name is found by its state", "", crashLoop, nil,
			evidence.Evidence{
				Container: "nginx", Image: "nginx:1.21", Node: "node-1", Since: &minute, Restarts: 3,
				Exit: &evidence.Exit{Code: 1, At: &now},
			},
		},
		{
			"no such container", "sidecar", crashLoop, nil, evidence.Evidence{Node: "node-1", Since: &minute},
		},
		{
			"too little memory", "", func(p *corev1.Pod) {
				crashLoop(p)
				p.Status.ContainerStatuses[0].LastTerminationState = exited(137, "OOMKilled")
				p.Spec.Containers = []corev1.Container{{Name: "nginx", Resources: corev1.ResourceRequirements{
					Limits: corev1.ResourceList{"memory": resource.MustParse("128Mi")},
				}}}
			}, nil,
			evidence.Evidence{
				Container: "nginx", Node: "node-1", Since: &minute, Restarts: 3,
				Exit: &evidence.Exit{Code: 137, Reason: "OOMKilled", At: &now, MemoryLimit: "128Mi"},
			},
		},
		{
			"the newest probe that failed, of this very pod", "", func(p *corev1.Pod) {
				ststest.Unready(p)
				ststest.ReadySince(minute)(p)
			},
			[]*corev1.Event{probeFailed("old", time.Hour), probeFailed("HTTP probe failed\nwith 503", time.Minute), other},
			evidence.Evidence{
				Container: "nginx", Image: "nginx:1.21", Node: "node-1", Since: &minute,
				Probe: "HTTP probe failed with 503", ProbeAt: &minute,
			},
		},
		{
			"a probe that found no container is none that failed", "", crashLoop,
			[]*corev1.Event{
				probeFailed("Readiness probe errored and resulted in unknown state: rpc error: code = NotFound "+
					"desc = failed to exec in container: failed to load task: no running task found: task 2ade1d not found: not found", 0),
				probeFailed("Readiness probe failed: connection refused", time.Minute),
			},
			evidence.Evidence{
				Container: "nginx", Image: "nginx:1.21", Node: "node-1", Since: &minute, Restarts: 3,
				Exit:  &evidence.Exit{Code: 1, At: &now},
				Probe: "Readiness probe failed: connection refused", ProbeAt: &minute,
			},
		},
		{
			"a probe that could not run its program says why", "", crashLoop,
			[]*corev1.Event{probeFailed("Readiness probe errored: exec: \"ready\": executable file not found in $PATH", time.Minute)},
			evidence.Evidence{
				Container: "nginx", Image: "nginx:1.21", Node: "node-1", Since: &minute, Restarts: 3,
				Exit:  &evidence.Exit{Code: 1, At: &now},
				Probe: "Readiness probe errored: exec: \"ready\": executable file not found in $PATH", ProbeAt: &minute,
			},
		},
		{
			"a pod that is Ready again", "", func(p *corev1.Pod) {
				p.Status.ContainerStatuses[0].LastTerminationState = exited(2, "Error")
				p.Status.ContainerStatuses[0].RestartCount = 1
			},
			[]*corev1.Event{probeFailed("it was not", time.Minute)},
			evidence.Evidence{
				Container: "nginx", Image: "nginx:1.21", Node: "node-1", Ready: true, Since: &hour, Restarts: 1,
				Exit: &evidence.Exit{Code: 2, At: &now},
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.want.UID = "web-4-uid"
			require.Equal(t, tt.want, evidence.Observe(ststest.Pod(4, tt.change), tt.container, tt.events))
		})
	}
}

func TestWhoseLogTellsWhy(t *testing.T) {
	status := func(state, last corev1.ContainerState) func(*corev1.Pod) {
		return func(p *corev1.Pod) {
			p.Status.ContainerStatuses[0].State, p.Status.ContainerStatuses[0].LastTerminationState = state, last
		}
	}
	running := corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}
	waits := corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ImagePullBackOff"}}
	none := corev1.ContainerState{}
	tests := []struct {
		name            string
		change          func(*corev1.Pod)
		previous, known bool
	}{
		{"of one that runs", status(running, none), false, true},
		{"of one that was started again, the one before", status(running, exited(1, "")), true, true},
		{"in a crash loop, the one before", crashLoop, true, true},
		{"of one that has ended again, its own", status(exited(1, ""), exited(1, "")), false, true},
		{"of one that has just ended, which is the one before in a moment", status(exited(1, ""), none), true, true},
		{"of one that has never run, none", status(waits, none), false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			name, previous, known := evidence.LogOf(ststest.Pod(4, tt.change), "")
			require.Equal(t, []any{"nginx", tt.previous, tt.known}, []any{name, previous, known})
		})
	}
	_, _, known := evidence.LogOf(ststest.Pod(4, func(p *corev1.Pod) { p.Status.ContainerStatuses = nil }), "")
	require.False(t, known)
}

// All annotations of an object share 256 KiB.
func TestWhatIsKeptOfTheEvidenceIsShort(t *testing.T) {
	at := ststest.Start
	long := strings.Repeat("ü", 5000)
	f := note.Failure{At: at, Message: long, Pod: "web-4", Evidence: &evidence.Evidence{
		Container: "nginx", Probe: long,
		Log: []string{"one", "two " + long + " end", "FATAL: three", "four", "five", "six", "seven", "eight"},
	}}
	text, err := json.Marshal(f.Short())
	require.NoError(t, err)
	require.Less(t, len(text), 2500)
	require.Empty(t, f.Short().Evidence.Log, "who may read the set may not read logs for that")
	require.Len(t, f.Evidence.Log, 8, "the evidence itself is as it was")
}

func TestOnlyTheSamePodHasTheLogOfWhatWasKept(t *testing.T) {
	kept := evidence.Evidence{UID: "one", Probe: "503"}
	now := evidence.Evidence{UID: "one", Probe: "200", Log: []string{"FATAL"}, Previous: true}
	require.Equal(t, evidence.Evidence{UID: "one", Probe: "503", Log: []string{"FATAL"}, Previous: true}, kept.WithLog(&now))
	now.UID = "another"
	require.Equal(t, kept, kept.WithLog(&now))
	require.Equal(t, kept, kept.WithLog(nil))
	unknown := evidence.Evidence{Probe: "503"}
	require.Equal(t, unknown, unknown.WithLog(&evidence.Evidence{Log: []string{"FATAL"}}), "nobody knows whether it is the same")
}

func ended(code int32, reason, message string) corev1.ContainerState {
	return corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: code, Reason: reason, Message: message}}
}
