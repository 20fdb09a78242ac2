package report

import (
	"fmt"
	"io"
	"time"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
	"github.com/kubectl-sts/kubectl-sts/pkg/verdict"
)

// Status is all that the status of one set shows.
type Status struct {
	Snapshot sts.Snapshot
	Ops      operation.Found // what is in progress
	Verdict  verdict.Verdict
	Now      time.Time
	Context  string      // what the user calls the cluster
	Command  hint.Caller // how the user calls the plugin for this set; only a list needs it
	// Ended reports whether the process that drives the operation is known to have
	// ended; nil where nobody can tell.
	Ended func(sts.Driver) bool
}

// statusView is a status as a program reads it.
type statusView struct {
	Type      string            `json:"type"`
	Time      time.Time         `json:"time"`
	DryRun    DryRun            `json:"dryRun"`
	Set       setName           `json:"statefulSet"`
	Result    string            `json:"result"` // settled, trouble or held
	Message   string            `json:"message"`
	Try       []string          `json:"try,omitempty"`
	Strategy  string            `json:"strategy"`
	Partition int               `json:"partition"`
	Since     *time.Time        `json:"partitionSince,omitempty"` // as far as the cluster knows
	Replicas  int               `json:"replicas"`
	Stable    string            `json:"stableRevision"`
	Update    string            `json:"updateRevision"`
	Image     string            `json:"image,omitempty"`
	Images    []imageChangeView `json:"images,omitempty"`
	Operation *operationView    `json:"operation,omitempty"`
	Canary    *canaryView       `json:"canary,omitempty"`
	Scale     *scaleView        `json:"scale,omitempty"`
	Failed    *failedView       `json:"failed,omitempty"`
	Evidence  *evidenceView     `json:"evidence,omitempty"`
	Pods      []podView         `json:"pods"`
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
	Driver   *driver   `json:"driver,omitempty"`
}

type podView struct {
	podEvent
	Revision      string     `json:"revision"`
	RevisionClass string     `json:"revisionClass"`
	Image         string     `json:"image,omitempty"` // that tells one revision from the other
	Ready         string     `json:"ready"`
	Restarts      int        `json:"restarts"`
	Created       *time.Time `json:"created,omitempty"`
	Node          string     `json:"node,omitempty"`
	Zone          string     `json:"zone,omitempty"`
}

// PrintStatus prints the status of one set.
func PrintStatus(w io.Writer, mode term.ColorMode, format Format, st Status) {
	v := st.view()
	if format != Human {
		writeObject(w, format, v)
		return
	}
	style := newStyles(w, mode)
	for _, line := range st.head(term.Width(w)) {
		_, _ = fmt.Fprintln(w, line)
	}
	_, _ = fmt.Fprintln(w)
	st.printPods(w, style, v.Pods)
	_, _ = fmt.Fprintln(w)
	_, _ = fmt.Fprintln(w, each(style.verdict(st.Verdict.Result), wrap(v.Message, term.Width(w), "")))
	for _, line := range factLines(podFacts(st.Verdict.Pod, st.Verdict.Evidence, st.Now), term.Width(w), "  ") {
		_, _ = fmt.Fprintln(w, line)
	}
	for _, try := range v.Try {
		_, _ = fmt.Fprintln(w, "  "+try)
	}
}

// headWidth is how wide the labels of the head are, but for the first.
const headWidth = len("StatefulSet")

// head are the lines above the pods, for a terminal of this width, 0 for none.
func (st Status) head(width int) []string {
	room := 0
	if width > 0 {
		room = max(width-headWidth-1, 20)
	}
	var out []string
	for _, line := range st.headings(room) {
		out = append(out, fmt.Sprintf("%-*s %s", headWidth, line[0]+":", line[1]))
	}
	return out
}

func (st Status) headings(room int) [][2]string {
	s := st.Snapshot
	strategy := string(s.Strategy())
	if s.Strategy() == appsv1.RollingUpdateStatefulSetStrategyType {
		gate := s.GateWords()
		if s.Closed() {
			gate = "gate closed for every pod"
		}
		strategy += ", " + gate
	}
	strategy += ", " + policy(s)
	if s.MinReady() > 0 {
		strategy += fmt.Sprintf(", minReadySeconds %d", s.Set.Spec.MinReadySeconds)
	}
	lines := [][2]string{
		{"StatefulSet", Where(s.Set.Namespace, s.Name(), st.Context)},
		{"Strategy", strategy},
	}
	for i, r := range st.Ops.Records {
		for _, line := range r.Lines(s, st.Now) {
			lines = append(lines, [2]string{line[0], Clean(line[1])})
		}
		if d := st.driver(); i == 0 && d != nil {
			lines = append(lines, [2]string{"Driven by", st.driverWords(*d)})
		}
	}
	if images := st.imageWords(room); images != "" {
		lines = append(lines, [2]string{"Image", images})
	}
	stable := st.stable()
	if stable == s.UpdateRevision() {
		return append(lines, [2]string{"Revision", Clean(stable)})
	}
	before, after := st.revisionWords()
	return append(lines, [2]string{"Revisions", Clean(fmt.Sprintf("%s %s, %s %s", before, stable, after, s.UpdateRevision()))})
}

