package canary

import (
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Plan plans a canary: a new one, or the one in progress when the request
// brings no change or the very same change. It is nil when every pod runs that
// template already. A *plan.Refusal as the error says why there is none; any other error is about the record or the steps.
func Plan(r Request, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	record, err := operation.FindRollout(s)
	if err != nil {
		return nil, err
	}
	if no := refuse(s); no != nil {
		return nil, no
	}
	if record != nil {
		return goOn(r, *record, s, now)
	}
	if r.Template == nil {
		return takeUp(r, s, now)
	}
	return start(r, s, now)
}

// goOn goes on with the canary in progress, unless the request wants another.
func goOn(r Request, record operation.Rollout, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	if record.Aborting {
		return nil, aborting(r, record, s)
	}
	if record.Verb != operation.VerbCanary {
		return nil, busy(r, record, s)
	}
	if r.Template != nil && !r.Template.Is(s.Set) {
		if r.Replace {
			return replace(r, record, s, now)
		}
		return nil, otherTemplate(r, record, s)
	}
	if no := strangers(r, record, s); no != nil {
		return nil, no
	}
	if no := failed(r, record, s); no != nil {
		return nil, no
	}
	if no := elsewhere(r, record, s); no != nil {
		return nil, no
	}
	return Resume(r, record, s, now)
}

// strangers refuses to roll out what is not what the canary began with.
func strangers(r Request, record operation.Rollout, s sts.Snapshot) *plan.Refusal {
	why := record.Stranger(s)
	if why == "" {
		return nil
	}
	no := &plan.Refusal{
		Why: why + ": what would be rolled out is not what was tried",
		Try: []string{"roll back, without that change: " + r.command("abort", s)},
	}
	if record.Verb != operation.VerbCanary {
		no.Why = why
		no.Try = []string{fmt.Sprintf("give the %s up, and let that change stand: %s", record.Verb.Name(), r.command("abort", s))}
	}
	if record.Verb == operation.VerbUndo {
		no.Try = append(no.Try, "or go back all the same: "+r.command("undo", s, "--to-revision", record.Target))
	}
	return no
}

func aborting(r Request, record operation.Rollout, s sts.Snapshot) *plan.Refusal {
	return &plan.Refusal{
		Why: fmt.Sprintf("the %s of statefulset %q is being aborted", record.Verb.Name(), s.Name()),
		Try: r.watchFirst(s, []string{"finish that: " + r.command("abort", s)}),
	}
}

// busy refuses one verb while another is in progress.
func busy(r Request, record operation.Rollout, s sts.Snapshot) *plan.Refusal {
	up := "or give it up: " + r.command("abort", s)
	var again []string
	if record.Failure(s) != nil {
		again = []string{plan.RetryFlag}
	}
	if record.Verb == operation.VerbUndo {
		up = "or go back to what it leaves: " + againCommand(r, record, s)
	}
	return &plan.Refusal{
		Why: fmt.Sprintf("%s of statefulset %q is in progress since %s",
			record.Verb.Noun(), s.Name(), record.Started.UTC().Format(time.RFC3339)),
		Try: r.watchFirst(s, []string{"finish it: " + r.command(record.Verb.Name(), s, again...), up}),
	}
}

// start plans a canary of a new template.
func start(r Request, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	if r.Replace {
		return nil, &plan.Refusal{
			Why: fmt.Sprintf("no canary of statefulset %q is in progress whose template could be replaced", s.Name()),
			Try: []string{"start one: leave --replace out"},
		}
	}
	if r.Template.Is(s.Set) && settledOn(s, s.UpdateRevision(), now) && len(s.Stray()) == 0 {
		return nil, nil //nolint:nilnil // there is nothing to do
	}
	if err := operation.Refuse("canary", s, r.Command); err != nil {
		return nil, err
	}
	if s.Partition() > 0 {
		return nil, refusePartition(r, s)
	}
	if r.Template.Is(s.Set) {
		return nil, unsettled(r, s, Unsettled(s, now)) // its rollout is not over
	}
	if no := refuseUnsettled(r, s, now); no != nil {
		return nil, no
	}
	return r.open(operation.VerbCanary, s, now)
}

// open plans a rollout of the request's template, from a closed gate on.
func (r Request) open(verb operation.Verb, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	if no := refuseOrder(r, s); no != nil {
		return nil, no
	}
	record := r.record(verb, s, now)
	if s.OnDelete() {
		record.Stable = majority(s)
	}
	if err := record.Owns(r.Template, r.Exact, s); err != nil {
		return nil, err
	}
	if !s.OnDelete() {
		record.Gate = ptr.To(s.Replicas())
	}
	annotations := map[string]*string{sts.RolloutAnnotation: record.Text()}
	if r.Cause != "" {
		annotations[operation.ChangeCause] = &r.Cause
	}
	if _, noted := s.Annotation(UndoneAnnotation); noted {
		annotations[UndoneAnnotation] = nil // it is about a template before this one
	}
	edit := plan.Edit{
		Template: r.Template, Partition: ptr.To(s.Replicas()), Annotations: annotations,
		Says: fmt.Sprintf("template, partition %d, record", s.Replicas()),
	}
	open := plan.Step{Title: "set the template, rollout paused", Until: plan.Observed{}}
	if s.OnDelete() {
		open.Title, edit.Partition, edit.Says = "set the template", nil, "template, record"
	}
	open.Change = edit
	return r.plan(record, s, open, s.Replicas(), 0)
}

// majority is the revision that most pods run.
func majority(s sts.Snapshot) string {
	count := map[string]int{}
	best := s.UpdateRevision()
	for _, p := range s.Pods {
		count[p.Revision]++
		if count[p.Revision] > count[best] {
			best = p.Revision
		}
	}
	return best
}

func refusePartition(r Request, s sts.Snapshot) *plan.Refusal {
	by := ""
	if w, ok := sts.LastWriter(s.Set.ManagedFields, "spec", "updateStrategy", "rollingUpdate", "partition"); ok {
		by = fmt.Sprintf(" (set by %s at %s)", w.Manager, w.Time.UTC().Format(time.RFC3339))
	}
	no := &plan.Refusal{
		Why: fmt.Sprintf("statefulset %q has partition %d%s, which holds its pods already", s.Name(), s.Partition(), by),
		Try: []string{"set the partition to 0 first, if nobody needs it"},
	}
	if s.UpdateRevision() != s.CurrentRevision() {
		no.Try = []string{"roll out the change that waits behind it: " + r.command("canary", s)}
	}
	return no
}

func (r Request) record(verb operation.Verb, s sts.Snapshot, now time.Time) operation.Rollout {
	return operation.Rollout{
		Version:   sts.FormatGoing,
		Verb:      verb,
		Run:       r.Run,
		Started:   now.UTC().Truncate(time.Second),
		Stable:    s.StableRevision(),
		Partition: s.Partition(),
		Steps:     r.Steps,
		Soak:      metav1.Duration{Duration: r.Soak},
		Rollback:  r.Rollback,
		Order:     r.Order,
		IgnorePDB: r.IgnorePDB,
		Driver:    r.driver(),
		Managers:  sts.AddManager(nil, r.Manager),
	}
}
