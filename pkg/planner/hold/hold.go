// Package hold plans the closing of a StatefulSet's gate, so that no template
// change rolls out, and its release. It is pure.
package hold

import (
	"fmt"
	"time"

	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
)

// Request is what a user wants.
type Request struct {
	Reason string // why the set is held, in the user's words; empty for none
	Limits plan.Limits
	// Caller is how the user calls the plugin, with the flags that lead to the
	// same set: "kubectl sts -n prod".
	Caller hint.Caller
	// Driver is the process that holds the set, nil for one that leaves no word of itself.
	Driver *note.Driver
	// Manager is the name for managedFields, empty for the plugin's own.
	Manager string
}

// Plan plans a hold. It is nil when the set is held already, for that reason. A
// *plan.Refusal as the error says why it can't be; any other error is about a
// record on the set.
func Plan(r Request, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	if no := r.refuse(s); no != nil {
		return nil, no
	}
	before, err := operation.FindHold(s)
	if err != nil {
		return nil, err
	}
	open, err := operation.FindRollout(s)
	switch {
	case err != nil:
		return nil, err
	case open != nil:
		return nil, busy(open, s)
	}
	record := operation.Hold{
		Started: now.UTC().Truncate(time.Second), By: r.Driver, Reason: r.Reason, Partition: s.Partition(),
		Managers: note.AddManager(nil, r.Manager),
	}
	if before != nil {
		closed := s.Closed() && before.Failed == nil
		if closed && (r.Reason == "" || r.Reason == before.Reason) {
			return nil, nil //nolint:nilnil // there is nothing to do
		}
		record.Partition, record.Managers = before.Partition, note.AddManager(before.Managers, r.Manager)
		if r.Reason == "" { // else it is another's word from now on
			record.Started, record.By, record.Reason = before.Started, before.By, before.Reason
		}
	}
	p := r.frame("hold", s)
	p.Title = fmt.Sprintf("hold statefulset %s: no template change rolls out until it is released", s.Name())
	p.Details = stops(s)
	if record.Partition > 0 {
		p.Details = append(p.Details, remembers(record.Partition))
	}
	if s.Replicas() == 0 {
		p.Warnings = append(p.Warnings, "it has no replicas: no partition holds new pods back, they come with the template as it is then")
	}
	p.Success = fmt.Sprintf("statefulset %s is held; release it: %s", s.Name(), r.Caller.Sts("release", s.Name()))
	p.Steps = []plan.Step{{
		Title: "close the gate",
		Change: plan.Edit{
			Partition:   ptr.To(s.Kind().Closed()),
			Annotations: map[string]*string{operation.HoldAnnotation: record.Text()},
			Says:        "gate closed, record",
		},
		Until: plan.Observed{},
	}}
	return p, nil
}

// remembers says what becomes of the partition before.
func remembers(partition int) string {
	if sts.Closes(partition) {
		return "the gate was closed before: it stays so after the release"
	}
	return fmt.Sprintf("partition %d is remembered, and set again by the release", partition)
}

// frame is what both plans have in common.
func (r Request) frame(verb string, s sts.Snapshot) *plan.Plan {
	return &plan.Plan{
		Verb: verb, Namespace: s.Set.Namespace, Name: s.Name(), UID: s.UID(), Record: operation.HoldAnnotation,
		Patience: r.Limits.Patience, Placing: r.Limits.Placing, StepTimeout: r.Limits.StepTimeout, Timeout: r.Limits.Timeout,
		Watch: hint.Plugin("", "watch", s.Name()),
	}
}

// refuse checks what can't be held.
func (r Request) refuse(s sts.Snapshot) *plan.Refusal {
	switch {
	case s.Set.DeletionTimestamp != nil:
		return &plan.Refusal{Why: fmt.Sprintf("statefulset %q is being deleted", s.Name())}
	case s.OnDelete():
		return &plan.Refusal{Why: fmt.Sprintf("statefulset %q has update strategy OnDelete: no template change rolls out by itself, "+
			"so there is nothing to hold", s.Name())}
	case !s.Rolls():
		return &plan.Refusal{
			Why: fmt.Sprintf("statefulset %q has update strategy %s, which has no partition to hold pods back with",
				s.Name(), sts.Clean(string(s.Strategy()))),
			Try: []hint.Hint{hint.Words("change spec.updateStrategy.type to RollingUpdate or OnDelete")},
		}
	}
	return nil
}

// busy refuses while a rollout is in progress that has the gate in its own hands.
func busy(open *operation.Rollout, s sts.Snapshot) *plan.Refusal {
	return &plan.Refusal{
		Why: fmt.Sprintf("%s of statefulset %q is in progress, which opens and closes the gate itself", open.Verb.Noun(), s.Name()),
		Try: open.Helps(s, false),
	}
}

// stops says what a rollout that is on its way comes to: pods that have the new
// revision keep it, for a partition that goes up takes nothing back.
func stops(s sts.Snapshot) []string {
	if !s.Observed() || s.UpdateRevision() == s.StableRevision() {
		return nil
	}
	var updated, old []string
	for o := range s.Ordinals().All() {
		switch pod, ok := s.Pod(o); {
		case !ok:
		case pod.Revision == s.UpdateRevision():
			updated = append(updated, pod.Name)
		case !s.Gated(o):
			old = append(old, pod.Name)
		}
	}
	var out []string
	if len(old) > 0 {
		out = append(out, fmt.Sprintf("the rollout of revision %s stops: %s not updated", s.UpdateRevision(), are(old)))
	}
	if len(updated) > 0 {
		out = append(out, fmt.Sprintf("%s updated already; a pod that is recreated while the set is held comes back at revision %s",
			are(updated), s.StableRevision()))
	}
	return out
}

// are is the first few names, with their verb.
func are(names []string) string { return sts.Few(names) + " " + sts.Are(len(names)) }
