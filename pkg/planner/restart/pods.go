package restart

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/health"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/refuse"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Pods plans a restart of some pods by deleting them, one after
// another, each Available before the next. They come back as they are.
func Pods(r Request, ordinals []int, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	if no := refuse.Rollout(s); no != nil {
		return nil, no
	}
	pods := map[int]types.UID{}
	for _, o := range ordinals {
		if no := refuse.Ordinal(o, s); no != nil {
			return nil, no
		}
		if pod, ok := s.Pod(o); ok { // one that is missing is on its way already
			pods[o] = pod.UID
		}
	}
	if no := refuse.Pods(r.Order, s); no != nil {
		return nil, no
	}
	if len(pods) == 0 {
		return nil, refuse.Unsettled(s, "none of these pods is there: there is nothing to restart")
	}
	rollout := r.rollout(s, now)
	if no := rollout.RefuseUnless(cmp.Or(health.Unhealthy(s, ordinals, now), updating(s, pods, now))); no != nil {
		return nil, no
	}
	rollout.Record.Pods, rollout.Counts = pods, []int{len(pods)}
	p := rollout.Frame("restart")
	p.Details = slices.Concat(p.Details, moved(s, pods), held(s, pods, now))
	p.Steps = []plan.Step{rollout.Note("note which pods are to be restarted"), rollout.Whole(0), rollout.Finish()}
	return p, nil
}

// moved says which of the pods come back at another revision than they have: a
// restart takes them to it, as anything does that deletes them.
func moved(s sts.Snapshot, pods map[int]types.UID) []string {
	var out []string
	for _, o := range slices.Sorted(maps.Keys(pods)) {
		if pod, _ := s.Pod(o); s.Observed() && pod.Revision != s.Wanted(o) {
			out = append(out, fmt.Sprintf("%s is on revision %s and comes back at %s", pod.Name, pod.Revision, s.Wanted(o)))
		}
	}
	return out
}

// updating says of which pod a restart would be an update, or "". One that is
// not Available may come back as it likes: that is often what it needs.
func updating(s sts.Snapshot, pods map[int]types.UID, now time.Time) string {
	for _, o := range slices.Backward(slices.Sorted(maps.Keys(pods))) {
		if pod, _ := s.Pod(o); pod.Revision != s.Wanted(o) && pod.Available(s.MinReady(), now) {
			return fmt.Sprintf("%s would come back at revision %s, not at the one that it has", pod.Name, s.Wanted(o))
		}
	}
	return ""
}

// held says which pod keeps the controller from recreating those that are to
// be restarted: in order, it makes none before all below are healthy.
func held(s sts.Snapshot, pods map[int]types.UID, now time.Time) []string {
	if !s.Ordered() {
		return nil
	}
	for o := range s.Ordinals().All() {
		t := s.PodProgress(o, "", now)
		if _, restarts := pods[o]; !restarts && !t.Good() && len(above(pods, o)) > 0 {
			return []string{fmt.Sprintf("%s is %s: the controller recreates no pod above it before it is Available", t.Pod, t.Says())}
		}
	}
	return nil
}

func above(pods map[int]types.UID, ordinal int) []int {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(pods)), func(o int) bool { return o < ordinal })
}
