package engine

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// tell adds an event about the present step.
func (n *next) tell(e Event) {
	e.Time = n.now
	if e.Step == nil {
		e.Step = n.st.Step(n.p)
	}
	n.d.Events = append(n.d.Events, e)
}

// tellPods adds an event for each pod whose progress changed. Pods that wait
// on the old revision for their turn are no news.
func (n *next) tellPods(progress plan.Progress) {
	for i := range slices.Backward(progress.Pods) {
		t := &progress.Pods[i]
		now := string(t.State)
		if t.Trouble != nil {
			now += " " + t.Trouble.Container + " " + t.Trouble.Reason
		}
		before, known := n.st.said[t.Ordinal]
		n.st.said[t.Ordinal] = now
		fresh := !known && (t.State == sts.StateOld || t.Good())
		if now != before && !fresh {
			e := Event{Type: EventPod, Pod: t, Good: progress.Good, Want: progress.Want}
			if len(progress.Claims) > 0 { // they are what is counted
				e.Good, e.Want = 0, 0
			}
			n.tell(e)
		}
	}
}

// tellClaims adds an event for each claim that has got further on the way to another
// size. What has its size from the beginning is no news.
func (n *next) tellClaims(progress plan.Progress) {
	for i := range progress.Claims {
		c := &progress.Claims[i]
		now := string(c.Stage) + " " + c.Reason
		before, known := n.st.resized[c.Name]
		if n.st.resized[c.Name] = now; now != before && (known || c.Stage != storage.ResizeDone) {
			n.tell(Event{Type: EventResize, Resize: c, Good: progress.Good, Want: progress.Want})
		}
	}
}

// tellWait adds an event when what the run waits for changed.
func (n *next) tellWait(progress plan.Progress) {
	waits, reason := progress.Waiting, progress.Reason
	var pod *sts.PodProgress
	if waits == "" {
		if t, ok := culprit(n.s, n.p.Steps[n.st.step], progress, n.now); ok {
			waits, reason, pod = t.Pod+": "+t.Says(), t.Reason(), &t
		}
	}
	if waits != n.st.waitSaid {
		n.st.waitSaid, n.st.external = waits, progress.External
		message := waits
		if progress.External && !n.p.Scales && !n.p.ReadOnly {
			message += " (--ignore-pdb goes on without its word)"
		}
		n.tell(Event{
			Type: EventWait, Pod: pod, Message: message, Reason: reason, Good: progress.Good, Want: progress.Want,
			External: progress.External, Until: progress.Until, Halts: n.st.halts,
		})
	}
}

// What a run waits for when it is not a pod.
const (
	serverTakes = "the API server to take the change"
	watchLags   = "the watch to show the change"
)

// waitsFor is what the run waits for when it is cut short.
func (st State) waitsFor() string {
	if h := st.hooks.running; h != nil {
		return "the end of " + h.hook.Why()
	}
	switch st.phase {
	case changing:
		return cmp.Or(st.waitSaid, serverTakes)
	case soaking:
		return st.checks.waits()
	case gating:
		return "an answer"
	}
	return cmp.Or(st.waitSaid, watchLags)
}

// End is an end that Next does not decide. It says what the run was waiting for:
// nobody should have to guess where it stood.
func (st State) End(p plan.Plan, s sts.Snapshot, now time.Time, result Result, message string) *Outcome {
	n := next{p: p, st: st, s: s, now: now}
	if result == TimedOut {
		message += ", still waiting for " + st.waitsFor()
	}
	o := n.outcome(result, message)
	n.help(o)
	return o
}

// halt ends the run because of a pod.
func (n *next) halt(v *verdict) {
	n.d.End = n.outcome(Halted, v.pod+": "+v.words)
	n.d.End.Pod, n.d.End.Trouble = v.pod, &v.trouble
	n.d.Do, n.d.Ask = nil, nil
}

