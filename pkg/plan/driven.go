package plan

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// The conditions of steps whose pods the engine deletes itself.

// PodsUpdated holds when so many pods, whichever they are, carry the update
// revision and are Available, and none is on its way. It is for sets whose
// strategy is OnDelete.
type PodsUpdated struct {
	Count int `json:"count"`
}

// Check looks at each ordinal.
func (c PodsUpdated) Check(s sts.Snapshot, now time.Time) Progress {
	p := Progress{Want: min(c.Count, s.Replicas())}
	if !s.Observed() {
		return (Observed{}).Check(s, now)
	}
	moved := 0
	for o := range s.Ordinals().All() {
		t := s.PodProgress(o, s.UpdateRevision(), now)
		p.add(t)
		if t.State != sts.StateOld {
			moved++
		}
	}
	p.Done = p.Good >= p.Want && p.Good == moved
	return p
}

func (c PodsUpdated) String() string {
	return fmt.Sprintf("%s on the revision wanted and Available", pods(c.Count))
}

func pods(n int) string {
	if n == 1 {
		return "1 pod is"
	}
	return fmt.Sprintf("%d pods are", n)
}

// PodsRestarted holds when each of these ordinals has another pod than the one
// named here, and every pod is Available. Which revision they are on is not its
// business: a change may wait for other pods, and must go on waiting.
type PodsRestarted struct {
	Pods map[int]types.UID `json:"pods"`
	// Alone leaves out of account whether the other pods are Available.
	Alone bool `json:"alone,omitempty"`
}

// Check looks at each ordinal. One that the set no longer has is left out.
func (c PodsRestarted) Check(s sts.Snapshot, now time.Time) Progress {
	if !s.Observed() {
		return (Observed{}).Check(s, now)
	}
	var p Progress
	good := true
	for o := range s.Ordinals().All() {
		was, wanted := c.Pods[o]
		if !wanted && c.Alone {
			continue
		}
		t := s.PodProgress(o, "", now)
		if pod, ok := s.Pod(o); wanted && ok && pod.UID == was && !pod.Terminating {
			t.State, t.Due, t.GoodAt = sts.StateOld, true, time.Time{}
		}
		p.add(t)
		good = good && t.Good()
		if wanted {
			p.Want++
		} else if t.Good() {
			p.Good-- // it only has to stay what it is
		}
	}
	p.Done = good
	return p
}

// About reports whether the pod is to be restarted.
func (c PodsRestarted) About(ordinal int) bool {
	_, wanted := c.Pods[ordinal]
	return wanted
}

func (c PodsRestarted) String() string {
	ordinals := slices.Sorted(maps.Keys(c.Pods))
	if len(ordinals) == 1 {
		return fmt.Sprintf("the pod of ordinal %d is a new one and Available", ordinals[0])
	}
	return fmt.Sprintf("the pods of %d ordinals are new ones and Available", len(ordinals))
}
