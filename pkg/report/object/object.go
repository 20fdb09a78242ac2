package object

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Sink is a sink that writes one object for each event: a line of JSON, or a document of
// YAML.
type Sink struct {
	w      io.Writer
	format report.Format
	caller hint.Caller
	set    *Set
}

// Set says which StatefulSet it is.
type Set struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

// NewSink makes a sink that writes to w, with commands as this user types them.
func NewSink(w io.Writer, format report.Format, caller hint.Caller) *Sink {
	return &Sink{w: w, format: format, caller: caller}
}

// event is one as a program reads it.
type event struct {
	Type     string        `json:"type"`
	Time     time.Time     `json:"time"`
	DryRun   report.DryRun `json:"dryRun"`
	Set      *Set          `json:"statefulSet,omitempty"` // none where an end came before there was one
	Step     int           `json:"step,omitempty"`
	Steps    int           `json:"steps,omitempty"`
	Title    string        `json:"title,omitempty"`
	Change   *change       `json:"change,omitempty"`
	Pod      *Pod          `json:"pod,omitempty"`
	Claim    *claimSize    `json:"claim,omitempty"`
	Progress *progress     `json:"progress,omitempty"`
	Until    *time.Time    `json:"until,omitempty"`
	Message  string        `json:"message,omitempty"`
	Outside  bool          `json:"outside,omitempty"` // somebody may have to act, or a PodDisruptionBudget is waited for
	Since    *time.Time    `json:"since,omitempty"`
	Halts    *time.Time    `json:"halts,omitempty"`
	Running  *Operation    `json:"operation,omitempty"`
	Plan     *planView     `json:"plan,omitempty"`
	Result   string        `json:"result,omitempty"`
	Gate     string        `json:"gate,omitempty"`
	Rollback string        `json:"rollback,omitempty"`
	Replicas *int          `json:"replicas,omitempty"`
	Images   []ImageChange `json:"images,omitempty"`
	Safe     string        `json:"safe,omitempty"`
	Evidence *Evidence     `json:"evidence,omitempty"`
	ExitCode *int          `json:"exitCode,omitempty"`
	Hook     *hookEvent    `json:"hook,omitempty"`
	Check    *checkView    `json:"check,omitempty"`
	Try      []string      `json:"try,omitempty"`
	Commit   []commitView  `json:"commit,omitempty"`
}

// hookEvent is a command that runs for a pod.
type hookEvent struct {
	Moment  string `json:"moment"` // before, after or stepDown
	Pod     string `json:"pod"`
	Command string `json:"command"`
	Exec    bool   `json:"exec"`
}

type progress struct {
	Good int `json:"good"`
	Want int `json:"want"`
}

// Pod is a pod, where it stands and what its trouble is.
type Pod struct {
	Name      string `json:"name"`
	Ordinal   *int   `json:"ordinal,omitempty"`
	State     string `json:"state,omitempty"`
	Reason    string `json:"reason,omitempty"`
	Container string `json:"container,omitempty"`
	Message   string `json:"message,omitempty"`
}

func (p *Pod) trouble(t *sts.Trouble) {
	p.Reason, p.Container, p.Message = report.Clean(t.Reason), t.Container, report.Clean(t.Message)
}

// Handle writes one event.
func (o *Sink) Handle(e engine.Event) {
	if e.Type == engine.EventAnswer || e.Type == engine.EventClaim {
		return // what follows of it tells more; a batch has objects of its own
	}
	out := event{Type: string(e.Type), Time: e.Time.UTC(), DryRun: report.DryRunNone, Message: report.Clean(e.Message), Outside: e.External}
	if e.Type == engine.EventWarning && out.Message == "" {
		return // nothing is left of it that a person could read
	}
	if e.Plan != nil {
		o.set = &Set{e.Plan.Namespace, e.Plan.Name}
		out.Plan = viewPlan(e.Plan, o.caller)
	}
	out.Set = o.set
	if e.Step != nil {
		out.Step, out.Steps, out.Title = e.Step.Number, e.Step.Of, report.Clean(e.Step.Title)
	}
	if e.Change != nil {
		out.Change = viewChange(e.Change)
	}
	if e.Hook != nil {
		out.Hook = &hookEvent{cmp.Or(string(e.Hook.Moment), "before"), e.Hook.Pod, report.Clean(e.Hook.Command), e.Hook.Exec}
	}
	out.Check = viewCheck(e.Check)
	if e.Want > 0 {
		out.Progress = &progress{e.Good, e.Want}
	}
	out.Until, out.Since, out.Halts = moment(e.Until), moment(e.Since), moment(e.Halts)
	out.Running = viewOperation(e.Operation)
	if e.Type == engine.EventGate {
		out.Message = "next: " + e.Step.Gate.Next
	}
	if t := e.Pod; t != nil {
		out.Pod = &Pod{Name: t.Pod, Ordinal: &t.Ordinal, State: string(t.State)}
		if t.Trouble != nil {
			out.Pod.trouble(t.Trouble)
		}
	}
	out.Claim = viewClaimSize(e.Resize)
	if e.Outcome != nil {
		out.outcome(e.Outcome, o.caller)
	}
	o.write(out)
}

func (out *event) outcome(o *engine.Outcome, caller hint.Caller) {
	out.Result, out.Message, out.Gate = string(o.Result), report.Clean(o.Message), report.Clean(o.Gate)
	out.Try, out.Commit = report.Helps(caller, o.Try), viewCommits(o.Commits)
	out.Replicas, out.Rollback = o.Replicas, string(o.Rollback)
	out.Images, out.Safe, out.Evidence = viewImages(o.Images), report.Clean(o.Safe), viewEvidence(o.Evidence)
	if o.Result != engine.AbortAsked { // after which another plan follows
		code := o.ExitCode()
		out.ExitCode = &code
	}
	if o.Pod != "" {
		out.Pod = &Pod{Name: o.Pod}
		if o.Trouble != nil {
			out.Pod.trouble(o.Trouble)
		}
	}
}

func (o *Sink) write(v any) { Write(o.w, o.format, v) }

// Write writes any object: a line of JSON, or a document of YAML.
func Write(w io.Writer, format report.Format, v any) {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false) // "1.21 -> 1.22" is for people's eyes, too
	err := encoder.Encode(v)
	text := line.String()
	if format == report.YAML && err == nil {
		text, err = podtemplate.ToYAML(line.Bytes())
		text = "---\n" + text
	}
	if err != nil {
		// These are structs of plain fields: there is nothing that can't be written.
		panic(fmt.Sprintf("write %T: %v", v, err))
	}
	if format == report.JSON {
		text = report.GuardJSON(text)
	}
	_, _ = io.WriteString(w, report.SpellOut(text))
}

// WriteEnd writes the last object of a command that did not get as far as a run,
// or had nothing to do: how it ended, and what helps this user.
func WriteEnd(w io.Writer, format report.Format, caller hint.Caller, dryRun report.DryRun, about report.Subject, now time.Time,
	o engine.Outcome,
) {
	out := event{Type: string(engine.EventOutcome), Time: now.UTC(), DryRun: dryRun}
	if about.Name != "" {
		out.Set = &Set{report.Clean(about.Namespace), report.Clean(about.Name)}
	}
	out.outcome(&o, caller)
	Write(w, format, out)
}
