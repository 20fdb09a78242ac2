package check

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// Measurer measures checks.
type Measurer interface {
	// Measure measures a check once, within the timeout of its rule. It always has an
	// answer: whatever keeps it from measuring is the verdict Unknown, and so is the
	// end of the context. It may be called by several goroutines at once.
	Measure(ctx context.Context, c Check, on Scope) Measurement
}

// Pod is a pod that is measured.
type Pod struct {
	Name      string
	Ordinal   int
	Available time.Time // since when it has been
}

// Scope is what a check is measured on.
type Scope struct {
	Namespace string
	Set       string
	Service   string // the set's serviceName, for the name that a pod is asked by; may be empty
	Step      string // its ID, empty for a baseline
	Revision  string // that the pods of the step have
	Stable    string // the revision to go back to
	// Pods are those of the step: all that run the new revision and are Available. In
	// a baseline they are the stable ones. Stables are those that still run the stable
	// revision and are Available, and All are the set's, whatever they run. Each is
	// sorted by ordinal.
	Pods    []Pod
	Stables []Pod
	All     []Pod
	// Now is the time, by the cluster's clock: windows and measurements count from it.
	Now time.Time
	// Scrape is how often Prometheus looks (--prom-scrape).
	Scrape time.Duration
	// Baseline says that stable pods are measured before the first write.
	Baseline bool
	// Last are what the stable pods have said last, by the name of the check: see
	// [Stables.Remember]. They count when no stable pod is left.
	Last Stables
}

// StableValue is what a query said about the stable pods.
type StableValue struct {
	Value float64
	At    time.Time
}

// Stables are what queries have said about the stable pods, by the check's name. A
// run keeps them over its steps. It is a value that nobody changes.
type Stables map[string]StableValue

// Remember is the same with what a measurement says about the stable pods. In a
// baseline these are the pods that it measures.
func (s Stables) Remember(m Measurement) Stables {
	if m.Stable == nil || !m.StableAt.IsZero() {
		return s
	}
	out := make(Stables, len(s)+1)
	for name, value := range s {
		out[name] = value
	}
	out[m.Check] = StableValue{*m.Stable, m.At}
	return out
}

// Env is what a command on this machine finds in its environment.
func (s Scope) Env() []string {
	return append(s.common(), "STS_PODS="+names(s.Pods), "STS_STABLE_PODS="+names(s.Stables))
}

// EnvIn is what a command in this pod finds.
func (s Scope) EnvIn(pod Pod) []string {
	return append(s.common(), "STS_POD="+pod.Name, "STS_ORDINAL="+strconv.Itoa(pod.Ordinal))
}

func (s Scope) common() []string {
	return []string{
		"STS_NAME=" + s.Set, "STS_NAMESPACE=" + s.Namespace, "STS_STEP=" + s.Step,
		"STS_REVISION=" + s.Revision, "STS_STABLE=" + s.Stable,
	}
}

func names(pods []Pod) string {
	out := make([]string, 0, len(pods))
	for _, p := range pods {
		out = append(out, p.Name)
	}
	return strings.Join(out, " ")
}

// Youngest is the pod that became Available last, false without any.
func Youngest(pods []Pod) (Pod, bool) {
	var out Pod
	for i, p := range pods {
		if i == 0 || p.Available.After(out.Available) {
			out = p
		}
	}
	return out, len(pods) > 0
}
