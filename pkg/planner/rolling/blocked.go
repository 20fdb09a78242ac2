package rolling

import (
	"fmt"
	"slices"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
)

// unblocked leaves out the steps of an undo that would come to no end: an ordered
// controller gets no further than its lowest pod that is not healthy
// (kubernetes#67250), and one that has the revision to be left gets well only once
// the gate lets it through. The first step that is left goes down to that pod, which
// the words name.
func (r Rollout) unblocked(counts []int) (left []int, words []string) {
	pod, needed := r.blocker()
	left = slices.DeleteFunc(slices.Clone(counts), func(n int) bool { return n < needed })
	if len(left) < len(counts) {
		words = []string{
			fmt.Sprintf("%s is not Ready, and the controller gets no further before it is back: the first step goes down to it", pod),
		}
	}
	return left, words
}

// blocker is the lowest pod that is in the way, and how many pods the gate lets through
// when it is among them; 0 where none is.
func (r Rollout) blocker() (pod string, needed int) {
	if r.Record.Verb != operation.VerbUndo || !r.Set.Rolls() || !r.Set.Ordered() || r.PodByPod() {
		return "", 0
	}
	for o := range r.Set.Ordinals().All() {
		pod, there := r.Set.Pod(o)
		if there && !pod.Ready && !pod.Terminating && pod.Revision != r.Record.Target {
			return pod.Name, r.Set.Ordinals().From(o).Len()
		}
	}
	return "", 0
}
