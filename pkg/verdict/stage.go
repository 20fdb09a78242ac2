package verdict

import (
	"fmt"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// phase is where a set without trouble is.
type phase int

const (
	moving phase = iota // something happens by itself
	held                // nothing does, and not all is where it should be
	there               // every pod is where the spec says
)

// stage is a phase, in words.
type stage struct {
	phase phase
	words string
}

// inProgress is the verdict on what gets there by itself.
func inProgress(words string) Verdict {
	return Verdict{Result: engine.Held, Moving: true, Message: string(StateInProgress) + ": " + words}
}

func (st stage) verdict() Verdict {
	switch st.phase {
	case held:
		return Verdict{Result: engine.Held, Message: "held: " + st.words}
	case there:
		return Verdict{Result: engine.Done, Message: "settled: " + st.words}
	default:
		return inProgress(st.words)
	}
}

// stageOf judges a set in which no trouble counts. The progress is that of
// all its pods.
func stageOf(s sts.Snapshot, progress plan.Progress, ops operation.Found) stage {
	first := ops.First()
	switch {
	case !progress.Done && first != nil && first.AtGate(s, progress):
		return stage{held, fmt.Sprintf("%s; %d of %d pods are updated", first.Says(), progress.Good, progress.Want)}
	case !progress.Done:
		st := onTheWay(s, progress)
		if st.phase == held && first != nil {
			st.words = first.Says() + "; " + st.words
		}
		return st
	case len(s.Stray()) > 0:
		return stage{moving, s.Stray()[0].Name + " is being removed"}
	case first != nil:
		return stage{held, first.Says()}
	}
	st := settled(s)
	if st.phase == there && len(ops.Unreadable) > 0 {
		return stage{held, ops.Unreadable[0].Says()}
	}
	return st
}

func onTheWay(s sts.Snapshot, progress plan.Progress) stage {
	var waiting, old, ahead []string
	for _, t := range progress.Pods {
		pod, _ := s.Pod(t.Ordinal)
		switch {
		case t.State == sts.StateOld && s.Gated(t.Ordinal) && pod.Revision == s.UpdateRevision():
			ahead = append(ahead, t.Pod)
		case t.State == sts.StateOld:
			old = append(old, t.Pod)
		case !t.Good():
			waiting = append(waiting, t.Pod+" "+t.Says())
		}
	}
	if s.OnDelete() && len(waiting) == 0 {
		return stage{held, fmt.Sprintf("strategy %s, %s to be deleted: %s", s.Strategy(), waits(len(old)), strings.Join(old, ", "))}
	}
	if len(waiting) == 0 && len(old) == 0 {
		// A partition that goes up takes nothing back.
		return stage{held, fmt.Sprintf("%s is above pods that are updated already, which the controller leaves so: %s",
			s.GateWords(), strings.Join(ahead, ", "))}
	}
	what := waiting
	if len(what) == 0 {
		what = []string{old[len(old)-1] + " is to be replaced"}
	}
	return stage{moving, fmt.Sprintf("%d/%d pods updated and available; %s", progress.Good, progress.Want, what[0])}
}

func waits(n int) string {
	if n == 1 {
		return "1 pod waits"
	}
	return fmt.Sprintf("%d pods wait", n)
}

// settled tells a set that is all there from one that a partition holds back.
func settled(s sts.Snapshot) stage {
	old := 0
	for _, p := range s.Pods {
		if p.Revision != s.UpdateRevision() {
			old++
		}
	}
	if old > 0 {
		return stage{held, fmt.Sprintf("%s keeps %d of %d pods on the old revision", s.GateWords(), old, s.Replicas())}
	}
	switch s.Replicas() {
	case 0:
		return stage{there, "it has no replicas"}
	case 1:
		return stage{there, "its pod is updated and Available"}
	}
	return stage{there, fmt.Sprintf("all %d pods are updated and Available", s.Replicas())}
}
