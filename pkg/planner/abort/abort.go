// Package abort writes the plan of the way back: a canary's pods go back to the stable
// revision, a restart is stopped where it is. It is pure.
package abort

import (
	"fmt"
	"slices"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/intent"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/refuse"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/rolling"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Request is what a user wants of an abort.
type Request struct {
	intent.Run
	AtGate bool // a person at the run's own gate asks for it
	Now    time.Time
}

// Plan plans the way back to the stable revision: one pod after another, the
// highest ordinal first, each Available before the next. It is nil when no
// canary is in progress. Running it again goes on where it stopped.
func Plan(r Request, s sts.Snapshot) (*plan.Plan, error) {
	record, err := operation.FindRollout(s)
	if err != nil || record == nil {
		return nil, err
	}
	p, err := abort(r, *record, s)
	if err == nil {
		p.Warnings = append(p.Warnings, r.Beside(*record, s, r.Now)...)
	}
	return p, err
}

// way is the way back of one rollout.
type way struct {
	rolling.Rollout
	now   time.Time
	from  int  // the partition that it begins at
	again bool // an abort goes on
}

func abort(r Request, record operation.Rollout, s sts.Snapshot) (*plan.Plan, error) {
	if no := refuse.RolloutUnlessEmpty(s); no != nil {
		return nil, no
	}
	w := way{Rollout: rolling.Rollout{Run: r.Run, Set: s}, now: r.Now, from: s.PartitionFor(0), again: record.Aborting}
	w.Record = w.Driven(record)
	w.Record.Failed, w.Record.Gate = nil, nil // somebody acts on it
	// The way back must not wait for what the way there was measured by.
	w.Record.Checks = check.Record(r.Checks)
	w.Record.Runs(r.Hooks)
	if w.again {
		w.from = s.Gate() // what was let through before is not closed again
	}
	why := record.Stranger(s)
	switch {
	case record.Pods != nil:
		return w.stop(), nil
	case why != "" && record.Verb != operation.VerbCanary && !record.Aborting:
		return w.letStand(why), nil
	case record.Verb == operation.VerbUndo && !record.Aborting && !r.AtGate:
		return nil, w.forward()
	}
	return w.back(why)
}

// back takes the pods back.
func (w way) back(why string) (*plan.Plan, error) {
	p := w.frame(fmt.Sprintf("abort the %s of statefulset %s: back to revision %s",
		w.Record.Verb.Name(), w.Set.Name(), w.Record.Stable))
	p.Images = w.images()
	p.Details = slices.Concat(rolling.ImageDetail(p.Images), []string{w.goingBack()}, w.AtOnce())
	if why != "" && w.Record.OwnTemplate && !w.again {
		p.Details = append(p.Details, why+": that change is lost")
	}
	p.Success = w.returned()
	w.Record.Aborting = true
	if left := w.Set.UpdateRevision(); w.Record.Left == "" && w.Record.OwnTemplate && w.Set.Observed() && left != w.Record.Stable {
		w.Record.Left = left
	}
	steps, err := w.steps()
	if err != nil {
		return nil, err
	}
	end := w.finish()
	end.Until = w.allBack()
	p.Steps = steps
	p.Steps = append(p.Steps, end)
	return p, nil
}

// frame is the plan without its steps: to go on with it is to abort once more, and
// there is no other way.
func (w way) frame(title string) *plan.Plan {
	p := w.Frame("abort")
	p.Title = title
	p.Promote, p.Resume, p.Instead = hint.Hint{}, hint.Hint{}, nil
	p.Abort = intent.WithHooks(hint.Plugin("", "abort", w.Set.Name()), w.Hooks)
	return p
}

// forward refuses to roll out again what an undo takes away: who types abort
// may not know that it is an undo which is in progress by now, and would get
// the bad change on every pod.
func (w way) forward() *plan.Refusal {
	return &plan.Refusal{
		Why: fmt.Sprintf("an undo of statefulset %q is in progress since %s: to abort it would roll revision %s out again, "+
			"which it takes away",
			w.Set.Name(), w.Record.Started.UTC().Format(time.RFC3339), w.Record.Stable),
		Try: []hint.Hint{
			hint.Plugin("finish it", "undo", w.Set.Name()),
			intent.UndoTo("or roll that out all the same", w.Record.Stable, w.Set),
		},
	}
}

// stop ends a restart, or a replace. The pods that have been restarted are what they were,
// and those that have new claims keep them.
func (w way) stop() *plan.Plan {
	w.Counts = []int{len(w.Record.Pods)}
	verb := w.Record.Verb.Name()
	p := w.frame(fmt.Sprintf("stop the %s of statefulset %s: no other pod is deleted", verb, w.Set.Name()))
	p.Claims = false
	p.Success = fmt.Sprintf("the %s is over", verb)
	for i := range w.Set.Claims {
		if c := &w.Set.Claims[i]; c.Deleting && w.Record.Claims[c.Name] == c.UID {
			p.Warnings = append(p.Warnings, fmt.Sprintf("claim %s is being deleted already, which can't be taken back: "+
				"when %s is deleted next, it gets a new one", c.Name, w.Set.PodOf(c.Name)))
		}
	}
	p.Steps = []plan.Step{w.finish()}
	return p
}

// letStand gives a verb up whose template somebody else has changed since. What
// they set is newer, and to take it back is nobody's wish.
func (w way) letStand(why string) *plan.Plan {
	w.Record.Aborting = true
	p := w.frame(fmt.Sprintf("give the %s of statefulset %s up", w.Record.Verb.Name(), w.Set.Name()))
	p.Images = nil
	goes := "and the controller rolls it out"
	if w.Set.Opens(w.Record.Partition).Len() == 0 && !w.Set.OnDelete() {
		goes = "and waits behind the gate"
	}
	p.Details = append(w.AtOnce(), why+": that change stands, "+goes)
	p.Success = fmt.Sprintf("the %s is given up; see how the set gets on: %s", w.Record.Verb.Name(), w.Sts("watch", w.Set))
	step := w.finish()
	step.Until = plan.Observed{}
	p.Steps = []plan.Step{step}
	return p
}

// finish ends the rollout, and notes what it is that the pods were taken from.
func (w way) finish() plan.Step {
	step := w.Finish()
	edit, ok := step.Change.(plan.Edit)
	if !ok || w.Record.Verb != operation.VerbCanary || !w.Record.Aborting || w.Record.Left == "" {
		return step
	}
	note := rolling.Undone{From: w.Record.Left, To: w.Record.Stable, At: w.Record.Started, By: "abort"}
	if !w.now.IsZero() { // the record has when the canary began
		note.At = w.now.UTC().Truncate(time.Second)
	}
	edit.Annotations[rolling.UndoneAnnotation] = note.Text()
	return step
}
