package operation

import (
	"fmt"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/fieldmanager"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// Progress is how far a rollout is, and who drives it.
func (r Rollout) Progress(s sts.Snapshot, now time.Time) plan.Operation {
	o := plan.Operation{
		Verb: r.Verb.Name(), Started: r.Started, Aborting: r.Aborting, Failed: r.Failure(s) != nil,
		Held: r.Held(s, now), Driver: r.Driven(s, now),
	}
	if at := r.Position(s); len(at.Counts) > 1 || r.Verb == VerbCanary {
		o.Step, o.Steps = at.Begun, len(at.Counts)
	}
	return o
}

// Driven is the process that drives the rollout, as far as the set tells: none where
// it has failed, or is held at a gate at which that process ends.
func (r Rollout) Driven(s sts.Snapshot, now time.Time) *note.Driver {
	if r.Driver == nil || r.Failure(s) != nil || r.Driver.Leaves && r.Held(s, now) {
		return nil
	}
	return r.Driver
}

// DrivenBy is the record once another process drives it; manager is its name for
// managedFields.
func (r Rollout) DrivenBy(driver *note.Driver, manager string) Rollout {
	r.Driver, r.Managers = driver, note.AddManager(r.Managers, manager)
	return r
}

// Held reports whether the step that was opened last is over, soak and all, so that
// a process which ends at gates has ended.
func (r Rollout) Held(s sts.Snapshot, now time.Time) bool {
	at := r.Position(s)
	if at.Begun == 0 || r.Aborting {
		return false
	}
	var until plan.Condition = plan.PodsGood{From: s.Opened().First()}
	switch {
	case r.Pods != nil:
		until = plan.PodsRestarted{Pods: r.Pods}
	case s.OnDelete():
		until = plan.PodsUpdated{Count: at.Counts[at.Begun-1]}
	}
	return until.Check(s, now).Done && r.SoakLeft(until, s, now) <= 0
}

// SoakLeft is what the soak still lacks when its pods have been Available for
// some of it already: nobody has to sit through it twice.
func (r Rollout) SoakLeft(until plan.Condition, s sts.Snapshot, now time.Time) time.Duration {
	progress := until.Check(s, now)
	if !progress.Done {
		return r.Soak.Duration
	}
	left := time.Duration(0)
	for _, t := range progress.Pods {
		left = max(left, r.Soak.Duration-now.Sub(t.Since.Add(s.MinReady())))
	}
	return min(left, r.Soak.Duration)
}

// nextStepWithin is how much later than its soak the next step of a rollout may
// begin before it counts as held: another process takes it on, and its clock
// and its requests take their time.
const nextStepWithin = 5 * time.Second

// drivenStepWithin is the same where the record names the process that goes on by
// itself: it may be late where the machine or the API server is.
const drivenStepWithin = 30 * time.Second

// GoesOn is when the soak of the step is over or, after that, when the next step
// should have begun.
func (r Rollout) GoesOn(s sts.Snapshot, pods plan.Progress, now time.Time) (until time.Time, words string) {
	soaked := r.soakedAt(s, pods)
	if at := r.Position(s); at.Begun > 0 && !r.Aborting && now.Before(soaked) {
		words = "the soak to end"
		if len(at.Counts) > 1 {
			words = fmt.Sprintf("the soak of step %d of %d to end", at.Begun, len(at.Counts))
		}
		return soaked, words
	}
	within := nextStepWithin
	if r.Driven(s, now) != nil {
		within = drivenStepWithin
	}
	return soaked.Add(within), "the " + r.Verb.Name() + "'s next step"
}

// ReplacesPods is always so.
func (r Rollout) ReplacesPods() bool { return true }

// Soaks is no time on the way back.
func (r Rollout) Soaks() (began time.Time, soak time.Duration) {
	if r.Aborting {
		return r.Started, 0
	}
	return r.Started, r.Soak.Duration
}

// GoesBack is soon where the canary was started with that wish.
func (r Rollout) GoesBack(failed time.Time) (until time.Time) {
	if !r.Rollback {
		return time.Time{}
	}
	return failed.Add(nextStepWithin)
}

// soakedAt is when the soak of a step is over, as far as the set tells: its pods
// have been good for so long, and what it wrote last is as old.
func (r Rollout) soakedAt(s sts.Snapshot, pods plan.Progress) time.Time {
	since := lastMove(s, pods, r.Started, note.RolloutAnnotation, workload.FieldPartition)
	if r.Aborting {
		return since
	}
	return since.Add(r.Soak.Duration)
}

// lastMove is the latest of a time, of when a pod became good, and of when this
// annotation or this field was written.
func lastMove(s sts.Snapshot, pods plan.Progress, latest time.Time, annotation string, field workload.Field) time.Time {
	later := func(t time.Time) {
		if t.After(latest) {
			latest = t
		}
	}
	for _, t := range pods.Pods {
		if t.Good() {
			later(t.Since.Add(s.MinReady()))
		}
	}
	noted, _ := fieldmanager.AnnotationWriter(s.Set, annotation)
	moved, _ := fieldmanager.WriterOf(s.Set, field)
	later(noted.Time)
	later(moved.Time)
	return latest
}
