package ci

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// Report is what is told a pipeline: the plans that were run, each with its
// steps and what became of them, and the end.
type Report struct {
	Command string // such as "kubectl sts canary"
	Caller  hint.Caller
	About   report.Subject
	Parts   []*Part
	Ended   time.Time
	End     engine.Outcome
}

// Part is one plan of one set.
type Part struct {
	About    report.Subject
	Title    string
	Warnings []string
	Cases    []Case
	Checks   []Case // of all steps, each as it was measured last
	Began    time.Time
	Ended    time.Time
	End      *engine.Outcome // nil while it runs

	at    map[string]int // the place of a step's case, by its ID
	batch bool           // each case has an end of its own
}

// CaseResult is what became of a step.
type CaseResult string

// The results of steps.
const (
	NotRun  CaseResult = "not run"
	Running CaseResult = "running"
	Passed  CaseResult = "done"
	Skipped CaseResult = "skipped" // something spoke against it
	Waits   CaseResult = "held"    // for somebody's word
	Broke   CaseResult = "failed"  // as the words say
)

// Case is one step.
type Case struct {
	Title  string // "step 1 of 2: update web-4"
	Result CaseResult
	Words  string // why it is not done, or not run
	Took   time.Duration
	End    engine.Result // how it broke

	alone bool // why it broke is told with it, not with the end of its plan
	began time.Time
}

// Sink takes down what one engine tells. Several may take turns.
func (p *Report) Sink() engine.Sink { return &sink{report: p} }

// sink writes down the plans of one engine after another.
type sink struct {
	report *Report
	parts  []*Part
}

// Handle notes an event.
func (s *sink) Handle(e engine.Event) {
	if e.Type == engine.EventPlan {
		part := newPart(e)
		s.parts = append(s.parts, part)
		if !part.batch || len(part.Cases) > 0 {
			s.report.Parts = append(s.report.Parts, part)
		}
		return
	}
	if len(s.parts) == 0 {
		return
	}
	part := s.parts[len(s.parts)-1]
	switch e.Type {
	case engine.EventWarning:
		part.Warnings = append(part.Warnings, report.Clean(e.Message))
	case engine.EventStep:
		part.pass(e.Time) // a step that is a part of one ends with the next
		part.begin(e.Step, e.Time)
	case engine.EventStepDone:
		part.pass(e.Time)
	case engine.EventCheck:
		part.check(e)
	case engine.EventClaim:
		part.claim(e)
	case engine.EventOutcome:
		s.end(e)
	}
}

// end notes an outcome. Its step may be of an earlier plan: when the way back
// is over, the canary has still failed.
func (s *sink) end(e engine.Event) {
	of := s.parts[len(s.parts)-1]
	for _, part := range s.parts {
		if part.find(e.Outcome.Step) >= 0 {
			of = part
		}
	}
	of.end(*e.Outcome, e.Time)
}

func newPart(e engine.Event) *Part {
	p := &Part{
		at:    map[string]int{},
		About: report.Subject{Namespace: e.Plan.Namespace, Name: cmp.Or(e.Plan.Name, e.Plan.Claim)},
		Title: report.Clean(e.Plan.Title), Began: e.Time, Ended: e.Time,
	}
	for i := range e.Plan.Steps {
		p.add(&e.Plan.Steps[i], Case{})
	}
	if p.batch = e.Batch != nil; p.batch {
		for step := range e.Batch {
			p.add(&step, Case{alone: true})
		}
	}
	return p
}

// add adds the case of a step.
func (p *Part) add(step *plan.Step, c Case) {
	c.Title, c.Result = report.Clean(report.StepName(step)+step.Title), NotRun
	if step.Number == 0 && step.Change == nil && step.Title == "" {
		c.Title = fmt.Sprintf("step %d", len(p.Cases)+1)
	}
	if _, taken := p.at[step.ID]; !taken { // those of a plan that is not run have none
		p.at[step.ID] = len(p.Cases)
	}
	p.Cases = append(p.Cases, c)
}

// find is the place of a step, -1 for nil and for one of another plan.
func (p *Part) find(step *plan.Step) int {
	if step != nil {
		if i, ok := p.at[step.ID]; ok {
			return i
		}
	}
	return -1
}

