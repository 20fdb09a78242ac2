package object

import (
	"io"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// statusView is the status of a set as a program reads it.
type statusView struct {
	Type      string        `json:"type"`
	Time      time.Time     `json:"time"`
	DryRun    report.DryRun `json:"dryRun"`
	Set       Set           `json:"statefulSet"`
	Result    string        `json:"result"` // settled, trouble or held
	Message   string        `json:"message"`
	Try       []string      `json:"try,omitempty"`
	Strategy  string        `json:"strategy"`
	Partition int           `json:"partition"`
	Since     *time.Time    `json:"partitionSince,omitempty"` // as far as the cluster knows
	Replicas  int           `json:"replicas"`
	Stable    string        `json:"stableRevision"`
	Update    string        `json:"updateRevision"`
	Image     string        `json:"image,omitempty"`
	Images    []ImageChange `json:"images,omitempty"`
	Operation *Operation    `json:"operation,omitempty"`
	Canary    *canaryView   `json:"canary,omitempty"`
	Scale     *scaleView    `json:"scale,omitempty"`
	Failed    *failedView   `json:"failed,omitempty"`
	Evidence  *Evidence     `json:"evidence,omitempty"`
	Findings  []string      `json:"findings,omitempty"` // IDs of rules, see doctor
	Claims    []statusClaim `json:"claims,omitempty"`
	Pods      []podView     `json:"pods"`
}

// failedView is how a run ended that nobody has acted on since.
type failedView struct {
	Time    time.Time `json:"time"`
	Message string    `json:"message"`
	Pod     string    `json:"pod,omitempty"`
	Reason  string    `json:"reason,omitempty"`
}

type canaryView struct {
	Verb     string    `json:"verb,omitempty"` // empty for a canary
	Step     int       `json:"step"`
	Steps    int       `json:"steps"`
	Counts   []int     `json:"counts"`
	Started  time.Time `json:"started"`
	Aborting bool      `json:"aborting,omitempty"`
	Driver   *Driver   `json:"driver,omitempty"`
}

type podView struct {
	Pod
	Revision      string     `json:"revision"`
	RevisionClass string     `json:"revisionClass"`
	Image         string     `json:"image,omitempty"` // that tells one revision from the other
	Ready         string     `json:"ready"`
	Restarts      int        `json:"restarts"`
	Created       *time.Time `json:"created,omitempty"`
	Node          string     `json:"node,omitempty"`
	Zone          string     `json:"zone,omitempty"`
}

// scaleView is a scale that is not over, as a program reads it.
type scaleView struct {
	From       int      `json:"from"`
	To         int      `json:"to"`
	WhenScaled string   `json:"whenScaled,omitempty"` // to be set back
	Deletes    []string `json:"deletes,omitempty"`    // claims
}

// WriteStatus writes the status of one set.
func WriteStatus(w io.Writer, format report.Format, st report.Status) {
	Write(w, format, viewStatus(st))
}

func viewStatus(st report.Status) statusView {
	s := st.Snapshot
	v := statusView{
		Type: "status", Time: st.Now.UTC(), DryRun: report.DryRunNone, Set: Set{s.Set.Namespace, s.Name()},
		Result: resultOf(st), Message: report.Clean(st.Verdict.Message), Try: report.Helps(st.Caller, st.Verdict.Try),
		Strategy: string(s.Strategy()), Partition: s.Partition(), Replicas: s.Replicas(),
		Stable: report.Clean(st.Stable()), Update: report.Clean(s.UpdateRevision()),
		Pods: []podView{}, Findings: st.Findings,
		Evidence: viewEvidence(st.Verdict.Evidence), Image: st.TemplateImage(),
	}
	v.facts(st)
	if s.Unknown() {
		v.Replicas = s.Set.Spec.Ordinals.Len()
	}
	if len(s.Revisions) > 0 { // a list does not know what was before
		v.Images = viewImages(st.Images())
	}
	if first := st.Ops.First(); first != nil {
		doing := first.Progress(s, st.Now)
		v.Operation = viewOperation(&doing)
		if v.Operation.Driver != nil {
			v.Operation.Driver.Ended = st.HasEnded(*doing.Driver)
		}
	}
	if f := st.Verdict.Failed; f != nil {
		v.Failed = &failedView{f.At.UTC(), report.Clean(f.Message), report.Clean(f.Pod), report.Clean(f.Reason)}
	}
	if since, ok := st.PartitionSince(); ok {
		v.Since = inUTC(&since)
	}
	v.Claims = viewStatusClaims(st.Claims())
	for _, p := range st.Pods() {
		v.Pods = append(v.Pods, viewPod(p))
	}
	return v
}

// resultOf is the verdict in a word.
func resultOf(st report.Status) string {
	if st.Verdict.Failed != nil {
		return "failed"
	}
	return map[engine.Result]string{engine.Done: "settled", engine.Halted: "trouble", engine.Held: "held"}[st.Verdict.Result]
}

func viewPod(p report.StatusPod) podView {
	v := podView{
		Pod:      Pod{Name: p.Progress.Pod, Ordinal: &p.Progress.Ordinal, State: string(p.Progress.State)},
		Revision: p.Revision, RevisionClass: p.Class, Image: p.Image, Ready: p.Ready, Restarts: p.Restarts,
		Created: moment(p.Created), Node: p.Node, Zone: p.Zone,
	}
	if t := p.Progress.Trouble; t != nil {
		v.trouble(t)
	}
	return v
}

// facts has what a program reads of each operation, by its kind.
func (v *statusView) facts(st report.Status) {
	for _, r := range st.Ops.Records {
		facts := r.Facts(st.Snapshot)
		if f := facts.Rollout; f != nil {
			v.Canary = viewCanary(st, f)
		}
		if f := facts.Scale; f != nil {
			v.Scale = &scaleView{From: f.From, To: f.To, WhenScaled: f.WhenScaled, Deletes: report.CleanAll(f.Deletes)}
		}
	}
}

func viewCanary(st report.Status, f *operation.RolloutFacts) *canaryView {
	v := &canaryView{
		Verb: string(f.Verb), Step: f.Position.Begun, Steps: len(f.Position.Counts), Counts: f.Position.Counts, Started: f.Started,
		Aborting: f.Aborting, Driver: viewDriver(st.Driver()),
	}
	if v.Driver != nil {
		v.Driver.Ended = st.HasEnded(*st.Driver())
	}
	return v
}
