package plan

import "fmt"

// Hook is a command that runs before a change, such as one that takes a pod out
// of its database's ring.
type Hook struct {
	Exec      bool   `json:"exec"` // in the pod's container; else on this machine
	Command   string `json:"command"`
	Container string `json:"container,omitempty"` // empty for the pod's default one
	Namespace string `json:"namespace"`
	Set       string `json:"statefulSet"`
	Pod       string `json:"pod"`
	Ordinal   int    `json:"ordinal"`
}

// Env is what the command finds in its environment.
func (h Hook) Env() []string {
	return []string{
		"STS_NAME=" + h.Set, "STS_NAMESPACE=" + h.Namespace, fmt.Sprintf("STS_ORDINAL=%d", h.Ordinal), "STS_POD=" + h.Pod,
	}
}

func (h Hook) String() string {
	if h.Exec {
		return fmt.Sprintf("run %q in %s", h.Command, h.Pod)
	}
	return fmt.Sprintf("run %q for %s", h.Command, h.Pod)
}
