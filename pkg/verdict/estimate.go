package verdict

import (
	"slices"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/fieldmanager"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// pace is what this rollout's own pods took so far.
type pace struct {
	takes time.Duration // from being made to Available
	gap   time.Duration // from one being Available to the next being made
}

// Left estimates how long it takes until the pods are where they should be,
// from what those took that this rollout made. There is no estimate before the
// first of them is through, and none when a pod is in trouble or takes much
// longer than the others did.
func Left(s sts.Snapshot, progress plan.Progress, now time.Time) (time.Duration, bool) {
	p, ok := paceOf(s, now)
	if !ok || progress.Done || progress.Held != "" {
		return 0, false
	}
	var left, longest time.Duration
	for _, t := range progress.Pods {
		pod, _ := s.Pod(t.Ordinal)
		switch {
		case t.Good():
		case t.Trouble != nil, t.State != sts.StateOld && !t.Since.IsZero() && now.Sub(t.Since) > 2*(p.takes+p.gap)+late:
			return 0, false
		case t.State == sts.StateOld:
			left += p.gap + p.takes // one after another, whatever the policy says
		case s.Ordered():
			left += p.rest(t, pod, now)
		default:
			longest = max(longest, p.rest(t, pod, now))
		}
	}
	return left + longest, left+longest > 0 || progress.Good < progress.Want
}

// late is what a pod may take longer than the others, besides twice as long.
const late = 10 * time.Second

// rest is what one pod that is on its way still takes.
func (p pace) rest(t sts.PodProgress, pod sts.Pod, now time.Time) time.Duration {
	switch t.State {
	case sts.StateTerminating:
		return p.takes + max(0, p.gap-now.Sub(t.Since))
	case sts.StateMissing:
		return p.takes
	case sts.StateReady:
		return t.GoodAt.Sub(now)
	default:
		return max(0, p.takes-now.Sub(pod.Created))
	}
}

// paceOf measures the pods on the update revision that were made since the
// template was written.
func paceOf(s sts.Snapshot, now time.Time) (pace, bool) {
	type span struct{ made, available time.Time }
	var spans []*span
	began := rolloutBegan(s)
	for _, pod := range s.Pods {
		if pod.Revision == s.UpdateRevision() && pod.Available(s.MinReady(), now) && !pod.Created.Before(began) {
			spans = append(spans, &span{pod.Created, pod.ReadySince.Add(s.MinReady())})
		}
	}
	if len(spans) == 0 {
		return pace{}, false
	}
	slices.SortStableFunc(spans, func(a, b *span) int { return a.available.Compare(b.available) })
	var takes, gaps []time.Duration
	for i, sp := range spans {
		takes = append(takes, sp.available.Sub(sp.made))
		if i > 0 {
			gaps = append(gaps, max(0, sp.made.Sub(spans[i-1].available)))
		}
	}
	return pace{median(takes), median(gaps)}, true
}

// rolloutBegan is when the template was written, as far as the set tells.
func rolloutBegan(s sts.Snapshot) time.Time {
	if w, ok := fieldmanager.WriterOf(s.Set, workload.FieldTemplate); ok {
		return w.Time
	}
	if r, ok := s.Revision(s.UpdateRevision()); ok {
		return r.CreationTimestamp.Time
	}
	return time.Time{}
}

// median keeps a long soak between two steps, or one slow pod, from counting.
func median(values []time.Duration) time.Duration {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	return (values[(len(values)-1)/2] + values[len(values)/2]) / 2
}