// claim notes what became of a claim of a batch.
func (p *Part) claim(e engine.Event) {
	i := p.find(e.Step)
	if i < 0 {
		return
	}
	c := &p.Cases[i]
	c.Words = report.Clean(e.Claim.Why)
	switch e.Claim.Result {
	case engine.ClaimDeleted:
		c.Result, c.Words = Passed, ""
	case engine.ClaimFailed:
		c.Result, c.End = Broke, engine.Failed
	case engine.ClaimSkipped, engine.ClaimLeft:
		c.Result = Skipped
	}
}

// check notes how a check of a step stands. What was measured before the change has no
// step, and is no test of it.
func (p *Part) check(e engine.Event) {
	if p.find(e.Step) < 0 {
		return
	}
	now := Case{
		Title: report.Clean(report.StepName(e.Step) + "check " + e.Check.Check.Name), Words: report.CheckWords(*e.Check),
		Result: Skipped, began: e.Time, alone: true,
	}
	switch e.Check.State() {
	case check.Good:
		now.Result = Passed
	case check.Failed:
		now.Result, now.End = Broke, engine.Halted
	case check.Held:
		now.Result = Waits
	case check.Measuring:
	}
	i := slices.IndexFunc(p.Checks, func(c Case) bool { return c.Title == now.Title })
	if i < 0 {
		p.Checks = append(p.Checks, now)
		return
	}
	now.began, now.Took = p.Checks[i].began, e.Time.Sub(p.Checks[i].began)
	p.Checks[i] = now
}

func (p *Part) begin(step *plan.Step, now time.Time) {
	if i := p.find(step); i >= 0 {
		p.Cases[i].Result, p.Cases[i].began = Running, now
	}
}

// running is the step that is under way, nil for none.
func (p *Part) running() *Case {
	for i := range p.Cases {
		if p.Cases[i].Result == Running {
			return &p.Cases[i]
		}
	}
	return nil
}

func (p *Part) pass(now time.Time) {
	if c := p.running(); c != nil {
		c.Result, c.Took = Passed, now.Sub(c.began)
	}
}

// end closes the plan: what was under way broke, waits or is done, and what
// comes behind it was not run.
func (p *Part) end(o engine.Outcome, now time.Time) {
	p.End, p.Ended = &o, now
	if p.batch {
		p.rest(report.Clean(o.Message))
		return
	}
	if o.Result == engine.Done {
		p.pass(now)
	}
	if c := p.ending(o); c != nil {
		own := o
		own.Step = nil // it is on its line
		c.Words, c.End = report.EndWords(own), o.Result
		if !c.began.IsZero() && c.Took == 0 {
			c.Took = now.Sub(c.began)
		}
		c.Result = Broke
		if o.Result == engine.Held {
			c.Result = Waits
		}
	}
	words := report.EndWhere(o)
	if o.Result == engine.Done {
		words = report.Clean(o.Message) // a dry run
	}
	p.rest(words)
}

// rest says why what was not run was not.
func (p *Part) rest(words string) {
	for i := range p.Cases {
		if c := &p.Cases[i]; c.Result == NotRun && c.Words == "" {
			c.Words = words
		}
	}
}

// ending is the step that an end is about, nil when none is to blame: a hold
// and a person's abort come after a step that is done.
func (p *Part) ending(o engine.Outcome) *Case {
	if c := p.running(); c != nil {
		return c
	}
	switch o.Result {
	case engine.Done, engine.Held, engine.AbortAsked:
		return nil
	}
	if i := p.find(o.Step); i >= 0 {
		return &p.Cases[i] // it broke, or was good and then did not stay so
	}
	for i := range p.Cases {
		if p.Cases[i].Result == NotRun {
			return &p.Cases[i]
		}
	}
	p.Cases = append(p.Cases, Case{Title: "end", Result: Running, alone: true})
	return &p.Cases[len(p.Cases)-1]
}

// untold reports whether the end is one that no step tells of.
func (p *Report) untold() bool {
	switch p.End.Result {
	case engine.Done, engine.Held, engine.AbortAsked:
		return false
	}
	return !slices.ContainsFunc(p.Parts, func(part *Part) bool {
		return slices.ContainsFunc(part.Cases, func(c Case) bool { return c.Result == Broke })
	})
}
