package status

import (
	"fmt"
	"io"
	"strings"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/preset"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// shown is a status as a person sees it.
type shown struct{ report.Status }

// Print prints the status of one set.
func Print(w io.Writer, mode term.ColorMode, st report.Status) {
	style := report.NewStyles(w, mode)
	for _, line := range Head(st, term.Width(w)) {
		_, _ = fmt.Fprintln(w, line)
	}
	_, _ = fmt.Fprintln(w)
	shown{st}.printPods(w, style, st.Pods())
	_, _ = fmt.Fprintln(w)
	message := report.WrapIndent(report.Clean(st.Verdict.Message), term.Width(w), "")
	_, _ = fmt.Fprintln(w, report.Each(style.Verdict(st.Verdict.Result), message))
	for _, line := range report.FactLines(report.PodFacts(st.Verdict.Pod, st.Verdict.Evidence, st.Now), term.Width(w), "  ") {
		_, _ = fmt.Fprintln(w, line)
	}
	for _, help := range report.Helps(st.Caller, st.Verdict.Try) {
		_, _ = fmt.Fprintln(w, "  "+help)
	}
	if n := len(st.Findings); n > 0 && st.Verdict.Result != engine.Halted { // an incident comes first
		words := fmt.Sprintf("doctor: %s (%s)", sts.Count(n, "finding"), strings.Join(st.Findings, ", "))
		_, _ = fmt.Fprintln(w, report.Clean(st.Caller.Render(hint.Plugin(words, "doctor", st.Snapshot.Name()))))
	}
}

// headWidth is how wide the labels of the head are, but for the first.
const headWidth = len("StatefulSet")

// Head are the lines above the pods, for a terminal of this width, 0 for none.
func Head(st report.Status, width int) []string {
	room := 0
	if width > 0 {
		room = max(width-headWidth-1, 20)
	}
	var out []string
	for _, line := range (shown{st}).headings(room) {
		out = append(out, fmt.Sprintf("%-*s %s", headWidth, line[0]+":", line[1]))
	}
	return out
}

func (st shown) headings(room int) [][2]string {
	s := st.Snapshot
	strategy := string(s.Strategy())
	if s.Rolls() {
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
		if d := st.Driver(); i == 0 && d != nil {
			lines = append(lines, [2]string{"Driven by", st.driverWords(*d)})
		}
	}
	if images := st.imageWords(room); images != "" {
		lines = append(lines, [2]string{"Image", images})
	}
	if p, ok := preset.For(s.Set.Spec.Template.Spec.Containers); ok {
		lines = append(lines, [2]string{"Preset", fmt.Sprintf("%s is for this image (--preset %s)", p.Name, p.Name)})
	}
	lines = append(lines, st.claimLines()...)
	r := st.Revisions()
	if r.Stable == s.UpdateRevision() {
		return append(lines, [2]string{"Revision", report.Clean(r.Stable)})
	}
	return append(lines, [2]string{"Revisions", report.Clean(fmt.Sprintf("%s %s, %s %s", r.Before, r.Stable, r.After, s.UpdateRevision()))})
}

func policy(s sts.Snapshot) string {
	if s.Ordered() {
		return string(appsv1.OrderedReadyPodManagement)
	}
	return string(appsv1.ParallelPodManagement)
}

func (st shown) printPods(w io.Writer, style report.Styles, pods []report.StatusPod) {
	width := term.Width(w)
	t := st.podTable(style, pods, width)
	t.drop(column(t.header, "ZONE")) // for watch, which has a table alone
	if width > 0 {
		t.getOn(width, "AGE", "NODE", "RESTARTS")
	}
	t.write(w, width)
}
