package rolling

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

func (r Rollout) title(verb string) string {
	title := fmt.Sprintf("%s of statefulset %s: %s", verb, r.Set.Name(), sts.Count(r.Set.Replicas(), "pod"))
	if r.Record.Verb == operation.VerbReplace {
		return fmt.Sprintf("new claims for statefulset %s: %s", r.Set.Name(), r.replacer().pods(0)) + r.soaked("")
	}
	if r.Record.Pods != nil {
		return fmt.Sprintf("%s of statefulset %s: %s", verb, r.Set.Name(), r.replacer().pods(0)) + r.soaked("")
	}
	if len(r.Counts) <= 1 && !r.traits().counted {
		return title + r.soaked("")
	}
	return fmt.Sprintf("%s in %s (%s)", title, sts.Count(len(r.Counts), "step"), list(r.Counts)) + r.soaked("each ")
}

// soaked says for how long, and nothing where there is no soak.
func (r Rollout) soaked(each string) string {
	if r.Record.Soak.Duration == 0 {
		return ""
	}
	return fmt.Sprintf(", %ssoaked for %s", each, r.Record.Soak.Duration)
}

func (r Rollout) success() string {
	n := len(r.Record.Pods)
	if r.Record.Verb == operation.VerbReplace {
		n = 0
		for o := range r.Record.Pods {
			if r.Set.Ordinals().Has(o) { // one that is gone since has no claims to be new
				n++
			}
		}
	}
	switch {
	case n == 0 && r.Record.Verb == operation.VerbReplace:
		return fmt.Sprintf("%s has none of the pods any more that were to get new claims", r.Set.Name())
	case n == 1 && r.Record.Verb == operation.VerbReplace:
		return fmt.Sprintf("1 pod of %s has new claims and is Available", r.Set.Name())
	case r.Record.Verb == operation.VerbReplace:
		return fmt.Sprintf("%d pods of %s have new claims and are Available", n, r.Set.Name())
	case n > 0:
		return fmt.Sprintf("%s of %s restarted and Available", sts.Count(n, "pod"), r.Set.Name())
	}
	done := r.traits().done
	switch r.Set.Replicas() {
	case 0:
		return fmt.Sprintf("%s has no pods; new ones will be as wanted", r.Set.Name())
	case 1:
		return fmt.Sprintf("the pod of %s is %s and Available", r.Set.Name(), done)
	}
	return fmt.Sprintf("all %d pods of %s are %s and Available", r.Set.Replicas(), r.Set.Name(), done)
}

// elsewhere are the pods that an undo takes back, highest ordinal first.
func (r Rollout) elsewhere() []sts.Pod {
	var pods []sts.Pod
	for _, p := range slices.Backward(r.Set.Pods) {
		if r.Set.Ordinals().Has(p.Ordinal) && p.Revision != r.Record.Target {
			pods = append(pods, p)
		}
	}
	return pods
}

// ReturnTo says that these pods go back to a revision, or that there are none.
func ReturnTo(pods []sts.Pod, revision string) string {
	if len(pods) == 0 {
		return "wait until every pod is Available"
	}
	return fmt.Sprintf("return %s to revision %s", Names(pods), revision)
}

// Names joins the names of pods and shortens a long list.
func Names(pods []sts.Pod) string {
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
