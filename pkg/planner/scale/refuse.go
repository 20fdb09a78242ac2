package scale

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/intent"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// refuse checks what no scale can begin with.
func (r Request) refuse(s sts.Snapshot, record *operation.Scale, now time.Time) error {
	if s.Set.DeletionTimestamp != nil {
		return &plan.Refusal{Why: fmt.Sprintf("statefulset %q is being deleted", s.Name())}
	}
	// A scale that goes on was asked for with the replicas that it began with.
	if r.Current != nil && s.Replicas() != *r.Current && (record == nil || record.From != *r.Current) {
		return &plan.Refusal{
			Why: fmt.Sprintf("statefulset %q has %s, not the %d of --current-replicas",
				s.Name(), sts.Count(s.Replicas(), "replica"), *r.Current),
		}
	}
	open, err := operation.FindRollout(s)
	if err != nil {
		return err
	}
	if open != nil {
		return r.busy(open, s)
	}
	if no := r.failed(s, record); no != nil {
		return no
	}
	if no := r.driven(s, record); no != nil {
		return no
	}
	if no := r.without(s, record); no != nil {
		return no
	}
	if r.Force {
		return nil
	}
	if why := r.forgets(s); why != "" {
		first := hint.Words("end the rollout first, or set the partition to 0")
		if hold, err := operation.FindHold(s); err == nil && hold != nil {
			first = hint.Plugin("release the set first, which rolls the change out", "release", s.Name())
		}
		return &plan.Refusal{Why: why, Try: []hint.Hint{first, hint.Words("go ahead all the same with --force")}}
	}
	if why := r.unwell(s, now); why != "" {
		return &plan.Refusal{Why: fmt.Sprintf("statefulset %q is not settled: %s", s.Name(), why), Try: []hint.Hint{
			hint.Plugin("see what is the matter", "status", s.Name()), hint.Words("go ahead all the same with --force"),
		}}
	}
	return nil
}

// without refuses to take further pods away without the commands that the scale began
// with. In place of the one before each pod a command that does nothing may be given. No
// such command steps down: the pod would wait for another one to lead.
func (r Request) without(s sts.Snapshot, record *operation.Scale) error {
	if record == nil || r.To >= s.Replicas() {
		return nil
	}
	missing := record.Missing(r.Hooks)
	if len(missing) == 0 {
		return nil
	}
	other := record.Leave(s)
	if len(missing) == 1 && operation.SameMoment(missing[0], operation.BeforeCmd) {
		other = hint.Words("or let them go without: --" + operation.BeforeCmd + " true")
	}
	return &plan.Refusal{
		Why: fmt.Sprintf("this scale was begun with --%s, and the other pods would go without", strings.Join(missing, " and --")),
		Try: []hint.Hint{
			record.WithHooks(hint.Plugin("give the commands again", "scale", s.Name(), "--replicas", strconv.Itoa(r.To))),
			other,
		},
	}
}

// busy refuses while another verb's rollout is in progress: a scale-down takes
// its pods first, and one to 0 makes the controller forget the stable revision.
func (r Request) busy(open *operation.Rollout, s sts.Snapshot) error {
	why := fmt.Sprintf("%s of statefulset %q is in progress: a scale-down would take the pods that it has updated first",
		open.Verb.Noun(), s.Name())
	if r.To == 0 {
		why = fmt.Sprintf("%s of statefulset %q is in progress, and at 0 replicas the controller forgets the revision to go back to",
			open.Verb.Noun(), s.Name())
	}
	finish := hint.Plugin("finish it", "promote", s.Name(), "--full")
	if open.Verb != operation.VerbCanary {
		finish = hint.Plugin("finish it", open.Verb.Name(), s.Name())
	}
	back := hint.Plugin("or take it back", "abort", s.Name())
	return &plan.Refusal{Why: why, Try: intent.WatchFirst(r.Other, s, finish, back)}
}

// driven refuses to go on with a scale that another process drives. To another
// number of replicas is another matter: it may be the way back.
func (r Request) driven(s sts.Snapshot, record *operation.Scale) error {
	if record == nil || r.Other == nil || !r.Other.Alive || r.TakeOver || r.To != record.To {
		return nil
	}
	return &plan.Refusal{
		Why: fmt.Sprintf("the scale of statefulset %q from %d to %d is driven by %s (process %d, which is running)",
			s.Name(), record.From, record.To, sts.Clean(r.Other.Driver.String()), r.Other.Driver.Process),
		Try: intent.GoOnInItsPlace(s),
	}
}

// forgets says what is lost at 0 replicas, or "".
func (r Request) forgets(s sts.Snapshot) string {
	if r.To > 0 || s.Replicas() == 0 || s.OnDelete() || s.Partition() == 0 || s.CurrentRevision() == s.UpdateRevision() {
		return ""
	}
	return fmt.Sprintf("%s of statefulset %q holds a change back, and at 0 replicas the controller forgets the revision %s "+
		"that the other pods have", s.GateWords(), s.Name(), s.CurrentRevision())
}

// unwell says what is the matter with a pod that stays, or "". One that is only
// on its way is waited for by the run.
func (r Request) unwell(s sts.Snapshot, now time.Time) string {
	var why []string
	for o := range s.Ordinals().Slice(0, min(s.Replicas(), r.To)).All() {
		t := s.PodProgress(o, "", now)
		since := t.Since
		if t.Trouble == nil || t.State == sts.StateMissing || t.Trouble.Grace == sts.AtDeadline {
			continue
		}
		if t.Trouble.Grace == sts.AtOnce || !now.Before(since.Add(t.Trouble.Patience(r.Limits.Patience, r.Limits.Placing))) {
			why = append(why, t.Pod+" is "+t.Says())
		}
	}
	if len(why) > 0 {
		return strings.Join(why, "; ")
	}
	return unfinished(s)
}

// unfinished says which pod a rollout has still to replace, or "". With
// OnDelete that is somebody else's choice.
func unfinished(s sts.Snapshot) string {
	if s.OnDelete() || !s.Observed() {
		return ""
	}
	for o := range s.Ordinals().All() {
		if pod, ok := s.Pod(o); ok && pod.Revision != s.Wanted(o) {
			return fmt.Sprintf("a rollout is not over: %s is on another revision than wanted", pod.Name)
		}
	}
	return ""
}
