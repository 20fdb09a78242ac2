package sts

import (
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
)

// Grace is how long a kind of trouble is given before it counts.
type Grace int

// The three graces, from the least patient.
const (
	// AtOnce is for what never heals by itself.
	AtOnce Grace = iota
	// AfterPatience is for what often heals within seconds.
	AfterPatience
	// AtDeadline is for everything else.
	AtDeadline
)

// Trouble is why a pod does not get there.
type Trouble struct {
	Reason    string // the kubelet's, the scheduler's or the controller's own word
	Message   string // their sentence, not cleaned: it comes from the cluster
	Container string // the container that it is about, if any
	Grace     Grace
	Hints     []hint.Hint // what helps, besides looking closer
}

// Patience is how long the trouble may last before it counts, of these two: where
// a pod waits for a node or a volume, an autoscaler or a provisioner may be
// about to act.
func (t Trouble) Patience(usual, placing time.Duration) time.Duration {
	if placing > 0 && (t.Reason == ReasonUnschedulable || t.Reason == ReasonClaimNotBound) {
		return placing
	}
	return usual
}

// String is the trouble in one line, as it came from the cluster.
func (t Trouble) String() string {
	text := t.Reason
	if t.Container != "" {
		text = t.Container + ": " + text
	}
	if t.Message != "" {
		text += ": " + t.Message
	}
	return text
}

// Reasons that this package gives by itself, in the style of the kubelet's.
const (
	ReasonUnschedulable  = "Unschedulable"
	ReasonClaimNotBound  = "ClaimNotBound"
	ReasonFailedCreate   = "FailedCreate"
	ReasonNotCreated     = "NotCreated"
	ReasonNotReady       = "NotReady"
	ReasonCrashLoop      = "CrashLoopBackOff"
	ReasonOOMKilled      = "OOMKilled"
	ReasonTerminating    = "Terminating"
	ReasonOldRevision    = "OldRevision"
	ReasonNotRestarted   = "NotRestarted"
	ReasonNotAvailable   = "NotAvailable"
	ReasonStartingUp     = "Starting"
	ReasonBlocked        = "Blocked"
	ReasonRestarted      = "Restarted"
	ReasonReplaced       = "Replaced"
	ReasonNodeLost       = "NodeLost"
	reasonUnboundMessage = "unbound immediate PersistentVolumeClaims"
)

// waitingGrace says how long a container may wait for this reason. The names
// are the kubelet's (pkg/kubelet/images/types.go, pkg/kubelet/container/sync_result.go).
// A reason that is not in the table and not progress counts at the deadline.
var waitingGrace = map[string]Grace{
	"InvalidImageName":           AtOnce,
	"ErrImageNeverPull":          AtOnce,
	"CreateContainerConfigError": AtOnce,
	"ErrImagePull":               AfterPatience,
	"ImagePullBackOff":           AfterPatience,
	ReasonCrashLoop:              AfterPatience,
	"CreateContainerError":       AfterPatience,
	"RunContainerError":          AfterPatience,
}

// progress are the waiting reasons of a container that is on its way.
var progress = map[string]bool{"": true, "ContainerCreating": true, "PodInitializing": true}

// Starts reports whether a container that waits for this reason is on its way.
func Starts(reason string) bool { return progress[reason] }

// podTrouble finds the worst trouble of a pod that is not Ready: the one
// with the least grace, and the first container's among equals.
func podTrouble(p *corev1.Pod) *Trouble {
	if t := schedulingTrouble(p); t != nil {
		return t
	}
	var worst *Trouble
	for _, statuses := range [][]corev1.ContainerStatus{p.Status.InitContainerStatuses, p.Status.ContainerStatuses} {
		for i := range statuses {
			if t := containerTrouble(p, &statuses[i]); t != nil && (worst == nil || t.Grace < worst.Grace) {
				worst = t
			}
		}
	}
	if worst == nil && p.Status.Phase == corev1.PodFailed {
		return &Trouble{Reason: or(p.Status.Reason, "Failed"), Message: p.Status.Message, Grace: AtDeadline}
	}
	if worst == nil && silent(p) {
		return &Trouble{
			Reason: ReasonNodeLost, Grace: AtDeadline,
			Message: fmt.Sprintf("node %s does not report any more; the containers were ready when it last did", p.Spec.NodeName),
		}
	}
	return worst
}

// silent reports whether it is not the kubelet that has called a running pod not Ready. The
// controller of nodes changes that one condition when it has not heard of a node
// (MarkPodsNotReady in k8s.io/kubernetes/pkg/controller/util/node); the kubelet has it
// follow ContainersReady and the pod's readiness gates.
func silent(p *corev1.Pod) bool {
	is := map[corev1.PodConditionType]corev1.ConditionStatus{}
	for _, c := range p.Status.Conditions {
		is[c.Type] = c.Status
	}
	gated := slices.ContainsFunc(p.Spec.ReadinessGates, func(g corev1.PodReadinessGate) bool {
		return is[g.ConditionType] != corev1.ConditionTrue
	})
	return p.Status.Phase == corev1.PodRunning && p.Spec.NodeName != "" && !gated &&
		is[corev1.PodReady] == corev1.ConditionFalse && is[corev1.ContainersReady] == corev1.ConditionTrue
}

