package rolling

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// What is to be known of pods that are deleted to come back as they are.

// Moved says which of the pods come back at another revision than they have: a
// restart takes them to it, as anything does that deletes them.
func Moved(s sts.Snapshot, pods map[int]types.UID) []string {
	var out []string
	for _, o := range slices.Sorted(maps.Keys(pods)) {
		if pod, _ := s.Pod(o); s.Observed() && pod.Revision != s.Wanted(o) {
			out = append(out, fmt.Sprintf("%s is on revision %s and comes back at %s", pod.Name, pod.Revision, s.Wanted(o)))
		}
	}
	return out
}

// Updating says of which pod a restart would be an update, or "". One that is
// not Available may come back as it likes: that is often what it needs.
func Updating(s sts.Snapshot, pods map[int]types.UID, now time.Time) string {
	for _, o := range slices.Backward(slices.Sorted(maps.Keys(pods))) {
		if pod, _ := s.Pod(o); pod.Revision != s.Wanted(o) && pod.Available(s.MinReady(), now) {
			return fmt.Sprintf("%s would come back at revision %s, not at the one that it has", pod.Name, s.Wanted(o))
		}
	}
	return ""
}

// Held says which pod keeps the controller from recreating those that are to
// be deleted: in order, it makes none before all below are healthy.
func Held(s sts.Snapshot, pods map[int]types.UID, now time.Time) []string {
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
