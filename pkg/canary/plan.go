package canary

import (
	"fmt"
	"slices"
	"time"

	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// plan lists the steps of a new canary: open, each step that is not begun
// yet, and the end.
func (r Request) plan(record Record, s sts.Snapshot, open rollout.Step, begun int) (*rollout.Plan, error) {
	counts, err := record.Steps.Counts(s.Replicas())
	if err != nil {
		return nil, err
	}
	b := builder{r: r, record: record, s: s, counts: counts}
	p := b.frame("canary")
	p.Steps = append(p.Steps, open)
	for i := begun; i < len(counts); i++ {
		p.Steps = append(p.Steps, b.step(i))
	}
	p.Steps = append(p.Steps, b.finish())
	return p, nil
}

// Resume plans the rest of a canary in progress. The step that it is in is
// waited for again, and soaked for what its soak still lacks.
func Resume(r Request, record Record, s sts.Snapshot, now time.Time) (*rollout.Plan, error) {
	return rest(r, record, s, now, "canary", true)
}

// Promote plans the next step of a canary in progress, or with full all that
// are left. The gate that it was held at counts as passed.
func Promote(r Request, s sts.Snapshot, now time.Time, full bool) (*rollout.Plan, error) {
	record, err := FindRecord(s)
	if err != nil {
		return nil, err
	}
	if record == nil {
		return nil, &rollout.Refusal{
			Why: fmt.Sprintf("no canary of statefulset %q is in progress", s.Name()),
			Try: []string{"start one: " + r.command("canary", s, "--image CONTAINER=IMAGE"), "or look: " + r.command("status", s)},
		}
	}
	if record.Aborting {
		return nil, aborting(r.Command, s)
	}
	if no := refuse(s); no != nil {
		return nil, no
	}
	if no := strangers(r, *record, s); no != nil {
		return nil, no
	}
	r.Pace = Pace{}
	if !full {
		r.Pace = Pace{Gate: rollout.GateHold, Wanted: true}
	}
	return rest(r, *record, s, now, "promote", false)
}

// rest plans what is left of a canary in progress.
func rest(r Request, record Record, s sts.Snapshot, now time.Time, verb string, gated bool) (*rollout.Plan, error) {
	at, err := record.Position(s)
	if err != nil {
		return nil, err
	}
	b := builder{r: r, record: record, s: s, counts: at.Counts}
	p := b.frame(verb)
	p.Warnings = overruled(r, record)
	if at.Begun > 0 {
		again := b.step(at.Begun - 1)
		again.Title, again.Change = "check "+b.pods(at.Begun-1), nil
		again.Soak = soakLeft(record.Soak.Duration, again.Until, s, now)
		if !gated {
			again.Gate = nil
		}
		p.Steps = append(p.Steps, again)
	} else {
		p.Steps = append(p.Steps, rollout.Step{Title: "wait for the controller", Until: rollout.Observed{}})
	}
	for i := at.Begun; i < len(at.Counts); i++ {
		p.Steps = append(p.Steps, b.step(i))
	}
	p.Steps = append(p.Steps, b.finish())
	return p, nil
}

// overruled warns of flags that a canary in progress does not follow: how it
// goes was settled when it was started.
func overruled(r Request, record Record) []string {
	var out []string
	if len(r.Steps) > 0 && !slices.Equal(r.Steps, record.Steps) && !slices.Equal(r.Steps, DefaultSteps()) {
		out = append(out, fmt.Sprintf("the canary in progress goes on with its own steps, %s", record.Steps))
	}
	if soak := record.Soak.Duration; r.Soak != 0 && r.Soak != soak && r.Soak != DefaultSoak {
		out = append(out, fmt.Sprintf("the canary in progress goes on with its own soak, %s", soak))
	}
	return out
}

// soakLeft is what a soak still lacks when its pods have been Available for
// some of it already: nobody has to sit through it twice.
func soakLeft(soak time.Duration, until rollout.Condition, s sts.Snapshot, now time.Time) time.Duration {
	progress := until.Check(s, now)
	if !progress.Done {
		return soak
	}
	left := time.Duration(0)
	for _, t := range progress.Standings {
		left = max(left, soak-now.Sub(t.Since.Add(s.MinReady())))
	}
	return min(left, soak)
}

// builder makes the parts that the plans share.
type builder struct {
	r      Request
	record Record
	s      sts.Snapshot
	counts []int
}

func (b builder) frame(verb string) *rollout.Plan {
	return &rollout.Plan{
		Verb:      verb,
		Namespace: b.s.Set.Namespace,
		Name:      b.s.Name(),
		UID:       b.s.UID(),
		Title: fmt.Sprintf("%s of statefulset %s: %s in %s (%s), each soaked for %s", verb, b.s.Name(),
			sts.Count(b.s.Replicas(), "pod"), sts.Count(len(b.counts), "step"), list(b.counts), b.record.Soak.Duration),
		Details:     b.r.Details,
		Record:      Annotation,
		Patience:    b.r.Limits.Patience,
		StepTimeout: b.r.Limits.StepTimeout,
		Timeout:     b.r.Limits.Timeout,
		Promote:     b.r.command("promote", b.s),
		Resume:      b.r.command("canary", b.s),
		Abort:       b.r.command("abort", b.s),
		Success:     b.success(),
	}
}

func (b builder) success() string {
	if b.s.Replicas() == 1 {
		return fmt.Sprintf("the pod of %s is updated and Available", b.s.Name())
	}
	return fmt.Sprintf("all %d pods of %s are updated and Available", b.s.Replicas(), b.s.Name())
}

// step is step i, counted from 0. It lowers the partition and never raises it.
func (b builder) step(i int) rollout.Step {
	partition := b.s.Replicas() - b.counts[i]
	step := rollout.Step{
		Title:  "update " + b.pods(i),
		Number: i + 1,
		Of:     len(b.counts),
		Change: rollout.Partition(partition),
		Until:  rollout.PodsGood{From: b.s.Start() + partition},
		Soak:   b.record.Soak.Duration,
	}
	if b.r.Force {
		// Going ahead with unhealthy pods means to get past them as well.
		step.Free = &rollout.Free{Mode: rollout.FreeBlocker, Grace: b.r.Limits.Patience}
	}
	if b.r.Pace.Gate != "" && i+1 < len(b.counts) {
		step.Gate = &rollout.Gate{Kind: b.r.Pace.Gate, Wanted: b.r.Pace.Wanted, Next: b.pods(i + 1)}
	}
	return step
}

// finish puts the partition back and removes the record.
func (b builder) finish() rollout.Step {
	var until rollout.Condition = rollout.Observed{}
	if b.record.Partition == 0 {
		until = rollout.RolledOut{}
	}
	return rollout.Step{
		Title: "end the canary",
		Change: rollout.Edit{
			Partition:   ptr.To(b.record.Partition),
			Annotations: map[string]*string{Annotation: nil},
			Says:        fmt.Sprintf("partition %d, no record", b.record.Partition),
		},
		Until: until,
	}
}

// pods names the pods that step i adds.
func (b builder) pods(i int) string {
	done := 0
	if i > 0 {
		done = b.counts[i-1]
	}
	return b.s.PodNames(b.s.End()-b.counts[i], b.s.End()-done)
}

func list(counts []int) string {
	text := ""
	for i, n := range counts {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprint(n)
	}
	return text
}
