package evidence

import (
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Evidence is what the cluster tells about a pod that a run has failed because
// of, beyond its trouble. Fields that nobody knows are zero. Text in it is clean.
type Evidence struct {
	UID       types.UID  `json:"uid,omitempty"` // of the pod
	Container string     `json:"container,omitempty"`
	Image     string     `json:"image,omitempty"` // of that container
	Node      string     `json:"node,omitempty"`
	NodeLost  *time.Time `json:"nodeLost,omitempty"` // since when the node has not been heard of
	Ready     bool       `json:"ready,omitempty"`
	Since     *time.Time `json:"since,omitempty"`    // the pod is Ready, or is not
	Restarts  int        `json:"restarts,omitempty"` // of the container
	Exit      *Exit      `json:"exit,omitempty"`     // how the container ended last
	// Probe are the words of the newest probe that failed, of a pod that is not Ready.
	Probe   string     `json:"probe,omitempty"`
	ProbeAt *time.Time `json:"probeAt,omitempty"`
	// Log is the end of the container's log: of the one before, with Previous.
	Log      []string `json:"log,omitempty"`
	Previous bool     `json:"previous,omitempty"`
	// NoLog says that the user may not read the log.
	NoLog bool `json:"-"`
}

// Exit is how a container ended.
type Exit struct {
	Code        int        `json:"code"`
	Reason      string     `json:"reason,omitempty"` // in one word, unless it is Error
	At          *time.Time `json:"at,omitempty"`
	MemoryLimit string     `json:"memoryLimit,omitempty"` // of one that was OOMKilled
}

// recordedLine is how much of a text is kept on the set, in bytes: all annotations
// of an object share 256 KiB.
const recordedLine = 160

// Short is the evidence as it is kept on the set. The log is not: more people may
// read the set than the logs of its pods.
func (e Evidence) Short() Evidence {
	e.Log, e.Previous, e.NoLog = nil, false, false
	e.Probe = CutMiddle(e.Probe, recordedLine)
	return e
}

// WithLog is evidence that was kept, with the log that the very same pod has now.
func (e Evidence) WithLog(now *Evidence) Evidence {
	if now != nil && e.UID != "" && e.UID == now.UID {
		e.Log, e.Previous, e.NoLog = now.Log, now.Previous, now.NoLog
	}
	return e
}

// Observe reads the evidence of a pod. container is the one that is in
// trouble, "" for the one that looks most like it; events are those about the pod.
func Observe(p *corev1.Pod, container string, events []*corev1.Event) Evidence {
	pod := sts.ObservePod(p)
	e := Evidence{UID: p.UID, Node: sts.Clean(pod.Node), Ready: pod.Ready}
	if e.Since = timeOf(pod.ReadySince); !pod.Ready {
		e.Since = timeOf(pod.UnreadySince)
		if probe := newestProbe(p, events); probe != nil {
			e.Probe, e.ProbeAt = sts.Clean(probe.Message), timeOf(sts.EventTime(probe))
		}
	}
	status := suspect(p, container)
	if status == nil {
		return e
	}
	e.Container, e.Image, e.Restarts = sts.Clean(status.Name), sts.Clean(sts.ImageOf(p, status.Name)), int(status.RestartCount)
	if t := lastEnd(status); t != nil {
		e.Exit = &Exit{Code: int(t.ExitCode), At: timeOf(t.FinishedAt.Time)}
		if t.Reason != "Error" {
			e.Exit.Reason = sts.Clean(t.Reason)
		}
		if t.Reason == sts.ReasonOOMKilled {
			e.Exit.MemoryLimit = sts.MemoryLimit(p, status.Name)
		}
	}
	return e
}

// LogOf says whose log tells why: of the container that ended, which is the
// previous one as soon as there is another; none where none has run. The kubelet has
// no previous log of one that has ended for the first time and was not started
// again yet.
func LogOf(p *corev1.Pod, container string) (name string, previous, known bool) {
	status := suspect(p, container)
	switch {
	case status == nil:
		return "", false, false
	case status.State.Terminated != nil && status.LastTerminationState.Terminated != nil:
		return status.Name, false, true
	case status.State.Terminated != nil, status.LastTerminationState.Terminated != nil:
		return status.Name, true, true // of the one that has just ended, by the time that somebody asks
	}
	return status.Name, false, status.State.Running != nil
}

// suspect is the status of the container to ask about: the one that is named, or
// else the first that has failed, is not ready or has restarted.
func suspect(p *corev1.Pod, container string) *corev1.ContainerStatus {
	var all []*corev1.ContainerStatus
	for i := range p.Status.InitContainerStatuses {
		all = append(all, &p.Status.InitContainerStatuses[i])
	}
	for i := range p.Status.ContainerStatuses {
		all = append(all, &p.Status.ContainerStatuses[i])
	}
	signs := []func(*corev1.ContainerStatus) bool{
		func(c *corev1.ContainerStatus) bool { return c.Name == container },
		func(c *corev1.ContainerStatus) bool {
			return c.State.Terminated != nil && c.State.Terminated.ExitCode != 0 ||
				c.State.Waiting != nil && !sts.Starts(c.State.Waiting.Reason)
		},
		func(c *corev1.ContainerStatus) bool { return c.RestartCount > 0 },
		func(c *corev1.ContainerStatus) bool { return !c.Ready },
		func(*corev1.ContainerStatus) bool { return true },
	}
	if container != "" {
		signs = signs[:1]
	}
	for _, sign := range signs {
		if i := slices.IndexFunc(all, sign); i >= 0 {
			return all[i]
		}
	}
	return nil
}

// lastEnd is how the container ended last, nil when it has not.
func lastEnd(c *corev1.ContainerStatus) *corev1.ContainerStateTerminated {
	if t := c.State.Terminated; t != nil {
		return t
	}
	return c.LastTerminationState.Terminated
}

// ReasonUnhealthy is the kubelet's word for a probe that failed.
const ReasonUnhealthy = "Unhealthy"

// newestProbe is the newest event about a probe of exactly this pod that failed,
// nil for none.
func newestProbe(p *corev1.Pod, events []*corev1.Event) *corev1.Event {
	var newest *corev1.Event
	for _, e := range events {
		mine := e.Reason == ReasonUnhealthy && (e.InvolvedObject.UID == "" || e.InvolvedObject.UID == p.UID)
		if mine && !probedNothing(e.Message) && (newest == nil || sts.EventTime(e).After(sts.EventTime(newest))) {
			newest = e
		}
	}
	return newest
}

// probedNothing recognizes the event of a probe that found no container to run in: it
// had just ended, and that says why, not the container runtime's words about the probe.
func probedNothing(message string) bool {
	return slices.ContainsFunc([]string{"no running task found", "container not running", "is in CONTAINER_EXITED state"},
		func(words string) bool { return strings.Contains(message, words) })
}

func timeOf(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC().Truncate(time.Second)
	return &t
}

// String is how it ended, in a few words.
func (x Exit) String() string {
	words := fmt.Sprintf("exit code %d", x.Code)
	if x.Reason != "" {
		words += " (" + x.Reason + ")"
	}
	switch {
	case x.MemoryLimit != "":
		words += ", memory limit " + x.MemoryLimit
	case x.Reason == sts.ReasonOOMKilled:
		words += ", no memory limit"
	}
	return words
}
