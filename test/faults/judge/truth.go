package judge

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
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

// truth looks at the set when a run has said that it is done. Only a run is
// judged beside which nobody else has done anything.
func truth(e *Evidence) []Violation {
	return each(e, func(r Run) (string, bool) {
		if r.Code != 0 || r.Signal != "" || r.Act.Dry() || !r.Alone {
			return "", false
		}
		claims, ok := map[string]func(*Evidence, Run, world, *appsv1.StatefulSet) string{
			"canary": canaryDone, "promote": promoteDone, "abort": abortDone, "undo": undoDone, "restart": restartDone,
			"scale": scaleDone, "hold": holdDone, "release": releaseDone, "status": settled, "watch": settled,
		}[r.Act.Verb()]
		if !ok {
			return "", false
		}
		// It was so at one moment at least since its last write: pods may crash later.
		what := "the set is not there"
		e.once(r.lastWrite(), r.To+1, func(w world) bool {
			if s := w.sets[r.Act.Set()]; s != nil {
				what = claims(e, r, w, s)
			}
			return what == ""
		})
		return "ended with 0, but " + what, what != ""
	})
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

// image is what a canary was to roll out.
func (r Run) image() string { return strings.TrimPrefix(r.Act.Flag("image"), "app=") }

func imageOf(p *corev1.Pod) string { return p.Spec.Containers[0].Image }

// allReady says which pods are not as the set wants them.
func (w world) allReady(s *appsv1.StatefulSet) string {
	if names := w.unready(s); len(names) > 0 {
		return fmt.Sprintf("%s is not Ready", names[0])
	}
	if names := w.beyond(s); len(names) > 0 {
		return fmt.Sprintf("%s is still there", names[0])
	}
	return ""
}

// oneRevision says so where pods of a set differ.
func (w world) oneRevision(s *appsv1.StatefulSet) string {
	if all := w.revisions(s); len(all) > 1 {
		return fmt.Sprintf("pods are at revisions %v", all)
	}
	return ""
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

func canaryDone(_ *Evidence, r Run, w world, s *appsv1.StatefulSet) string {
	if r.result() == "held" || r.Act.Flag("hold") == "" && r.Act.Has("hold") {
		return w.let(s)
	}
	for o := start(s); o < start(s)+replicas(s) && r.image() != "" && s.Annotations[holdRecord] == ""; o++ {
		if p := w.pods[podName(s, o)]; p != nil && imageOf(p) != r.image() {
			return fmt.Sprintf("%s has image %s", p.Name, imageOf(p))
		}
	}
	return first(w.allReady(s), without(s, rolloutRecord))
}

// let says which of the pods that the gate lets through is not Ready.
func (w world) let(s *appsv1.StatefulSet) string {
	for o := start(s) + partition(s); o < start(s)+replicas(s) && !onDelete(s); o++ {
		if name := podName(s, o); !ready(w.pods[name]) {
			return name + " is not Ready"
		}
	}
	return ""
}

func promoteDone(_ *Evidence, r Run, w world, s *appsv1.StatefulSet) string {
	if s.Annotations[rolloutRecord] != "" && r.Act.Has("full") {
		return "the canary is still in progress"
	}
	if s.Annotations[rolloutRecord] != "" {
		return w.let(s)
	}
	return w.allReady(s)
}

func abortDone(e *Evidence, r Run, w world, s *appsv1.StatefulSet) string {
	before := e.at(r.From).sets[s.Name]
	if before == nil || before.Annotations[rolloutRecord] == "" {
		return ""
	}
	var record struct {
		rollout
		Pods map[string]string `json:"pods"`
	}
	if json.Unmarshal([]byte(before.Annotations[rolloutRecord]), &record) != nil {
		return ""
	}
	if record.Pods != nil || record.Verb != "" {
		return without(s, rolloutRecord) // it is stopped where it is
	}
	return first(without(s, rolloutRecord), w.allReady(s), w.oneRevision(s))
}

func undoDone(_ *Evidence, _ Run, w world, s *appsv1.StatefulSet) string {
	return first(without(s, rolloutRecord), w.allReady(s), w.oneRevision(s))
}

func restartDone(e *Evidence, r Run, w world, s *appsv1.StatefulSet) string {
	was := e.at(r.From)
	if before := was.sets[s.Name]; before == nil || before.Annotations[rolloutRecord] != "" {
		return first(without(s, rolloutRecord), w.allReady(s)) // it goes on
	}
	only := r.Act.Flag("ordinals")
	for o := start(s); o < start(s)+replicas(s); o++ {
		if only != "" && only != strconv.Itoa(o) {
			continue
		}
		old, now := was.pods[podName(s, o)], w.pods[podName(s, o)]
		if old != nil && now != nil && old.UID == now.UID {
			return now.Name + " is still the same pod"
		}
		if only != "" && !ready(now) {
			return podName(s, o) + " is not Ready"
		}
	}
	if only != "" {
		return without(s, rolloutRecord) // the others are none of its business
	}
	return first(without(s, rolloutRecord), w.allReady(s))
}

func holdDone(_ *Evidence, _ Run, _ world, s *appsv1.StatefulSet) string {
	switch {
	case s.Annotations[holdRecord] == "":
		return "there is no record of the hold"
	case !onDelete(s) && partition(s) != closedPartition:
		return fmt.Sprintf("the partition is %d", partition(s))
	}
	return ""
}

func releaseDone(_ *Evidence, _ Run, _ world, s *appsv1.StatefulSet) string {
	return without(s, holdRecord)
}

func settled(_ *Evidence, _ Run, w world, s *appsv1.StatefulSet) string {
	return first(without(s, rolloutRecord), without(s, holdRecord), w.allReady(s))
}
