package canary

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// RestartedAt is the annotation of the pod template that kubectl rollout
// restart sets; its value is the time.
const RestartedAt = "kubectl.kubernetes.io/restartedAt"

// inProgress finds the record of this verb; another verb's is a refusal.
func inProgress(verb operation.Verb, r Request, s sts.Snapshot) (*operation.Rollout, error) {
	record, err := operation.FindRollout(s)
	switch {
	case err != nil || record == nil:
		return nil, err
	case record.Aborting:
		return nil, aborting(r, *record, s)
	case record.Verb != verb:
		return nil, busy(r, *record, s)
	}
	return record, nil
}

// Restart plans a restart of every pod by another template: the controller
// replaces them as in any rollout.
func Restart(r Request, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	if no := refuse(s); no != nil {
		return nil, no
	}
	if err := operation.Refuse("restart", s, r.Command); err != nil {
		return nil, err
	}
	if s.Partition() > 0 {
		no := refusePartition(r, s)
		no.Try = append(no.Try, "or restart pods as they are, by deleting them: "+
			r.command("restart", s, "--ordinals", fmt.Sprintf("%d-%d", s.Start(), s.End()-1)))
		return nil, no
	}
	if no := refuseUnsettled(r, s, now); no != nil {
		return nil, no
	}
	return r.open(operation.VerbRestart, s, now)
}

// RestartPods plans a restart of some pods by deleting them, one after
// another, each Available before the next. They come back as they are.
func RestartPods(r Request, ordinals []int, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	if no := refuse(s); no != nil {
		return nil, no
	}
	pods := map[int]types.UID{}
	for _, o := range ordinals {
		pod, ok := s.Pod(o)
		if o < s.Start() || o >= s.End() {
			return nil, &plan.Refusal{
				Why: fmt.Sprintf("statefulset %q has no ordinal %d: it has %d to %d", s.Name(), o, s.Start(), s.End()-1),
			}
		}
		if ok { // one that is missing is on its way already
			pods[o] = pod.UID
		}
	}
	if no := refusePods(r, s); no != nil {
		return nil, no
	}
	if len(pods) == 0 {
		return nil, unsettled(r, s, "none of these pods is there: there is nothing to restart")
	}
	if no := refuseUnless(r, s, cmp.Or(unhealthyBut(s, ordinals, now), updating(s, pods, now))); no != nil {
		return nil, no
	}
	record := r.record(operation.VerbRestart, s, now)
	record.Pods, record.Steps = pods, operation.Steps{"100%"}
	b := builder{r: r, record: record, s: s, counts: []int{len(pods)}}
	p := b.frame("restart")
	p.Details = slices.Concat(p.Details, moved(s, pods), held(s, pods, now))
	p.Steps = []plan.Step{
		{
			Title: "note which pods are to be restarted", Until: plan.Observed{},
			Change: plan.Edit{Annotations: map[string]*string{sts.RolloutAnnotation: record.Text()}, Says: "record"},
		},
		b.whole(0),
		b.finish(),
	}
	return p, nil
}

// unhealthyBut says which pod is not Available, or "". Those that are to be
// restarted may be as they like: that is a reason to restart one.
func unhealthyBut(s sts.Snapshot, ordinals []int, now time.Time) string {
	progress := plan.Observed{}.Check(s, now)
	for o := s.Start(); progress.Done && o < s.End(); o++ {
		if !slices.Contains(ordinals, o) {
			progress.Pods = append(progress.Pods, s.PodProgress(o, "", now))
		}
	}
	return unsettledPods(s, progress)
}

// moved says which of the pods come back at another revision than they have: a
// restart takes them to it, as anything does that deletes them.
func moved(s sts.Snapshot, pods map[int]types.UID) []string {
	var out []string
	for _, o := range slices.Sorted(maps.Keys(pods)) {
		if pod, _ := s.Pod(o); s.Observed() && pod.Revision != s.Wanted(o) {
			out = append(out, fmt.Sprintf("%s is on revision %s and comes back at %s", pod.Name, pod.Revision, s.Wanted(o)))
		}
	}
	return out
}

// updating says of which pod a restart would be an update, or "". One that is
// not Available may come back as it likes: that is often what it needs.
func updating(s sts.Snapshot, pods map[int]types.UID, now time.Time) string {
	for _, o := range slices.Backward(slices.Sorted(maps.Keys(pods))) {
		if pod, _ := s.Pod(o); pod.Revision != s.Wanted(o) && pod.Available(s.MinReady(), now) {
			return fmt.Sprintf("%s would come back at revision %s, not at the one that it has", pod.Name, s.Wanted(o))
		}
	}
	return ""
}

// held says which pod keeps the controller from making those anew that are to
// be restarted: in order, it makes none before all below are healthy.
func held(s sts.Snapshot, pods map[int]types.UID, now time.Time) []string {
	for o := s.Start(); s.Ordered() && o < s.End(); o++ {
		t := s.PodProgress(o, "", now)
		if _, restarts := pods[o]; !restarts && !t.Good() && len(above(pods, o)) > 0 {
			return []string{fmt.Sprintf("%s is %s: the controller recreates no pod above it before it is Available", t.Pod, t.Says())}
		}
	}
	return nil
}

func above(pods map[int]types.UID, ordinal int) []int {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(pods)), func(o int) bool { return o < ordinal })
}
