package app

import (
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// Warn tells something that is no reason to stop.
func (e *Env) Warn(message string) {
	report.Say(e.Streams.Err, "warning: "+message)
	if e.Actions != nil {
		e.Actions.Warn(message)
	}
}

// About notes which set the command is about, for what is told when it ends.
func (e *Env) About(namespace, name string) {
	e.Report.About = report.Subject{Namespace: namespace, Name: name}
}

// Now is the cluster's time, or the machine's while there is no cluster.
func (e *Env) Now() time.Time {
	if e.now != nil {
		return e.now()
	}
	return time.Now()
}

// Sinks are what is told the events of one engine besides its lines and its
// objects. Several sets have several.
func (e *Env) Sinks() []engine.Sink {
	all := []engine.Sink{e.ender()}
	if len(e.ReportFiles) > 0 {
		all = append(all, e.Report.Sink())
	}
	if e.Actions != nil {
		all = append(all, e.Actions)
	}
	return all
}

// ender notes how a run ended.
func (e *Env) ender() engine.Sink {
	return sinkFunc(func(event engine.Event) {
		if event.Outcome != nil {
			e.Report.End = *event.Outcome
		}
	})
}

type sinkFunc func(engine.Event)

// Handle calls it.
func (f sinkFunc) Handle(e engine.Event) { f(e) }

// Nothing says that there is nothing to do: an end like any other. What helps
// may follow.
func (e *Env) Nothing(why string, try ...hint.Hint) {
	report.Say(e.Streams.Err, why)
	e.Help(try)
	e.End(engine.Outcome{Result: engine.Done, Message: why, Try: try})
}

// Conclude notes how the command ended where that is not how its last run did, and is
// what the verb returns.
func (e *Env) Conclude(o engine.Outcome) error {
	e.Report.End = o
	return Result(o)
}

// End tells a program an end that no run tells.
func (e *Env) End(o engine.Outcome) {
	e.Report.End = o
	dryRun := e.DryRun
	if dryRun == "" {
		dryRun = report.DryRunNone
	}
	e.Answer(e.Output).End(dryRun, e.Report.About, e.Now(), o)
}

// Close writes the reports, and tells GitHub Actions the end. The outcome is
// that of the whole command; one that says nothing leaves it at what was told.
func (e *Env) Close(o engine.Outcome) {
	told := e.Report.End
	if o.Result != engine.Done || told.Result != engine.Done && told.Result != engine.Held {
		e.Report.End = o
	}
	e.Report.Ended = e.Now()
	e.Report.Caller = e.Caller()
	if err := e.ReportFiles.Write(&e.Report); err != nil {
		e.Warn("the report could not be written: " + err.Error())
	}
	if e.Actions != nil && e.Report.End.Message != "" {
		e.Actions.End(e.Where(), e.Report.End, e.Caller())
	}
	e.onEnd()
}
