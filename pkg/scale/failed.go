package scale

import (
	"fmt"
	"strconv"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// failed refuses to go on with a scale that has failed, or further than that was
// to go. To leave it where it is, or to go back, is another matter.
func (r Request) failed(s sts.Snapshot, record *Record) error {
	if record == nil || record.Failed == nil || r.Retry || !record.further(r.To, s.Replicas()) {
		return nil
	}
	f := record.Failed
	return &rollout.Refusal{
		Why: fmt.Sprintf("the scale of statefulset %q from %d to %d failed at %s: %s",
			s.Name(), record.From, record.To, f.At.UTC().Format(time.RFC3339), f.Message),
		Try: record.Helps(s, r.Command),
	}
}

// further reports whether this number of replicas is where the scale was to go,
// or beyond.
func (r Record) further(to, now int) bool {
	up := r.To > r.From
	return to == r.To && (to != now || r.To != r.From) || up && to > now || !up && to < now
}

// back is the command that takes the replicas back to what they were.
func (r Record) back(s sts.Snapshot, command hint.Caller) string {
	words := []string{s.Name(), "--replicas", strconv.Itoa(r.From)}
	if r.From > r.To && len(s.ClaimTemplates()) > 0 {
		words = append(words, "--pvc="+string(Reuse)) // they are deleted last, so they are still there
	}
	return command.Sts("scale", words...)
}

// instead are the ways out of a scale that halts which lead back.
func (b *builder) instead() []string {
	if b.record.From == b.r.To {
		return nil
	}
	return []string{"go back: " + b.record.back(b.s, b.r.Command)}
}
