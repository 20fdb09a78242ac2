package runner

import (
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/intent"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/fieldmanager"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
)

// Planned is what a planner is told about the run: with which limits it goes and who
// drives it, and who else may drive the rollout in progress.
func (r *Runner) Planned(s sts.Snapshot) intent.Run {
	run := intent.Run{
		Limits: r.Flags.Limits, Caller: r.Env.Caller(), IgnorePDB: r.ignorePDB,
		Driver: r.Env.Driver(), Manager: r.Env.FieldManager,
		Checks: r.checks.All, ChecksChanged: r.checks.Changed, Hooks: r.checks.Hooks,
	}
	if record, err := operation.FindRollout(s); err == nil && record != nil {
		run.Other = r.Other(s, record)
	}
	return run
}

// Other is the driver in a record of the set, unless it is this process or has ended.
func (r *Runner) Other(s sts.Snapshot, record operation.Record) *note.Other {
	d := record.Driven(s, r.Client.Now())
	if d == nil || d.Same(*r.Env.Driver()) {
		return nil
	}
	alive, known := r.Env.Alive(*d)
	if known && !alive {
		return nil
	}
	o := &note.Other{Driver: *d, Alive: alive}
	if w, ok := fieldmanager.AnnotationWriter(s.Set, record.Annotation()); ok {
		o.Touched = w.Time
	}
	return o
}
