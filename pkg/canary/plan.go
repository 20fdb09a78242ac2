package canary

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// plan lists the steps of a new rollout: open, each step that is not begun
// yet, and the end. from is the partition that the steps begin at.
func (r Request) plan(record Record, s sts.Snapshot, open rollout.Step, from, begun int) (*rollout.Plan, error) {
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
func Resume(r Request, record Record, s sts.Snapshot, now time.Time) (*rollout.Plan, error) {
	return rest(r, record, s, now, record.Verb.Name(), true)
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
		return nil, aborting(r.Command, *record, s)
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
	b := builder{r: r, record: record, s: s, counts: at.Counts, from: s.Partition()}
	p := b.frame(verb)
	p.Warnings = overruled(r, record)
	if at.Begun > 0 {
		again := b.whole(at.Begun - 1)
		again.Title, again.Change, again.Disrupts = "check "+b.pods(at.Begun-1), nil, nil
		again.Soak = soakLeft(record.Soak.Duration, again.Until, s, now)
		if !gated {
			again.Gate = nil
		}
		p.Steps = append(p.Steps, again)
	} else {
		p.Steps = append(p.Steps, rollout.Step{Title: "wait for the controller", Until: rollout.Observed{}})
	}
	for i := at.Begun; i < len(at.Counts); i++ {
		p.Steps = append(p.Steps, b.steps(i)...)
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
	from   int // the partition that the steps begin at
}

func (b builder) frame(verb string) *rollout.Plan {
	return &rollout.Plan{
		Verb:        verb,
		Namespace:   b.s.Set.Namespace,
		Name:        b.s.Name(),
		UID:         b.s.UID(),
		Title:       b.title(verb),
		Details:     b.r.Details,
		Record:      Annotation,
		Patience:    b.r.Limits.Patience,
		StepTimeout: b.r.Limits.StepTimeout,
		Timeout:     b.r.Limits.Timeout,
		Promote:     b.r.command("promote", b.s),
		Resume:      b.r.command(b.record.Verb.Name(), b.s),
		Abort:       b.backCommand(),
		Success:     b.success(),
	}
}

// backCommand is the way back to stable; an undo and a restart have none that
// anybody would want.
func (b builder) backCommand() string {
	if b.record.Verb != VerbCanary {
		return ""
	}
	return b.r.command("abort", b.s)
}

func (b builder) title(verb string) string {
	title := fmt.Sprintf("%s of statefulset %s: %s", verb, b.s.Name(), sts.Count(b.s.Replicas(), "pod"))
	if b.record.Pods != nil {
		return fmt.Sprintf("%s of statefulset %s: %s, soaked for %s", verb, b.s.Name(), b.pods(0), b.record.Soak.Duration)
	}
	if len(b.counts) == 1 && b.record.Verb != VerbCanary {
		return fmt.Sprintf("%s, soaked for %s", title, b.record.Soak.Duration)
	}
	return fmt.Sprintf("%s in %s (%s), each soaked for %s", title, sts.Count(len(b.counts), "step"), list(b.counts), b.record.Soak.Duration)
}

func (b builder) success() string {
	if n := len(b.record.Pods); n > 0 {
		return fmt.Sprintf("%s of %s restarted and Available", sts.Count(n, "pod"), b.s.Name())
	}
	done := map[Verb]string{VerbCanary: "updated", VerbUndo: "back", VerbRestart: "restarted"}[b.record.Verb]
	if b.s.Replicas() == 1 {
		return fmt.Sprintf("the pod of %s is %s and Available", b.s.Name(), done)
	}
	return fmt.Sprintf("all %d pods of %s are %s and Available", b.s.Replicas(), b.s.Name(), done)
}

// guarded reports whether a PodDisruptionBudget has a say.
func (b builder) guarded() bool { return len(b.s.Budgets) > 0 && !b.record.IgnorePDB && !b.r.IgnorePDB }

// steps are step i, counted from 0. Where a budget has a say the controller
// gets one pod at a time: by itself it would not ask.
func (b builder) steps(i int) []rollout.Step {
	whole := b.whole(i)
	to := b.s.Replicas() - b.counts[i]
	if !b.guarded() || b.driven() {
		return []rollout.Step{whole}
	}
	var steps []rollout.Step
	for partition := min(b.from, b.s.Replicas()-b.before(i)) - 1; partition > to; partition-- {
		if pod, ok := b.s.Pod(b.s.Start() + partition); !ok || pod.Revision != b.record.Target {
			steps = append(steps, b.part(whole, partition))
		}
	}
	if b.from > to {
		whole.Disrupts = []int{b.s.Start() + to}
		if b.counts[i]-b.before(i) > 1 {
			whole.Title = b.verb() + " " + b.s.PodName(b.s.Start()+to)
		}
	}
	return append(steps, whole)
}

// part is one pod of a step.
func (b builder) part(whole rollout.Step, partition int) rollout.Step {
	ordinal := b.s.Start() + partition
	return rollout.Step{
		Title: b.verb() + " " + b.s.PodName(ordinal), Number: whole.Number, Of: whole.Of, Part: true,
		Change: rollout.Partition(partition), Disrupts: []int{ordinal},
		Until: rollout.PodsGood{From: ordinal}, Free: whole.Free,
	}
}

// whole is step i at once. It lowers the partition and never raises it, or
// where there is none deletes pods.
func (b builder) whole(i int) rollout.Step {
	partition := b.s.Replicas() - b.counts[i]
	step := rollout.Step{
		Title:  b.verb() + " " + b.pods(i),
		Number: i + 1,
		Of:     len(b.counts),
		Soak:   b.record.Soak.Duration,
	}
	switch {
	case b.record.Pods != nil:
		step.Until = rollout.PodsRestarted{Pods: b.record.Pods, Alone: b.r.Force}
		step.Free = &rollout.Free{Mode: rollout.FreeRestart, Order: b.record.Order, Budgets: b.guarded()}
	case b.s.OnDelete():
		step.Until = rollout.PodsUpdated{Count: b.counts[i]}
		step.Free = &rollout.Free{Mode: rollout.FreeEach, Order: b.record.Order, Budgets: b.guarded()}
	default:
		step.Change = rollout.Partition(partition)
		step.Until = rollout.PodsGood{From: b.s.Start() + partition}
		step.Free = b.free()
	}
	if len(b.counts) == 1 && b.record.Verb != VerbCanary {
		step.Number, step.Of = 0, 0 // there is nothing to count
	}
	if b.record.Verb == VerbUndo && len(b.counts) == 1 && !b.driven() {
		step.Title = returnTo(b.elsewhere(), b.record.Target)
		if !b.guarded() {
			step.Change = nil // the gate was opened with the template
		}
	}
	if b.r.Pace.Gate != "" && i+1 < len(b.counts) {
		step.Gate = &rollout.Gate{Kind: b.r.Pace.Gate, Wanted: b.r.Pace.Wanted, Next: b.pods(i + 1)}
	}
	return step
}

// free is for a pod that the controller would wait for without end. A canary
// leaves it to the user, unless it is to go ahead with unhealthy pods: then
// it has to get past them as well.
func (b builder) free() *rollout.Free {
	if !b.r.Force && b.record.Verb != VerbUndo {
		return nil
	}
	return &rollout.Free{Mode: rollout.FreeBlocker, Grace: b.r.Limits.Patience, Budgets: b.guarded()}
}

// driven reports whether it is not the controller that replaces the pods.
func (b builder) driven() bool { return b.record.Pods != nil || b.s.OnDelete() }

func (b builder) verb() string {
	if b.record.Verb == VerbCanary {
		return "update"
	}
	return map[Verb]string{VerbUndo: "return", VerbRestart: "restart"}[b.record.Verb]
}

// finish puts the partition back and removes the record.
func (b builder) finish() rollout.Step {
	edit := rollout.Edit{
		Partition:   ptr.To(b.record.Partition),
		Annotations: map[string]*string{Annotation: nil},
		Says:        fmt.Sprintf("partition %d, no record", b.record.Partition),
	}
	if b.record.Verb == VerbUndo && !b.record.Aborting {
		edit.Annotations[UndoneAnnotation] = b.noteUndone()
	}
	var until rollout.Condition = rollout.Observed{}
	switch {
	case b.driven():
		edit.Partition, edit.Says = nil, "no record"
	case b.record.Partition == 0:
		until = rollout.RolledOut{}
	}
	return rollout.Step{Title: "end the " + b.record.Verb.Name(), Change: edit, Until: until}
}

// before is how many pods the steps before step i update.
func (b builder) before(i int) int {
	if i == 0 {
		return 0
	}
	return b.counts[i-1]
}

// pods names the pods that step i adds. Where the run deletes them it is those
// whose turn it would be as things stand.
func (b builder) pods(i int) string {
	if !b.driven() {
		return b.s.PodNames(b.s.End()-b.counts[i], b.s.End()-b.before(i))
	}
	left := b.left()
	done := b.s.Replicas() - len(left)
	if b.record.Pods != nil {
		done = b.counts[i] - len(left)
	}
	from, to := max(0, b.before(i)-done), max(0, b.counts[i]-done)
	if from >= to {
		return sts.Count(b.counts[i]-b.before(i), "pod")
	}
	return names(left[from:to])
}

// left are the pods that are still to be replaced, in their order. Before the
// template is set that is all of them.
func (b builder) left() []sts.Pod {
	_, begun := b.s.Annotation(Annotation)
	waits := b.s.UpdateRevision() != b.s.StableRevision()
	var pods []sts.Pod
	for o := b.s.Start(); o < b.s.End(); o++ {
		pod, ok := b.s.Pod(o)
		was, restarts := b.record.Pods[o]
		switch {
		case !ok:
		case b.record.Pods != nil && (!restarts || pod.UID != was):
		case b.record.Pods == nil && (begun || waits && b.r.Template == nil) && pod.Revision == b.s.UpdateRevision():
		default:
			pods = append(pods, pod)
		}
	}
	b.record.Order.Sort(pods)
	return pods
}

// elsewhere are the pods that an undo takes back, highest ordinal first.
func (b builder) elsewhere() []sts.Pod {
	var pods []sts.Pod
	for _, p := range slices.Backward(b.s.Pods) {
		if p.Ordinal < b.s.End() && p.Revision != b.record.Target {
			pods = append(pods, p)
		}
	}
	return pods
}

// names joins the names of pods and shortens a long list.
func names(pods []sts.Pod) string {
	const most = 4
	if len(pods) > most {
		return fmt.Sprintf("%s … %s (%d pods)", pods[0].Name, pods[len(pods)-1].Name, len(pods))
	}
	list := make([]string, len(pods))
	for i, pod := range pods {
		list[i] = pod.Name
	}
	return strings.Join(list, ", ")
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