func schedulingTrouble(p *corev1.Pod) *Trouble {
	for _, c := range p.Status.Conditions {
		if c.Type != corev1.PodScheduled || c.Status != corev1.ConditionFalse || c.Reason == corev1.PodReasonSchedulingGated {
			continue
		}
		// The scheduler has no reason of its own for claims, only words.
		if strings.Contains(c.Message, reasonUnboundMessage) || strings.Contains(c.Message, "persistentvolumeclaim") {
			return &Trouble{Reason: ReasonClaimNotBound, Message: claimMessage(p, c.Message), Grace: AfterPatience}
		}
		return &Trouble{Reason: or(c.Reason, ReasonUnschedulable), Message: c.Message, Grace: AfterPatience}
	}
	return nil
}

// claimMessage adds the names of the pod's claims, which the scheduler's
// words leave out.
func claimMessage(p *corev1.Pod, message string) string {
	var claims []string
	for i := range p.Spec.Volumes {
		if source := p.Spec.Volumes[i].PersistentVolumeClaim; source != nil {
			claims = append(claims, source.ClaimName)
		}
	}
	if len(claims) == 0 {
		return message
	}
	return fmt.Sprintf("%s (claims of this pod: %s)", message, strings.Join(claims, ", "))
}

func containerTrouble(p *corev1.Pod, c *corev1.ContainerStatus) *Trouble {
	switch {
	case c.State.Waiting != nil:
		return waitingTrouble(p, c)
	case c.State.Terminated != nil && c.State.Terminated.ExitCode != 0:
		// Between two tries; CrashLoopBackOff follows.
		t := c.State.Terminated
		return &Trouble{Reason: or(t.Reason, "Error"), Message: exitWords(p, c, t), Container: c.Name, Grace: AfterPatience}
	}
	return nil
}

func waitingTrouble(p *corev1.Pod, c *corev1.ContainerStatus) *Trouble {
	w := c.State.Waiting
	if Starts(w.Reason) {
		return nil
	}
	grace, known := waitingGrace[w.Reason]
	if !known {
		grace = AtDeadline
	}
	t := &Trouble{Reason: w.Reason, Message: rpcWrapping.ReplaceAllString(w.Message, ""), Container: c.Name, Grace: grace}
	if w.Reason == "ErrImagePull" || w.Reason == "ImagePullBackOff" {
		t.Message = pullWords(w.Message, ImageOf(p, c.Name))
	}
	// "back-off 10s restarting failed container" tells nobody why it failed.
	if last := c.LastTerminationState.Terminated; w.Reason == ReasonCrashLoop && last != nil {
		if last.Reason == ReasonOOMKilled {
			t.Reason = ReasonOOMKilled
		}
		t.Message = fmt.Sprintf("%s, %s", exitWords(p, c, last), Count(int(c.RestartCount), "restart"))
	}
	return t
}

func exitWords(p *corev1.Pod, c *corev1.ContainerStatus, t *corev1.ContainerStateTerminated) string {
	words := fmt.Sprintf("exit code %d", t.ExitCode)
	if t.Reason != "" && t.Reason != "Error" {
		words += " (" + t.Reason + ")"
	}
	if t.Reason == ReasonOOMKilled {
		words += ", " + memoryWords(p, c.Name)
	}
	if message := strings.TrimSpace(t.Message); message != "" {
		words += ": " + message
	}
	return words
}

// memoryWords say how much memory a container may use. One without a limit of its
// own is killed when the node runs out.
func memoryWords(p *corev1.Pod, container string) string {
	if limit := MemoryLimit(p, container); limit != "" {
		return "memory limit " + limit
	}
	return "no memory limit"
}

// MemoryLimit is the memory limit of a container, "" for none.
func MemoryLimit(p *corev1.Pod, container string) string {
	c := containerNamed(p, container)
	if c == nil {
		return ""
	}
	if limit, ok := c.Resources.Limits[corev1.ResourceMemory]; ok && !limit.IsZero() {
		return limit.String()
	}
	return ""
}

// ImageOf is the image of a container, "" when there is no such container.
func ImageOf(p *corev1.Pod, container string) string {
	if c := containerNamed(p, container); c != nil {
		return c.Image
	}
	return ""
}

// containerNamed finds a container or an init container, nil for none.
func containerNamed(p *corev1.Pod, name string) *corev1.Container {
	for _, all := range [][]corev1.Container{p.Spec.Containers, p.Spec.InitContainers} {
		for i := range all {
			if all[i].Name == name {
				return &all[i]
			}
		}
	}
	return nil
}

func or(word, otherwise string) string {
	if word == "" {
		return otherwise
	}
	return word
}