func policy(s sts.Snapshot) string {
	if s.Ordered() {
		return string(appsv1.OrderedReadyPodManagement)
	}
	return string(appsv1.ParallelPodManagement)
}

func (st Status) canary() *canaryView {
	r := st.rollout()
	if r == nil {
		return nil
	}
	at, err := r.Position(st.Snapshot)
	if err != nil {
		return nil // steps that no longer fit; the verb that goes on says so
	}
	return &canaryView{string(r.Verb), at.Begun, len(at.Counts), at.Counts, r.Started, r.Aborting, st.viewDriver()}
}

// rollout is the canary, undo or restart in progress, or nil.
func (st Status) rollout() *operation.Rollout {
	for _, r := range st.Ops.Records {
		if found, ok := r.(*operation.Rollout); ok {
			return found
		}
	}
	return nil
}

// stable is the revision to tell the others from.
func (st Status) stable() string {
	if r := st.rollout(); r != nil {
		return r.Stable
	}
	return st.Snapshot.StableRevision()
}

// revisionWords are what the revision before is to the rollout, and the one
// that it goes to.
func (st Status) revisionWords() (before, after string) {
	switch r := st.rollout(); {
	case r == nil:
		return "stable", "update"
	case r.Verb == operation.VerbUndo:
		return "left", "wanted"
	case r.Verb == operation.VerbRestart:
		return "stable", "restarted"
	}
	return "stable", "canary"
}

// class is what a pod's revision is to the rollout.
func (st Status) class(revision string) string {
	before, after := st.revisionWords()
	is := revision == st.Snapshot.UpdateRevision()
	switch r := st.rollout(); {
	case is && r != nil && r.Verb == operation.VerbUndo:
		return after // even where it was so before: kubectl had undone the template
	case revision == st.stable():
		return before
	case is:
		return after
	}
	return "other"
}

func (st Status) view() statusView {
	s := st.Snapshot
	v := statusView{
		Type: "status", Time: st.Now.UTC(), DryRun: DryRunNone, Set: setName{s.Set.Namespace, s.Name()},
		Result:  st.result(),
		Message: Clean(st.Verdict.Message), Try: cleanAll(st.Verdict.Try),
		Strategy: string(s.Strategy()), Partition: s.Partition(), Replicas: s.Replicas(),
		Stable: Clean(st.stable()), Update: Clean(s.UpdateRevision()), Canary: st.canary(), Scale: st.viewScale(), Pods: []podView{},
	}
	if s.Uncountable != nil {
		v.Replicas = int(*s.Set.Spec.Replicas)
	}
	v.Evidence, v.Image = viewEvidence(st.Verdict.Evidence), st.templateImage()
	if len(s.Revisions) > 0 { // a list does not know what was before
		v.Images = viewImages(st.changes())
	}
	if first := st.Ops.First(); first != nil {
		doing := first.Progress(s, st.Now)
		v.Operation = viewOperation(&doing)
		if v.Operation.Driver != nil {
			v.Operation.Driver.Ended = st.ended(*doing.Driver)
		}
	}
	if f := st.Verdict.Failed; f != nil {
		v.Failed = &failedView{f.At.UTC(), Clean(f.Message), Clean(f.Pod), Clean(f.Reason)}
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

// result is the verdict in a word for programs.
func (st Status) result() string {
	if st.Verdict.Failed != nil {
		return "failed"
	}
	return map[rollout.Result]string{rollout.Done: "settled", rollout.Halted: "trouble", rollout.Held: "held"}[st.Verdict.Result]
}

func (st Status) pod(ordinal int, focus sts.Focus) podView {
	t := st.Snapshot.Standing(ordinal, st.Snapshot.Wanted(ordinal), st.Now)
	v := podView{podEvent: podEvent{Name: t.Pod, Ordinal: &ordinal, State: string(t.State)}}
	if t.Trouble != nil {
		v.Reason, v.Container, v.Message = Clean(t.Trouble.Reason), t.Trouble.Container, Clean(t.Trouble.Message)
	}
	if p, ok := st.Snapshot.Pod(ordinal); ok {
		created := p.Created.UTC()
		v.Revision, v.RevisionClass, v.Image = Clean(p.Revision), st.class(p.Revision), Clean(focus.Words(p.Images))
		v.Ready, v.Restarts = fmt.Sprintf("%d/%d", p.ReadyCount, p.Containers), p.Restarts
		v.Node, v.Zone, v.Created = Clean(p.Node), Clean(p.Zone), &created
	}
	return v
}

func (st Status) printPods(w io.Writer, style styles, pods []podView) {
	width := term.Width(w)
	table := st.podTable(style, pods, width)
	table.drop(column(table.header, "ZONE")) // for watch, which has a table alone
	if width > 0 {
		table.getOn(width, "AGE", "NODE", "RESTARTS")
	}
	table.write(w, width)
}

func dash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