// outcome is an end in the present step, with the gate where it is.
func (n *next) outcome(r Result, message string) *Outcome {
	s := n.st.Present(n.s)
	o := &Outcome{Result: r, Message: message}
	if !n.p.ReadOnly && n.begun(s) {
		o.Try = n.commands(r)
		if (!n.p.Restarts() || n.p.Recreates()) && !n.p.Resizes() {
			o.Gate = gateWords(s)
			o.Open = o.Gate != "" && s.Partition() == 0 && s.Replicas() > 0
		}
	}
	if n.p.Scales && s.Exists() {
		o.Gate = ""
		// Where nobody knows whether they were lowered, no number is said.
		if edit, ok := n.st.unsure.(plan.Edit); !ok || edit.Replicas == nil {
			o.Replicas = ptr.To(s.Replicas())
		}
		o.Try = n.commands(r)
	}
	switch {
	case n.st.unsure != nil && n.p.Scales:
		o.Message += fmt.Sprintf(" (sent, but no answer came: %s)", n.st.unsure)
	case n.st.unsure != nil && o.Gate != "":
		o.Unsure = true
		o.Gate += fmt.Sprintf("; unless the write that got no answer was taken: %s", n.st.unsure)
	}
	o.Step = n.st.Step(n.p)
	return o
}

// begun reports whether there is anything to go on with: this run wrote, or
// may have, or an earlier one left its record.
func (n *next) begun(s sts.Snapshot) bool {
	_, recorded := s.Annotation(n.p.Record)
	return n.st.wrote || n.st.unsure != nil || recorded || n.p.Record == "" || n.p.Resizes() // whose claims tell
}

// watchIt is how to look on where another run has taken over.
func (n *next) watchIt() []hint.Hint {
	if _, recorded := n.s.Annotation(n.p.Record); !recorded || n.p.Watch.IsZero() {
		return nil
	}
	return []hint.Hint{n.p.Watch.Saying("watch it")}
}

// ways are what helps, each with its words.
type ways []hint.Hint

// add adds one, unless it is none.
func (w *ways) add(words string, h hint.Hint) {
	if !h.IsZero() {
		*w = append(*w, h.Saying(words))
	}
}

// stay is the way to leave a scale where it is; none where that is to go on with it.
func (n *next) stay() hint.Hint {
	stay := n.p.Stay.With(strconv.Itoa(n.s.Replicas()))
	if n.p.Stay.IsZero() || stay.Same(n.p.Resume) {
		return hint.Hint{}
	}
	return stay
}

// abort is the way back; while a set that is recreated is away there is none.
func (n *next) abort() hint.Hint {
	if n.p.Recreates() && (!n.s.Exists() || n.s.Set.DeletionTimestamp != nil) {
		return hint.Hint{}
	}
	return n.p.Abort
}

// ignorePDB has a command go on whatever budgets say.
const ignorePDB = "--ignore-pdb"

// afterFailure are the commands for a run that halted: the ways back first. What
// goes on comes last, and has to say that it is another try.
func (n *next) afterFailure() []hint.Hint {
	var out ways
	begun, moved := n.begun(n.s), n.s.Replicas() != n.p.From
	waited := n.st.external && !n.p.Scales && n.st.waitSaid != ""
	if waited && n.p.Resume.IsZero() && !n.abort().IsZero() { // the same again would wait again
		out.add("go back without the budget's word", n.abort().With(ignorePDB))
	}
	out.add("roll back", n.abort())
	if begun && (moved || !n.p.Scales) {
		out = append(out, n.p.Instead...)
	}
	if begun {
		out.add("or leave it at that", n.stay())
	}
	again := n.p.Resume
	if again.IsZero() {
		return out
	}
	if again.Again = true; begun && !n.p.Resizes() && !n.p.Recreates() {
		again = again.With(plan.RetryFlag)
	}
	if waited {
		out.add("try again without the budget's word", again.With(ignorePDB))
	}
	out.add("try again", again)
	return out
}

// commands are what helps when a run ends early.
func (n *next) commands(r Result) []hint.Hint {
	if r == Halted {
		return n.afterFailure()
	}
	var out ways
	if r == Held {
		out.add("the next step", n.p.Promote)
	} else {
		out.add("resume", n.p.Resume)
	}
	if _, recorded := n.s.Annotation(n.p.Record); recorded {
		out.add("or leave it at that", n.stay())
	}
	again := n.p.Resume
	if again.IsZero() {
		again = n.abort() // an abort goes on with itself
	}
	if n.st.external && !n.p.Scales && n.st.waitSaid != "" && !again.IsZero() {
		out.add("go on without the budget's word", again.With(ignorePDB))
	}
	out.add("roll back", n.abort())
	return out
}

// tellOperation adds an event when the operation in progress has got further, or
// another drives it.
func (n *next) tellOperation(o *plan.Operation) {
	if o == nil {
		return
	}
	if now := o.String(); now != n.st.operation {
		n.st.operation = now
		n.tell(Event{Type: EventOperation, Operation: o, Message: now})
	}
}
