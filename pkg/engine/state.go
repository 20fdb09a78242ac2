package engine

import (
	"fmt"
	"maps"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/resourceversion"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// phase is where a step is.
type phase int

const (
	entering phase = iota
	changing
	waiting
	soaking
	gating
)

// State is what a run knows besides the plan and the snapshot. It is a value:
// Next takes one and returns the next one.
type State struct {
	step    int
	phase   phase
	started time.Time   // when the step began to wait, or last got further
	good    int         // pods that were good at once, the most so far in this step
	soaked  time.Time   // when the soak began
	answer  plan.Answer // what the person said at this gate
	hooks   hooks
	checks  checks // of this step

	uid        types.UID               // of the set that the run has created in the place of the plan's, "" for none
	unseen     bool                    // no snapshot has shown that one yet
	deletedSet time.Time               // when the run has deleted the set, zero where it has not
	away       time.Duration           // how long there was no set
	expected   *workload.Set           // the set as the run last left or accepted it
	wrote      bool                    // something, in this run
	unsure     plan.Change             // a write whose fate is unknown
	conflicted plan.Change             // a write that met a conflict, perhaps with itself
	deleted    types.UID               // the pod that the run deleted last
	renewed    string                  // its name
	parted     map[plan.Change]bool    // what was done with claims whose pods go next
	baseline   map[int]baseline        // pods since they were first good
	trouble    map[types.UID]time.Time // since when a pod has been in trouble
	missing    map[int]time.Time       // since when an ordinal has had no pod
	said       map[int]string          // what was last told about a pod
	resized    map[string]string       // what was last told about a claim's size
	waitSaid   string                  // what was last told about waiting
	external   bool                    // that is for a disruption budget
	blocked    map[types.UID]time.Time // since when a pod has been the blocker

	halts     time.Time // when the present wait ends the run, as things are; zero for never
	operation string    // what was last told about an operation
	memory    any       // of a condition that has one
	seen      progressSeen
}

// NewState starts a run from the snapshot that its plan was made from.
func NewState(s sts.Snapshot, now time.Time) State {
	return State{
		started:  now,
		expected: s.Set,
		baseline: map[int]baseline{},
		trouble:  map[types.UID]time.Time{},
		missing:  map[int]time.Time{},
		said:     map[int]string{},
		resized:  map[string]string{},
		blocked:  map[types.UID]time.Time{},
		parted:   map[plan.Change]bool{},
	}
}

// Begin is the state that a run starts with. One that only looks on gives
// trouble that is there already no new patience: it dates from when the pod
// ceased to be Ready. Only an OrderedReady set never frees itself of a blocker.
func Begin(p plan.Plan, s sts.Snapshot, now time.Time) State {
	st := NewState(s, now)
	if !p.ReadOnly {
		return st
	}
	for _, pod := range s.Pods {
		if pod.Trouble != nil {
			st.trouble[pod.UID] = pod.UnreadySince
		}
	}
	if pod, ok := s.Blocker(now); ok && s.Ordered() {
		st.blocked[pod.UID] = pod.UnreadySince
	}
	return st
}

// clone keeps Next pure: the maps of the state it was given stay as they are.
func (st State) clone() State {
	st.baseline = maps.Clone(st.baseline)
	st.trouble = maps.Clone(st.trouble)
	st.missing = maps.Clone(st.missing)
	st.said = maps.Clone(st.said)
	st.resized = maps.Clone(st.resized)
	st.blocked = maps.Clone(st.blocked)
	st.parted = maps.Clone(st.parted)
	st.checks = st.checks.clone()
	return st
}

// Applied tells the state that a write was taken and what the set looks like
// now; set is nil when the write was not to the set. What the answer shows
// beyond the write is somebody else's: the next snapshot tells it as drift.
func (st State) Applied(c plan.Change, set *workload.Set, now time.Time) State {
	st.unsure, st.conflicted, st.wrote = nil, nil, true
	if st.phase != changing && ofClaim(c) { // no pod has gone by it, nor has the set changed
		st.parted = maps.Clone(st.parted)
		st.parted[c] = true
		return st
	}
	st.hooks = st.hooks.taken()
	switch c := c.(type) {
	case plan.Edit:
		if set != nil {
			st.expected = c.Left(st.expected, set)
		}
	case plan.DeletePod:
		st.deleted, st.renewed, st.checks = c.UID, c.Name, st.checks.again()
		return st // no step's own change: it is what the step waits for
	case plan.DeleteSet:
		st.expected, st.deletedSet = nil, now
	case plan.CreateSet:
		if set != nil {
			st.expected, st.uid, st.unseen = set, set.UID, true
		}
		if !st.deletedSet.IsZero() {
			st.away = now.Sub(st.deletedSet)
		}
	}
	if st.phase == changing {
		st.phase, st.started = waiting, now
	}
	return st
}

// Unsure tells the state that a write may or may not have been taken: the
// answer got lost. The next snapshots tell.
func (st State) Unsure(c plan.Change) State {
	st.unsure = c
	return st
}

// Conflicted tells the state that a write met a conflict. A network may send a
// request twice: the second then conflicts with the first, and only the second is
// answered. The next snapshot tells.
func (st State) Conflicted(c plan.Change) State {
	st.conflicted = c
	return st
}

// taken is the write without an answer of its own that the snapshot shows, or nil. One
// that met a conflict counts only if it writes the record, which names the process, or
// removes it: another run may write the same partition. Whatever else somebody changed in
// the same moment shows as drift all the same.
func (st State) taken(p plan.Plan, s sts.Snapshot) plan.Change {
	edit, isEdit := st.conflicted.(plan.Edit)
	_, records := edit.Annotations[p.Record]
	switch {
	case ofGap(st.unsure) && st.unsure.Done(s):
		return st.unsure
	case ofGap(st.conflicted) && st.conflicted.Done(s):
		return st.conflicted
	case !st.Follows(p, s):
		return nil
	case st.unsure != nil && st.unsure.Done(s):
		return st.unsure
	case isEdit && p.Record != "" && records && edit.Done(s):
		return edit
	}
	return nil
}

// Answered tells the state what the person at the gate said.
func (st State) Answered(a plan.Answer) State {
	st.answer = a
	return st
}

// Step is the step that the run is in, nil behind the last.
func (st State) Step(p plan.Plan) *plan.Step {
	if st.step < len(p.Steps) {
		return &p.Steps[st.step]
	}
	return nil
}

// Wrote reports whether anything was written, in this run.
func (st State) Wrote() bool { return st.wrote }

// Halts is when the present wait ends the run, as things are; zero for never.
func (st State) Halts() time.Time { return st.halts }

// Present is what the snapshot shows, with the set as the answer to the run's own
// last write showed it where that is newer.
func (st State) Present(s sts.Snapshot) sts.Snapshot {
	if st.Stale(s) {
		s.Set = st.expected
	}
	return s
}

// Stale reports whether the snapshot shows the set as it was before the run's
// own last write: watches lag behind answers.
func (st State) Stale(s sts.Snapshot) bool {
	if st.unseen && s.UID() != st.uid {
		return true
	}
	if !s.Exists() || st.expected == nil || s.UID() != st.expected.UID {
		return false
	}
	if s.Set.Generation < st.expected.Generation {
		return true
	}
	older, err := resourceversion.CompareResourceVersion(s.Set.ResourceVersion, st.expected.ResourceVersion)
	return err == nil && older < 0
}

// A plan may delete its set and create it again. In between there is no set, and after it
// there is one of another uid, which the run follows from then on.

// Follows reports whether the snapshot shows the set that the run is about.
func (st State) Follows(p plan.Plan, s sts.Snapshot) bool {
	uid := p.UID
	if st.uid != "" {
		uid = st.uid
	}
	return s.Exists() && s.UID() == uid
}

// Gap is the change that creates the set again, where the run has deleted it, or may have,
// and has not created it yet.
func (st State) Gap(p plan.Plan) (plan.CreateSet, bool) {
	from, to := p.Gap()
	if to < 0 || st.step > to || st.step == to && st.phase > changing {
		return plan.CreateSet{}, false
	}
	_, unsure := st.unsure.(plan.DeleteSet)
	if _, conflicted := st.conflicted.(plan.DeleteSet); conflicted { // perhaps with itself
		unsure = true
	}
	gone := from < 0 || st.step > from || st.step == from && (st.phase > changing || unsure)
	create, _ := p.Steps[to].Change.(plan.CreateSet)
	return create, gone
}

// ofClaim reports whether a write is about a claim that goes with its pod.
func ofClaim(c plan.Change) bool {
	switch c.(type) {
	case plan.RetainVolume, plan.DeleteClaim:
		return true
	}
	return false
}

// ofGap reports whether a write deletes or creates the set.
func ofGap(c plan.Change) bool {
	switch c.(type) {
	case plan.DeleteSet, plan.CreateSet:
		return true
	}
	return false
}

// awayWords say how long there was no set.
func (st State) awayWords() string {
	if st.away == 0 {
		return ""
	}
	return fmt.Sprintf("; the set did not exist for %s", st.away.Round(time.Millisecond))
}
