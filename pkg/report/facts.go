package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/evidence"
)

// Fact is one of the things to know about a run that halted. Words of a container
// stand below it as they are.
type Fact struct {
	Label, Text string
	Said        []string
}

// labelWidth is how wide the labels of facts are.
const labelWidth = len("image: ")

// Facts are what somebody needs who was not there: which set on which cluster,
// which image, which pod, since when, in whose words, and what is safe. where and
// now may be missing: then they are not told, or without how long ago it was.
func Facts(o engine.Outcome, where string, now time.Time) []Fact {
	if o.Result != engine.Halted {
		return nil
	}
	var out []Fact
	add := func(label, text string) {
		if text = Clean(text); text != "" {
			out = append(out, Fact{Label: label, Text: text})
		}
	}
	if o.Images == nil && o.Safe == "" && o.Evidence == nil {
		return nil
	}
	add("set", where)
	add("image", podtemplate.ImageLine(o.Images))
	out = append(out, PodFacts(o.Pod, o.Evidence, now)...)
	add("safe", o.Safe)
	return out
}

// PodFacts are those about the pod.
func PodFacts(pod string, e *evidence.Evidence, now time.Time) []Fact {
	if e == nil {
		return nil
	}
	out := []Fact{{Label: "pod", Text: Clean(podWords(pod, e, now))}}
	if e.Exit != nil {
		words := e.Exit.String() + at(e.Exit.At, now)
		if e.Restarts > 0 {
			words += ", " + sts.Count(e.Restarts, "restart")
		}
		out = append(out, Fact{Label: "ended", Text: Clean(words)})
	}
	if e.Probe != "" {
		out = append(out, Fact{Label: "probe", Text: Clean(e.Probe + at(e.ProbeAt, now))})
	}
	switch {
	case len(e.Log) > 0:
		of := "of container " + e.Container
		if e.Previous {
			of += ", before its last restart"
		}
		out = append(out, Fact{Label: "log", Text: Clean(of), Said: CleanAll(e.Log)})
	case e.NoLog:
		out = append(out, Fact{Label: "log", Text: "forbidden to read (get pods/log)"})
	}
	return out
}

// podWords say which pod it is, where, and since when it is not Ready.
func podWords(pod string, e *evidence.Evidence, now time.Time) string {
	words := pod
	if e.Container != "" {
		words += ", container " + e.Container
	}
	switch {
	case e.NodeLost != nil:
		words += ", on node " + e.Node + ", which is lost since " + e.NodeLost.UTC().Format(time.RFC3339)
	case e.Node != "":
		words += ", on node " + e.Node
	}
	if e.Since != nil {
		since := "not Ready since "
		if e.Ready {
			since = "Ready again since "
		}
		words += ", " + since + e.Since.UTC().Format(time.RFC3339) + ago(e.Since, now)
	}
	return words
}

// at is when something was, behind what it was.
func at(t *time.Time, now time.Time) string {
	if t == nil {
		return ""
	}
	return " at " + t.UTC().Format(time.RFC3339) + ago(t, now)
}

func ago(t *time.Time, now time.Time) string {
	if now.IsZero() || now.Before(*t) {
		return ""
	}
	return " (" + duration.HumanDuration(now.Sub(*t)) + " ago)"
}

// FactLines lays facts out for a terminal of this width, 0 for none. What a
// container said takes two lines at most, each: of a longer one the middle is left out.
func FactLines(all []Fact, width int, indent string) []string {
	var out []string
	below := indent + strings.Repeat(" ", labelWidth)
	for _, f := range all {
		text := fmt.Sprintf("%s%-*s%s", indent, labelWidth, f.Label+":", f.Text)
		if width > 0 {
			text = indent + fmt.Sprintf("%-*s", labelWidth, f.Label+":") + WrapIndent(f.Text, width, below)
		}
		out = append(out, strings.Split(text, "\n")...)
		for _, line := range f.Said {
			out = append(out, strings.Split(saidLines(line, width, below+"| "), "\n")...)
		}
	}
	return out
}

// saidLines are a container's words behind a bar.
func saidLines(line string, width int, bar string) string {
	const rows, least = 2, 20
	room := width - ansi.StringWidth(bar) - 1
	if width > 0 && room >= least {
		line = Shorten(line, rows*room)
		line = strings.ReplaceAll(ansi.Hardwrap(line, room, true), "\n", "\n"+bar)
	}
	return bar + line
}

// FactText are facts for a report, each in a line.
func FactText(all []Fact) []string {
	var out []string
	for _, f := range all {
		out = append(out, f.Label+": "+f.Text)
		for _, line := range f.Said {
			out = append(out, "  | "+line)
		}
	}
	return out
}
