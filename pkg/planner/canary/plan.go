package canary

import (
	"fmt"
	"slices"
	"time"

	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// plan lists the steps of a new rollout: open, each step that is not begun
// yet, and the end. from is the partition that the steps begin at.
func (r Request) plan(record operation.Rollout, s sts.Snapshot, open plan.Step, from, begun int) (*plan.Plan, error) {
	counts, err := record.Steps.Counts(s.Replicas())
	if err != nil {
		return nil, err
	}
	b := builder{r: r, record: record, s: s, counts: counts, from: from}
	p := b.frame(record.Verb.Name())
	p.Steps = append(p.Steps, open)
	for i := begun; i < len(counts); i++ {
		p.Steps = append(p.Steps, b.steps(i)...)
	}
	p.Steps = append(p.Steps, b.finish())
	return p, nil
}

// Resume plans the rest of a canary in progress. The step that it is in is
// waited for again, and soaked for what its soak still lacks.
func Resume(r Request, record operation.Rollout, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	return rest(r, record, s, now, record.Verb.Name(), true)
}

// Promote plans the next step of a canary in progress, or with full all that
// are left. The gate that it was held at counts as passed.
func Promote(r Request, s sts.Snapshot, now time.Time, full bool) (*plan.Plan, error) {
	record, err := operation.FindRollout(s)
	if err != nil {
		return nil, err
	}
	if record == nil {
		return nil, &plan.Refusal{
			Why: fmt.Sprintf("no canary of statefulset %q is in progress", s.Name()),
			Try: []string{"start one: " + r.command("canary", s, "--image", "CONTAINER=IMAGE"), "or look: " + r.command("status", s)},
		}
	}
	if record.Aborting {
		return nil, aborting(r, *record, s)
	}
	if no := refuse(s); no != nil {
		return nil, no
	}
	if no := strangers(r, *record, s); no != nil {
		return nil, no
	}
	if no := failed(r, *record, s); no != nil {
		return nil, no
	}
	if no := elsewhere(r, *record, s); no != nil {
		return nil, no
	}
	r.Pace = Pace{}
	if !full {
		r.Pace = Pace{Gate: plan.GateHold, Wanted: true}
	}
	// Of what failed, the very step is measured once more, and its gate holds.
	return rest(r, *record, s, now, "promote", record.Failure(s) != nil)
}

// rest plans what is left of a canary in progress.
func rest(r Request, record operation.Rollout, s sts.Snapshot, now time.Time, verb string, gated bool) (*plan.Plan, error) {
	at, err := record.Position(s)
	if err != nil {
		return nil, err
	}
	retries := record.Failure(s) != nil
	anew := r.Retry || retries
	if record.Failed = nil; record.Gate != nil {
		record.Gate = ptr.To(s.Partition())
	}
	warnings := append(overruled(r, record), beside(r, record, s, now)...)
	record = record.DrivenBy(r.driver(), r.Manager)
	b := builder{r: r, record: record, s: s, counts: at.Counts, from: s.Gate()}
	p := b.frame(verb)
	p.Warnings = warnings
	if retries {
		p.Steps = append(p.Steps, b.retry())
	}
	if at.Begun == 0 && b.stays() {
		p.Steps = append(p.Steps, b.stay()...)
		return p, nil
	}
	switch half, ok := b.half(at.Begun); {
	case ok:
		p.Steps = append(p.Steps, half)
	case at.Begun > 0:
		again := b.whole(at.Begun - 1)
		again.Title, again.Change, again.Disrupts = "check "+b.pods(at.Begun-1), nil, nil
		if !anew {
			again.Soak = record.SoakLeft(again.Until, s, now)
		}
		if begun := s.OnDelete() && record.LetThrough(s) > at.Counts[at.Begun-1]; begun || !gated {
			again.Gate = nil // somebody has let the next one go already
		}
		p.Steps = append(p.Steps, again)
	default:
		p.Steps = append(p.Steps, plan.Step{Title: "wait for the controller", Until: plan.Observed{}})
	}
	for i := at.Begun; i < len(at.Counts); i++ {
		p.Steps = append(p.Steps, b.steps(i)...)
	}
	p.Steps = append(p.Steps, b.finish())
	if !retries && b.waits(p.Steps[0], now) {
		p.Steps = slices.Insert(p.Steps, 0, b.noteDriver())
	}
	return p, nil
}

// waits reports whether this first step takes its time before anything is written.
func (b builder) waits(first plan.Step, now time.Time) bool {
	asks := first.Gate != nil && first.Gate.Kind == plan.GateAsk
	return b.record.Driver != nil && (asks || first.Soak > 0 || !first.Until.Check(b.s, now).Done)
}

// noteDriver tells others who drives from now on.
func (b builder) noteDriver() plan.Step {
	return plan.Step{
		Title:  "note who drives",
		Change: plan.Edit{Annotations: map[string]*string{sts.RolloutAnnotation: b.record.Text()}, Says: "record"},
		Until:  plan.Observed{},
	}
}

// overruled warns of flags that a canary in progress does not follow: how it
// goes was settled when it was started.
func overruled(r Request, record operation.Rollout) []string {
	var out []string
	if r.Given.Steps && !slices.Equal(r.Steps.Open(), record.Steps.Open()) {
		out = append(out, fmt.Sprintf("the %s in progress goes on with its own steps, %s", record.Verb.Name(), record.Steps))
	}
	if soak := record.Soak.Duration; r.Given.Soak && r.Soak != soak {
		out = append(out, fmt.Sprintf("the %s in progress goes on with its own soak, %s", record.Verb.Name(), soak))
	}
	return out
}
