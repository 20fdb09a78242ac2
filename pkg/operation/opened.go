package operation

import (
	"fmt"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/fieldmanager"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// Failure is how the run in progress has ended, nil when it has not failed: a halt
// that it noted, or a gate that somebody else has opened.
func (r Rollout) Failure(s sts.Snapshot) *note.Failure {
	if r.Failed != nil {
		return r.Failed
	}
	return r.opened(s)
}

// opened is a gate that somebody else has opened further than this operation did:
// pods were let through that nobody has measured. Whatever another run of the
// plugin has moved, an older one perhaps, was measured by that.
func (r Rollout) opened(s sts.Snapshot) *note.Failure {
	if r.Gate == nil || r.Aborting || s.OnDelete() || s.Opened().Len() <= s.Opens(*r.Gate).Len() {
		return nil
	}
	w, known := fieldmanager.WriterOf(s.Set, workload.FieldPartition)
	if known && w.Own(r.Managers...) {
		return nil
	}
	by, at := "somebody", r.Started
	if known {
		by, at = fmt.Sprintf("%s at %s", w.Manager, w.Time.UTC().Format(time.RFC3339)), w.Time
	}
	from := fmt.Sprintf("partition %d to %d", *r.Gate, s.Partition())
	if sts.Closes(*r.Gate) {
		from = fmt.Sprintf("closed to partition %d", s.Partition())
	}
	through := s.Opened().Below(s.Opens(*r.Gate).First())
	return &note.Failure{At: at, Reason: "GateOpened", Message: fmt.Sprintf(
		"the gate was opened by %s, from %s: %s updated without a soak (%s)",
		by, from, sts.Count(through.Len(), "pod"), s.PodNames(through))}
}
