package judge

import (
	"encoding/json"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/test/annotations"
)

// lastWrite is the version of the last object that the run has changed, or of its
// beginning.
func (r Run) lastWrite() uint64 {
	last := r.From
	for _, q := range r.Requests {
		if q.Taken() {
			last = max(last, q.Version)
		}
	}
	return last
}

// claim says what of a verb's promise does not hold in a world, or nothing.
type claim func(*Evidence, Run, world) string

// done are what it means that a verb has ended with 0.
var done = map[string]claim{
	"canary": onSet(canaryDone), "promote": onSet(promoteDone), "abort": onSet(abortDone), "undo": onSet(undoDone),
	"restart": onSet(restartDone), "scale": onSet(scaleDone), "hold": onSet(holdDone), "release": onSet(releaseDone),
	"recreate": recreateDone, "resize": resizeDone, "replace": onSet(replaceDone),
	"status": settled, "watch": settled, "prune-pvc": pruneDone, "restore-pvc": restoreDone,
}

// truth looks at what there is when a run has said that it is done. Only a run is
// judged beside which nobody else has done anything, and nothing has gone unseen.
func truth(e *Evidence) []Violation {
	return each(e, func(r Run) (string, bool) {
		if r.Code != 0 || r.Signal != "" || r.Act.Dry() || !r.Alone || !e.saw(r.From, r.To) {
			return "", false
		}
		holds := done[r.Act.Verb()]
		if holds == nil {
			return fmt.Sprintf("ended with 0, and nobody knows what that means of %q", r.Act.Verb()), true
		}
		// It was so at one moment at least since its last write: pods may crash later.
		what := ""
		e.once(r.lastWrite(), r.To+1, func(w world) bool {
			what = holds(e, r, w)
			return what == ""
		})
		return "ended with 0, but " + what, what != ""
	})
}

// judged is one set at the end of a run, and as it was before.
type judged struct {
	e   *Evidence
	r   Run
	w   world
	s   *appsv1.StatefulSet
	was world
	// before is the set as the run found it, and record what it found in progress.
	before *appsv1.StatefulSet
	record *rollout
}

// onSet is about the set that a run names.
func onSet(ask func(judged) string) claim {
	return func(e *Evidence, r Run, w world) string {
		j := judged{e: e, r: r, w: w, s: w.sets[r.Act.Set()], was: e.at(r.From)}
		if j.before = j.was.sets[r.Act.Set()]; j.s == nil || j.before == nil {
			return "the set is not there"
		}
		j.record = rolloutOf(j.before)
		return ask(j)
	}
}

// rolloutOf is the record of a rollout in progress, nil for none.
func rolloutOf(s *appsv1.StatefulSet) *rollout {
	text, ok := s.Annotations[annotations.Rollout]
	if !ok {
		return nil
	}
	var out rollout
	if json.Unmarshal([]byte(text), &out) != nil {
		return nil
	}
	return &out
}

// result is what the last object says of a run that went through, empty where
// nothing is known.
func (r Run) result() string {
	var last struct{ Result string }
	if json.Unmarshal([]byte(lastLine(r.Stdout)), &last) != nil {
		return ""
	}
	return last.Result
}

func without(s *appsv1.StatefulSet, annotation string) string {
	if _, ok := s.Annotations[annotation]; ok {
		return "the annotation " + annotation + " is still there"
	}
	return ""
}

func first(whats ...string) string {
	for _, what := range whats {
		if what != "" {
			return what
		}
	}
	return ""
}

// settled is about the set that a run names, or about all.
func settled(_ *Evidence, r Run, w world) string {
	for name, s := range w.sets {
		if only := r.Act.Set(); only != "" && name != only {
			continue
		}
		what := first(without(s, annotations.Rollout), without(s, annotations.Scale), without(s, annotations.Hold),
			without(s, annotations.Recreate), w.updated(s))
		if what != "" {
			return what
		}
	}
	if only := r.Act.Set(); only != "" && w.sets[only] == nil {
		return "the set is not there"
	}
	return ""
}

func holdDone(j judged) string {
	switch {
	case j.s.Annotations[annotations.Hold] == "":
		return "there is no record of the hold"
	case !onDelete(j.s) && partition(j.s) != closedPartition:
		return fmt.Sprintf("the partition is %d", partition(j.s))
	}
	return ""
}

func releaseDone(j judged) string {
	if what := without(j.s, annotations.Hold); what != "" {
		return what
	}
	var hold struct{ Partition int }
	text, held := j.before.Annotations[annotations.Hold]
	if !held || onDelete(j.s) || json.Unmarshal([]byte(text), &hold) != nil {
		return ""
	}
	// What somebody else has set since then is left.
	want := partition(j.before)
	if want == closedPartition {
		want = hold.Partition
	}
	if partition(j.s) != want {
		return fmt.Sprintf("the partition is %d, and was to be %d", partition(j.s), want)
	}
	// What waited behind the gate has rolled out.
	return j.w.let(j.s)
}
