package canary

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

func (b builder) title(verb string) string {
	title := fmt.Sprintf("%s of statefulset %s: %s", verb, b.s.Name(), sts.Count(b.s.Replicas(), "pod"))
	if b.record.Pods != nil {
		return fmt.Sprintf("%s of statefulset %s: %s, soaked for %s", verb, b.s.Name(), b.pods(0), b.record.Soak.Duration)
	}
	if len(b.counts) <= 1 && b.record.Verb != operation.VerbCanary {
		return fmt.Sprintf("%s, soaked for %s", title, b.record.Soak.Duration)
	}
	return fmt.Sprintf("%s in %s (%s), each soaked for %s", title, sts.Count(len(b.counts), "step"), list(b.counts), b.record.Soak.Duration)
}

func (b builder) success() string {
	if n := len(b.record.Pods); n > 0 {
		return fmt.Sprintf("%s of %s restarted and Available", sts.Count(n, "pod"), b.s.Name())
	}
	done := map[operation.Verb]string{
		operation.VerbCanary: "updated", operation.VerbUndo: "back", operation.VerbRestart: "restarted",
	}[b.record.Verb]
	switch b.s.Replicas() {
	case 0:
		return fmt.Sprintf("%s has no pods; new ones will be as wanted", b.s.Name())
	case 1:
		return fmt.Sprintf("the pod of %s is %s and Available", b.s.Name(), done)
	}
	return fmt.Sprintf("all %d pods of %s are %s and Available", b.s.Replicas(), b.s.Name(), done)
}

func (b builder) verb() string {
	if b.record.Verb == operation.VerbCanary {
		return "update"
	}
	return map[operation.Verb]string{operation.VerbUndo: "return", operation.VerbRestart: "restart"}[b.record.Verb]
}

// pods names the pods that step i adds. Where the run deletes them it is those
// whose turn it would be as things stand.
func (b builder) pods(i int) string {
	if !b.driven() {
		return b.s.PodNames(b.s.End()-b.counts[i], b.s.End()-b.before(i))
	}
	left := b.left()
	done := b.s.Replicas() - len(left)
	if b.record.Pods != nil {
		done = b.counts[i] - len(left)
	}
	from, to := max(0, b.before(i)-done), max(0, b.counts[i]-done)
	if from >= to {
		return sts.Count(b.counts[i]-b.before(i), "pod")
	}
	return names(left[from:to])
}

// left are the pods that are still to be replaced, in their order.
func (b builder) left() []sts.Pod {
	var pods []sts.Pod
	for o := b.s.Start(); o < b.s.End(); o++ {
		if pod, ok := b.s.Pod(o); ok && !b.there(pod) {
			pods = append(pods, pod)
		}
	}
	b.record.Order.Sort(pods)
	return pods
}

// there reports whether the pod is what it is to be. Before a new template is
// set none is.
func (b builder) there(pod sts.Pod) bool {
	_, begun := b.s.Annotation(sts.RolloutAnnotation)
	switch {
	case b.replaces:
		return false
	case b.record.Pods != nil:
		was, restarts := b.record.Pods[pod.Ordinal]
		return !restarts || pod.UID != was
	case b.record.Verb == operation.VerbUndo:
		return pod.Revision == b.record.Target
	}
	return (begun || b.r.Template == nil) && pod.Revision == b.s.UpdateRevision()
}

// elsewhere are the pods that an undo takes back, highest ordinal first.
func (b builder) elsewhere() []sts.Pod {
	var pods []sts.Pod
	for _, p := range slices.Backward(b.s.Pods) {
		if p.Ordinal >= b.s.Start() && p.Ordinal < b.s.End() && p.Revision != b.record.Target {
			pods = append(pods, p)
		}
	}
	return pods
}

// names joins the names of pods and shortens a long list.
func names(pods []sts.Pod) string {
	const most = 4
	if len(pods) > most {
		return fmt.Sprintf("%s … %s (%d pods)", pods[0].Name, pods[len(pods)-1].Name, len(pods))
	}
	list := make([]string, len(pods))
	for i, pod := range pods {
		list[i] = pod.Name
	}
	return strings.Join(list, ", ")
}

// atOnce says that the controller does not replace the pods of a step one by
// one. A person who tries a change on a few pods expects that it does.
func (b builder) atOnce() []string {
	most := b.s.MaxUnavailable()
	if most == 1 || b.driven() || b.onePod() || b.s.Replicas() < 2 {
		return nil
	}
	return []string{fmt.Sprintf("maxUnavailable %d: the controller replaces up to %d pods of a step at once",
		most, min(most, b.s.Replicas()))}
}

func list(counts []int) string {
	text := ""
	for i, n := range counts {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprint(n)
	}
	return text
}
