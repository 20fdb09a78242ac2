package app

import (
	"cmp"
	"os"
	"os/user"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/intent"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/scale"
	"github.com/kubectl-sts/kubectl-sts/pkg/process"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Driver is this process as the records of what it drives name it.
func (e *Env) Driver() *sts.Driver {
	if e.driver.Since.IsZero() {
		host, _ := os.Hostname() // one without a name is none to tell
		e.driver = sts.Driver{
			User: userName(), Host: host, Process: os.Getpid(), Mark: process.Mark(os.Getpid()), Since: e.Now().UTC().Truncate(1e9),
		}
	}
	d := e.driver
	return &d
}

// userName is who runs it, as the machine calls them.
func userName() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return cmp.Or(os.Getenv("USER"), os.Getenv("USERNAME"))
}

// Planned is what a planner is told about the run: with which limits it goes and who
// drives it, and who else may drive the rollout in progress.
func (r *Runner) Planned(s sts.Snapshot) intent.Run {
	run := intent.Run{
		Limits: r.Flags.Limits, Command: r.Env.Command(r.namespace), IgnorePDB: r.ignorePDB,
		Driver: r.Env.Driver(), Manager: r.Env.FieldManager,
	}
	if record, err := operation.FindRollout(s); err == nil && record != nil {
		run.Other = r.other(s, record)
	}
	return run
}

// DrivesScale is the same for a scale.
func (r *Runner) DrivesScale(request *scale.Request, s sts.Snapshot) {
	request.Driver, request.Manager = r.Env.Driver(), r.Env.FieldManager
	if first := operation.Find(s).First(); first != nil {
		request.Other = r.other(s, first)
	}
}

// other is the driver in a record, unless it is this process or has ended.
func (r *Runner) other(s sts.Snapshot, record operation.Record) *sts.Other {
	d := record.Driven(s, r.Client.Now())
	if d == nil || d.Same(*r.Env.Driver()) {
		return nil
	}
	if r.Env.Ended(*d) {
		return nil
	}
	alive, _ := running(*r.Env.Driver(), *d)
	o := &sts.Other{Driver: *d, Alive: alive}
	if w, ok := sts.LastWriter(s.Set.ManagedFields, "metadata", "annotations", record.Annotation()); ok {
		o.Touched = w.Time
	}
	return o
}

// Ended reports whether a process is known to have ended, which can be told on
// its own host.
func (e *Env) Ended(d sts.Driver) bool {
	alive, known := running(*e.Driver(), d)
	return known && !alive
}

// running reports whether another process runs, and whether that can be told from
// here: it can on the same host.
func running(own, other sts.Driver) (alive, known bool) {
	switch {
	case other.Host == "" || other.Host != own.Host || other.Process <= 0 || !process.SamePlace(own.Mark, other.Mark):
		return false, false
	case other.Mark != "":
		return process.Mark(other.Process) == other.Mark, true
	}
	return process.Exists(other.Process), true
}
