package status

import (
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/object"
)

// statusView is a status as a program reads it.
type statusView struct {
	Type      string               `json:"type"`
	Time      time.Time            `json:"time"`
	DryRun    report.DryRun        `json:"dryRun"`
	Set       object.Set           `json:"statefulSet"`
	Result    string               `json:"result"` // settled, trouble or held
	Message   string               `json:"message"`
	Try       []string             `json:"try,omitempty"`
	Strategy  string               `json:"strategy"`
	Partition int                  `json:"partition"`
	Since     *time.Time           `json:"partitionSince,omitempty"` // as far as the cluster knows
	Replicas  int                  `json:"replicas"`
	Stable    string               `json:"stableRevision"`
	Update    string               `json:"updateRevision"`
	Image     string               `json:"image,omitempty"`
	Images    []object.ImageChange `json:"images,omitempty"`
	Operation *object.Operation    `json:"operation,omitempty"`
	Canary    *canaryView          `json:"canary,omitempty"`
	Scale     *scaleView           `json:"scale,omitempty"`
	Failed    *failedView          `json:"failed,omitempty"`
	Evidence  *object.Evidence     `json:"evidence,omitempty"`
	Pods      []podView            `json:"pods"`
}

// failedView is how a run ended that nobody has acted on since.
type failedView struct {
	Time    time.Time `json:"time"`
	Message string    `json:"message"`
	Pod     string    `json:"pod,omitempty"`
	Reason  string    `json:"reason,omitempty"`
}

type canaryView struct {
	Verb     string         `json:"verb,omitempty"` // empty for a canary
	Step     int            `json:"step"`
	Steps    int            `json:"steps"`
	Counts   []int          `json:"counts"`
	Started  time.Time      `json:"started"`
	Aborting bool           `json:"aborting,omitempty"`
	Driver   *object.Driver `json:"driver,omitempty"`
}

type podView struct {
	object.Pod
	Revision      string     `json:"revision"`
	RevisionClass string     `json:"revisionClass"`
	Image         string     `json:"image,omitempty"` // that tells one revision from the other
	Ready         string     `json:"ready"`
	Restarts      int        `json:"restarts"`
	Created       *time.Time `json:"created,omitempty"`
	Node          string     `json:"node,omitempty"`
	Zone          string     `json:"zone,omitempty"`
}

func (st Status) view() statusView {
	s := st.Snapshot
	v := statusView{
		Type: "status", Time: st.Now.UTC(), DryRun: report.DryRunNone, Set: object.Set{Namespace: s.Set.Namespace, Name: s.Name()},
		Result:  st.result(),
		Message: report.Clean(st.Verdict.Message), Try: report.CleanAll(st.Verdict.Try),
		Strategy: string(s.Strategy()), Partition: s.Partition(), Replicas: s.Replicas(),
		Stable: report.Clean(st.stable()), Update: report.Clean(s.UpdateRevision()),
		Canary: st.canary(), Scale: st.viewScale(), Pods: []podView{},
	}
	if s.Uncountable != nil {
		v.Replicas = int(*s.Set.Spec.Replicas)
	}
	v.Evidence, v.Image = object.ViewEvidence(st.Verdict.Evidence), st.templateImage()
	if len(s.Revisions) > 0 { // a list does not know what was before
		v.Images = object.ViewImages(st.changes())
	}
	if first := st.Ops.First(); first != nil {
		doing := first.Progress(s, st.Now)
		v.Operation = object.ViewOperation(&doing)
		if v.Operation.Driver != nil {
			v.Operation.Driver.Ended = st.ended(*doing.Driver)
		}
	}
	if f := st.Verdict.Failed; f != nil {
		v.Failed = &failedView{f.At.UTC(), report.Clean(f.Message), report.Clean(f.Pod), report.Clean(f.Reason)}
	}
	if since, ok := st.partitionSince(); ok {
		since = since.UTC()
		v.Since = &since
	}
	focus := s.Focus(st.stable(), s.UpdateRevision())
	for o := s.Start(); o < s.End(); o++ {
		v.Pods = append(v.Pods, st.pod(o, focus))
	}
	for _, p := range s.Stray() {
		v.Pods = append(v.Pods, st.pod(p.Ordinal, focus))
	}
	return v
}
