package plan

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Moment is when a hook runs.
type Moment string

// The moments of a pod.
const (
	BeforePod Moment = ""         // before it goes
	AfterPod  Moment = "after"    // once it is good
	StepDown  Moment = "stepDown" // before it goes, where it leads
	Leads     Moment = "leads"    // whenever it counts whether it leads: exit code 0 says so
)

// Hook is a command that runs when a pod goes or has come, such as one that takes a
// pod out of its database's ring. One without a pod is for each pod that its step
// replaces.
type Hook struct {
	Moment    Moment `json:"moment,omitempty"`
	Exec      bool   `json:"exec"` // in the pod's container; else on this machine
	Command   string `json:"command"`
	Container string `json:"container,omitempty"` // empty for the pod's default one
	Namespace string `json:"namespace"`
	Set       string `json:"statefulSet"`
	Pod       string `json:"pod"`
	Ordinal   int    `json:"ordinal"`
	// Preset is the one that brings the hook, as the user calls it; empty for none.
	Preset string `json:"preset,omitempty"`
	// Role is what the pod is in its set, RoleLeader or RoleMember; empty where nobody
	// has asked. Replicas are those that the set wants, and Peers its other pods that are
	// Ready, with spaces in between. All three are filled in when it runs.
	Role     string `json:"role,omitempty"`
	Replicas int    `json:"replicas,omitempty"`
	Peers    string `json:"peers,omitempty"`
	// Lenient is not run in a pod that is not Ready: nothing may answer there, and the pod
	// goes all the same.
	Lenient bool `json:"lenient,omitempty"`
}

// The roles of a pod in its set.
const (
	RoleLeader = "leader"
	RoleMember = "member"
)

// For is the hook for this pod.
func (h Hook) For(s sts.Snapshot, ordinal int) Hook {
	h.Namespace, h.Set, h.Pod, h.Ordinal = s.Set.Namespace, s.Name(), s.PodName(ordinal), ordinal
	return h
}

// Now fills in what the command is told of the set when it runs.
func (h Hook) Now(s sts.Snapshot) Hook {
	var peers []string
	for _, pod := range s.Pods {
		if pod.Ready && !pod.Terminating && pod.Ordinal != h.Ordinal && s.Ordinals().Has(pod.Ordinal) {
			peers = append(peers, pod.Name)
		}
	}
	h.Replicas, h.Peers = s.Replicas(), strings.Join(peers, " ")
	return h
}

// Bare is the hook without what is filled in when it runs: what is the same for as long
// as it is the same hook.
func (h Hook) Bare() Hook {
	h.Role, h.Replicas, h.Peers = "", 0, ""
	return h
}

// Env is what the command finds in its environment.
func (h Hook) Env() []string {
	env := []string{
		"STS_NAME=" + h.Set, "STS_NAMESPACE=" + h.Namespace, fmt.Sprintf("STS_ORDINAL=%d", h.Ordinal), "STS_POD=" + h.Pod,
		fmt.Sprintf("STS_REPLICAS=%d", h.Replicas), "STS_PEERS=" + h.Peers,
	}
	if h.Role != "" {
		env = append(env, "STS_ROLE="+h.Role)
	}
	return env
}

// PresetName is the name of a preset that the user calls so: a file's is that of the
// file without its ending.
func PresetName(given string) string { return strings.TrimSuffix(path.Base(given), path.Ext(given)) }

// Said is the command as it is shown: that of a preset is long, and known by its name.
func (h Hook) Said() string {
	if h.Preset == "" {
		return strconv.Quote(h.Command)
	}
	moment := map[Moment]string{BeforePod: "before", AfterPod: "after", StepDown: "stepDown", Leads: "leads"}[h.Moment]
	return PresetName(h.Preset) + "/" + moment
}

func (h Hook) String() string {
	pod := h.Pod
	if pod == "" {
		pod = "each pod"
	}
	words := fmt.Sprintf("run %s for %s", h.Said(), pod)
	if h.Exec {
		words = fmt.Sprintf("run %s in %s", h.Said(), pod)
	}
	switch h.Moment {
	case AfterPod:
		return words + ", which is back"
	case StepDown:
		return words + ", which leads"
	case BeforePod, Leads:
	}
	return words
}

// Why says in a sentence's few words when it runs.
func (h Hook) Why() string {
	switch h.Moment {
	case AfterPod:
		return fmt.Sprintf("the command after %s has come back", h.Pod)
	case StepDown:
		return fmt.Sprintf("the command by which %s steps down", h.Pod)
	case Leads:
		return fmt.Sprintf("the command that says whether %s leads", h.Pod)
	case BeforePod:
	}
	return fmt.Sprintf("the command before %s goes", h.Pod)
}

// Leader is how the pod is found that leads, and how it is made to step down.
type Leader struct {
	// Find is run in each pod that is Ready.
	Find Hook `json:"find"`
	// StepDown is run in a leader before it goes; nil to let it go as it is. It goes
	// once another pod leads.
	StepDown *Hook `json:"stepDown,omitempty"`
}

// Hooks are the commands that go with each pod that a run replaces.
type Hooks struct {
	Before, After []Hook
	Leader        *Leader
}

// All are all of them, in the order of their moments.
func (h Hooks) All() []Hook {
	all := slices.Concat(h.Before, h.After)
	if h.Leader != nil {
		all = append(all, h.Leader.Find)
		if h.Leader.StepDown != nil {
			all = append(all, *h.Leader.StepDown)
		}
	}
	return all
}

// Map are the hooks as this makes each of them.
func (h Hooks) Map(to func(Hook) Hook) Hooks {
	each := func(hooks []Hook) []Hook {
		out := slices.Clone(hooks)
		for i := range out {
			out[i] = to(out[i])
		}
		return out
	}
	out := Hooks{Before: each(h.Before), After: each(h.After)}
	if h.Leader != nil {
		out.Leader = &Leader{Find: to(h.Leader.Find)}
		if h.Leader.StepDown != nil {
			down := to(*h.Leader.StepDown)
			out.Leader.StepDown = &down
		}
	}
	return out
}

// Preset is the one that brings some of them, as the user calls it; empty for none.
func (h Hooks) Preset() string {
	for _, hook := range h.All() {
		if hook.Preset != "" {
			return hook.Preset
		}
	}
	return ""
}

// Exec reports whether one of them is run in a container.
func (h Hooks) Exec() bool { return slices.ContainsFunc(h.All(), func(h Hook) bool { return h.Exec }) }

// IsZero reports whether there are none.
func (h Hooks) IsZero() bool { return len(h.Before) == 0 && len(h.After) == 0 && h.Leader == nil }
