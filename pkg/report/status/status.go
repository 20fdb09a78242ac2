package status

import (
	"fmt"
	"io"
	"time"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/object"
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

// Print prints the status of one set.
func Print(w io.Writer, mode term.ColorMode, format report.Format, st Status) {
	v := st.view()
	if format != report.Human {
		object.Write(w, format, v)
		return
	}
	style := report.NewStyles(w, mode)
	for _, line := range st.Head(term.Width(w)) {
		_, _ = fmt.Fprintln(w, line)
	}
	_, _ = fmt.Fprintln(w)
	st.printPods(w, style, v.Pods)
	_, _ = fmt.Fprintln(w)
	_, _ = fmt.Fprintln(w, report.Each(style.Verdict(st.Verdict.Result), report.WrapIndent(v.Message, term.Width(w), "")))
	for _, line := range report.FactLines(report.PodFacts(st.Verdict.Pod, st.Verdict.Evidence, st.Now), term.Width(w), "  ") {
		_, _ = fmt.Fprintln(w, line)
	}
	for _, try := range v.Try {
		_, _ = fmt.Fprintln(w, "  "+try)
	}
}

// headWidth is how wide the labels of the head are, but for the first.
const headWidth = len("StatefulSet")

// Head are the lines above the pods, for a terminal of this width, 0 for none.
func (st Status) Head(width int) []string {
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
		{"StatefulSet", report.Where(s.Set.Namespace, s.Name(), st.Context)},
		{"Strategy", strategy},
	}
	for i, r := range st.Ops.Records {
		for _, line := range r.Lines(s, st.Now) {
			lines = append(lines, [2]string{line[0], report.Clean(line[1])})
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
		return append(lines, [2]string{"Revision", report.Clean(stable)})
	}
	before, after := st.revisionWords()
	return append(lines, [2]string{"Revisions", report.Clean(fmt.Sprintf("%s %s, %s %s", before, stable, after, s.UpdateRevision()))})
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

// result is the verdict in a word for programs.
func (st Status) result() string {
	if st.Verdict.Failed != nil {
		return "failed"
	}
	return map[engine.Result]string{engine.Done: "settled", engine.Halted: "trouble", engine.Held: "held"}[st.Verdict.Result]
}

func (st Status) pod(ordinal int, focus sts.Focus) podView {
	t := st.Snapshot.PodProgress(ordinal, st.Snapshot.Wanted(ordinal), st.Now)
	v := podView{Pod: object.Pod{Name: t.Pod, Ordinal: &ordinal, State: string(t.State)}}
	if t.Trouble != nil {
		v.Reason, v.Container, v.Message = report.Clean(t.Trouble.Reason), t.Trouble.Container, report.Clean(t.Trouble.Message)
	}
	if p, ok := st.Snapshot.Pod(ordinal); ok {
		created := p.Created.UTC()
		v.Revision, v.RevisionClass, v.Image = report.Clean(p.Revision), st.class(p.Revision), report.Clean(focus.Words(p.Images))
		v.Ready, v.Restarts = fmt.Sprintf("%d/%d", p.ReadyCount, p.Containers), p.Restarts
		v.Node, v.Zone, v.Created = report.Clean(p.Node), report.Clean(p.Zone), &created
	}
	return v
}

func (st Status) printPods(w io.Writer, style report.Styles, pods []podView) {
	width := term.Width(w)
	t := st.podTable(style, pods, width)
	t.drop(column(t.header, "ZONE")) // for watch, which has a table alone
	if width > 0 {
		t.getOn(width, "AGE", "NODE", "RESTARTS")
	}
	t.write(w, width)
}
